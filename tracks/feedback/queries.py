"""Reads of what teachers have said: one's own, and, for authors, everybody's without the sender."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, func, select

from tracks.catalogue.models import module, track_version
from tracks.catalogue.queries import Edition, Module
from tracks.db import Prepared, Session
from tracks.db.data_map import Kept
from tracks.feedback.models import remark
from tracks.feedback.rules import KIND_NAMES, LONGEST, STATES, Kind, Show, State, is_news_from
from tracks.i18n import N_


class Own(Struct, frozen=True):
    """What the reader has said, and what has become of it."""

    id: int
    kind: str | None  # message id
    text: str
    said_at: datetime
    state: State
    answer: str
    done_in: str | None  # a version


class Box(Struct, frozen=True):
    """The box at the end of a session, for one reader."""

    url: str
    version_id: int  # which they read
    own: Sequence[Own]  # the newest first
    kinds = KIND_NAMES
    longest = LONGEST


_OWN = Prepared(
    select(
        remark.c.id,
        remark.c.kind,
        remark.c.text,
        remark.c.said_at,
        remark.c.state,
        remark.c.answer,
        track_version.c.version,
    )
    .outerjoin(track_version, track_version.c.id == remark.c.done_in)
    .where(
        remark.c.person_id == bindparam("person_id"), remark.c.module_id == bindparam("module_id")
    )
    .order_by(remark.c.id.desc())
)


def box_of(session: Session, person_id: int, edition: Edition, of: Module) -> Box:
    rows = session.execute(_OWN, {"person_id": person_id, "module_id": of.id}).all()
    url = f"/t/{edition.publisher}/{edition.slug}/{of.slug}/-/remarks"
    return Box(url, edition.version_id, [_own(*row) for row in rows])


def _own(
    id_: int,
    kind: str | None,
    text: str,
    said_at: datetime,
    state: str,
    answer: str,
    version: str | None,
) -> Own:
    return Own(id_, _kind_name(kind), text, said_at, State(state), answer, version)


def _kind_name(kind: str | None) -> str | None:
    return KIND_NAMES[Kind(kind)] if kind else None


class Became(Struct, frozen=True):
    """What has become of something; as much as a line tells."""

    state: State
    done_in: str | None  # a version


class Answered(Struct, frozen=True):
    """Of one session: answers to what the reader has said of it that are news."""

    module_id: int
    version_id: int  # which they read
    became: list[Became]  # each once, the newest first


_ANSWERED = Prepared(
    select(
        remark.c.module_id,
        remark.c.version_id,
        remark.c.state,
        track_version.c.version,
    )
    .outerjoin(track_version, track_version.c.id == remark.c.done_in)
    .where(
        remark.c.person_id == bindparam("person_id"),
        remark.c.state != State.OPEN,
        remark.c.kept_until >= bindparam("kept_until"),
    )
    .order_by(remark.c.kept_until.desc(), remark.c.id.desc())
)


def answered_lately(session: Session, person_id: int, today: date) -> list[Answered]:
    """The newest first. It needs no note of what a person has seen: the day it is kept until says
    when something last happened to it."""
    limits = {"person_id": person_id, "kept_until": is_news_from(today)}
    found: dict[int, Answered] = {}
    for module_id, version_id, state, version in session.execute(_ANSWERED, limits):
        of = found.setdefault(module_id, Answered(module_id, version_id, []))
        became = Became(State(state), version)
        if became not in of.became:
            of.became.append(became)
    return list(found.values())


def sent_since(session: Session, person_id: int, since: datetime) -> int:
    """How many this person has sent, and not taken back."""
    return int(
        session.execute(
            select(func.count())
            .select_from(remark)
            .where(remark.c.person_id == person_id, remark.c.said_at > since)
        ).scalar_one()
    )


def version_of(session: Session, track_id: int, version_id: int) -> int | None:
    """The same, if it is one of this track."""
    return session.execute(
        select(track_version.c.id).where(
            track_version.c.id == version_id, track_version.c.track_id == track_id
        )
    ).scalar_one_or_none()


class Said(Struct, frozen=True):
    """What an author reads: nothing in it leads to the sender."""

    id: int
    module_id: int
    kind: str | None  # message id
    text: str
    said_at: datetime  # its month may be shown, and no more
    version: str  # which the sender read
    state: State
    answer: str
    done_in: str | None


def of_track(track_id: int) -> Select[tuple[int]]:
    """Every session that the track has or had."""
    return select(module.c.id).where(module.c.track_id == track_id)


def session_slugs(session: Session, track_id: int) -> dict[int, str]:
    """Of every session that something was said of."""
    rows = session.execute(
        select(module.c.id, module.c.slug)
        .where(
            module.c.track_id == track_id, module.c.id.in_(select(remark.c.module_id).distinct())
        )
        .order_by(module.c.slug)
    )
    return {row.id: row.slug for row in rows}


def remarks(
    session: Session, track_id: int, show: Show, module_id: int | None, *, skip: int, take: int
) -> tuple[list[Said], int]:
    """The newest first, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [
        remark.c.module_id.in_(of_track(track_id)),
        remark.c.state.in_(STATES[show]),
    ]
    if module_id is not None:
        wanted.append(remark.c.module_id == module_id)
    count = session.execute(select(func.count()).select_from(remark).where(*wanted)).scalar_one()
    read, done = track_version.alias("read"), track_version.alias("done")
    rows = session.execute(
        select(
            remark.c.id,
            remark.c.module_id,
            remark.c.kind,
            remark.c.text,
            remark.c.said_at,
            read.c.version,
            remark.c.state,
            remark.c.answer,
            done.c.version.label("done_in"),
        )
        .join(read, read.c.id == remark.c.version_id)
        .outerjoin(done, done.c.id == remark.c.done_in)
        .where(*wanted)
        .order_by(remark.c.id.desc())
        .offset(skip)
        .limit(take)
    )
    found = [
        Said(
            row.id,
            row.module_id,
            _kind_name(row.kind),
            row.text,
            row.said_at,
            row.version,
            State(row.state),
            row.answer,
            row.done_in,
        )
        for row in rows
    ]
    return found, int(count)


def open_counts(session: Session, track_id: int) -> dict[str, int]:
    """Session -> remarks that nobody has answered."""
    rows = session.execute(
        select(module.c.slug, func.count().label("waiting"))
        .join(remark, remark.c.module_id == module.c.id)
        .where(module.c.track_id == track_id, remark.c.state == State.OPEN)
        .group_by(module.c.slug)
    )
    return {row.slug: row.waiting for row in rows}


def answers_to_publish(session: Session, track_id: int) -> list[str]:
    """What authors have answered that the next version does, each once, the oldest first."""
    rows = session.execute(
        select(remark.c.answer)
        .where(
            remark.c.module_id.in_(of_track(track_id)),
            remark.c.state == State.DONE,
            remark.c.done_in.is_(None),
            remark.c.answer != "",
        )
        .order_by(remark.c.answered_at, remark.c.id)
    )
    return list(dict.fromkeys(row.answer for row in rows))


KEPT = (
    Kept(
        remark.c.person_id,
        N_("What you said of sessions, and what their authors answered"),
        N_("so that sessions get better for teachers, and you see what came of it"),
        N_("until you take it back, or a year after it was said or last answered"),
        active=remark.c.said_at,
    ),
)
