"""Addresses outside that a track links to: wished for by an author, asked for by a job, and what
they answered."""

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from content.outgoing import Answer, protected
from lti.ports import Http
from tracks.authoring.asking import AT_ONCE, look_at
from tracks.authoring.models import outside_answer
from tracks.db import Database, Session
from tracks.jobs.actions import enqueue
from tracks.jobs.beat import Beat, LeaseLost
from tracks.jobs.models import outbox
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Handler, Outcome

ASK_JOB: Final = "links.ask"
_LANE: Final = "links"
MOST: Final = 500  # addresses of a track that are asked for
LONGEST: Final = 2_000  # letters of one
# Two pages after each other, and as much for http, must be done before the lease ends.
SECONDS: Final = 3.5
_AT_MOST_S: Final = 600.0  # for one track: where nothing answers, others wait too
_FRESH: Final = timedelta(minutes=10)  # nobody is asked again so soon
_KEPT_FOR: Final = timedelta(days=180)


class Asked(Struct, frozen=True):
    answer: Answer
    at: datetime


def wish_to_ask(session: Session, track: str, addresses: Iterable[str], now: datetime) -> None:
    """Of all tracks together few at a time; a second wish for the same track joins the first."""
    enqueue(session, ASK_JOB, track, {"addresses": list(addresses)}, now=now, lane=_LANE)


def is_asking(session: Session, track: str) -> bool:
    return (
        session.execute(
            select(outbox.c.id).where(
                outbox.c.kind == ASK_JOB, outbox.c.key == track, outbox.c.parked_at.is_(None)
            )
        ).first()
        is not None
    )


def worth_asking(addresses: Iterable[str]) -> list[str]:
    """Each once; no more than a track may ask for."""
    return [each for each in dict.fromkeys(addresses) if len(each) <= LONGEST][:MOST]


def answers_to(session: Session, addresses: Collection[str]) -> dict[str, Asked]:
    """As last heard, each by https and as it is written; what was never asked is not there."""
    by_key = {_key(each): each for each in {*addresses, *map(protected, addresses)}}
    rows = session.execute(
        select(outside_answer).where(outside_answer.c.address_key.in_(by_key))
    ).all()
    return {
        by_key[row.address_key]: Asked(
            Answer(row.status, row.moved_to, row.is_unknown), row.asked_at
        )
        for row in rows
    }


def handlers(http: Http, plain: Http) -> Mapping[str, Handler]:
    """`plain` may ask by http, too."""
    return {ASK_JOB: partial(_ask, http, plain)}


def _ask(http: Http, plain: Http, database: Database, job: Job) -> Outcome:
    beat, ends = Beat(database, job), time.monotonic() + _AT_MOST_S
    wanted = job.payload["addresses"]
    assert isinstance(wanted, list)
    with database.reading() as session:
        known = answers_to(session, wanted)
    since = datetime.now(UTC) - _FRESH
    left = [a for a in wanted if protected(a) not in known or known[protected(a)].at < since]
    try:
        for first in range(0, len(left), AT_ONCE):
            if time.monotonic() > ends:
                break
            answers = look_at(left[first : first + AT_ONCE], http, plain)
            with database.writing() as session:
                _note(session, answers, datetime.now(UTC))
            beat()
    except LeaseLost:
        pass  # whoever has it now goes on with what is left
    return Done()


def _note(session: Session, answers: Mapping[str, Answer], now: datetime) -> None:
    for address, answer in answers.items():
        said = {
            "status": answer.status,
            "moved_to": answer.moved_to[:LONGEST],
            "is_unknown": answer.is_unknown,
            "asked_at": now,
        }
        session.execute(
            insert_or(outside_answer)
            .values(address_key=_key(address), **said)
            .on_conflict_do_update(index_elements=["address_key"], set_=said)
        )


def forget_answers(session: Session, now: datetime) -> None:
    session.execute(delete(outside_answer).where(outside_answer.c.asked_at < now - _KEPT_FOR))


def _key(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()
