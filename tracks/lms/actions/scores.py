"""What the gradebook should show: wished for with the work, sent by the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address, parse_address, units_of
from tracks.db import Prepared, Session
from tracks.jobs.actions import enqueue
from tracks.lms.models import resource_link, score
from tracks.lms.rules import MAXIMUM, part_of, percent
from tracks.progress.events import WorkChanged
from tracks.progress.queries import UNITS_DONE, done_work, is_step_done_anyhow
from tracks.progress.rules import units_done

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCORE_JOB = "send_score"
_MY_LINKS = Prepared(
    select(score.c.resource_link_id, resource_link.c.address, UNITS_DONE.label("units_done"))
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        resource_link.c.track_id == bindparam("track_id"),
        resource_link.c.lineitem_url.is_not(None),
    )
)
_WANT = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("person"),
        score.c.resource_link_id == bindparam("link"),
        # Never down: done stays done, also when a new version has more to do.
        or_(score.c.wanted.is_(None), score.c.wanted < bindparam("percent")),
    )
    .values(wanted=bindparam("percent"), wanted_at=bindparam("at"), failed=None)
    .returning(score.c.person_id)
)


def queue_scores(shelf: Shelf, session: Session, event: WorkChanged) -> None:
    """The reaction to done work."""
    want_scores(session, event.person_id, shelf.edition(session, event.version_id), event.at)


def want_scores(session: Session, person_id: int, edition: Edition, now: datetime) -> None:
    """Bring every gradebook column of this person and track up to date, by the outbox."""
    links = session.execute(
        _MY_LINKS,
        {"person_id": person_id, "track_id": edition.track_id, "version_id": edition.version_id},
    )
    for row in links:
        address = parse_address(row.address)
        if address is None or address.module is None:
            value = percent(row.units_done, edition.units)
        else:
            value = _percent_of_part(session, person_id, edition, address)
        if value is None:
            continue
        changed = session.execute(
            _WANT,
            {"person": person_id, "link": row.resource_link_id, "percent": value, "at": now},
        ).first()
        if changed is not None:
            _queue(session, person_id, row.resource_link_id, now)


def _percent_of_part(
    session: Session, person_id: int, edition: Edition, address: Address
) -> float | None:
    """For a link to one module or one step."""
    steps = part_of(edition.steps, address)
    if address.step is None:
        work = done_work(session, person_id, edition.track_id)
        return percent(units_done(steps, work), units_of(steps))
    done = bool(steps) and is_step_done_anyhow(
        session, person_id, edition.track_id, steps[0].step_id
    )
    return MAXIMUM if done else None


def send_again(session: Session, link_id: int, now: datetime) -> None:
    """The link has another gradebook column: what the old one took has to go to the new one."""
    rows = session.execute(
        update(score)
        .where(score.c.resource_link_id == link_id, score.c.wanted.is_not(None))
        .values(sent=None, sent_at=None, failed=None)
        .returning(score.c.person_id)
    )
    for row in rows:
        _queue(session, row.person_id, link_id, now)


def _queue(session: Session, person_id: int, link_id: int, now: datetime) -> None:
    payload = {"person_id": person_id, "resource_link_id": link_id}
    enqueue(session, SCORE_JOB, f"{person_id}:{link_id}", payload, now=now)


def score_sent(
    session: Session,
    person_id: int,
    resource_link_id: int,
    *,
    given: float,
    timestamp: datetime,
    now: datetime,
) -> None:
    _note(
        session,
        person_id,
        resource_link_id,
        sent=given,
        sent_at=now,
        last_timestamp=timestamp,
        failed=None,
    )


def score_posted(
    session: Session, person_id: int, resource_link_id: int, timestamp: datetime
) -> None:
    """A try whose outcome is not known: its timestamp must not be used again (S9)."""
    _note(session, person_id, resource_link_id, last_timestamp=timestamp)


def score_failed(session: Session, person_id: int, resource_link_id: int, reason: str) -> None:
    _note(session, person_id, resource_link_id, failed=reason)


def _note(session: Session, person_id: int, resource_link_id: int, **values: Any) -> None:
    session.execute(
        update(score)
        .where(and_(score.c.person_id == person_id, score.c.resource_link_id == resource_link_id))
        .values(**values)
    )
