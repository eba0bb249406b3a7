"""What the gradebook should show: wished for with the work, sent by the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from lti.quirks import quirks_for
from lti.tool.grades import SCOPE_SCORE, next_timestamp
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address, parse_address, units_of
from tracks.db import Prepared, Session
from tracks.jobs.actions import enqueue
from tracks.lms.models import deployment, registration, resource_link, score
from tracks.lms.rules import (
    MAXIMUM,
    part_of,
    percent,
    progress_note,
    score_lane,
    sendable,
)
from tracks.progress.events import WorkChanged
from tracks.progress.queries import UNITS_DONE, WORKS_ON, done_work, is_step_done_anyhow
from tracks.progress.rules import units_done

SCORE_SCOPE = SCOPE_SCORE
SCORE_JOB = "send_score"
COLUMN_JOB = "make_column"
_COLUMN_OF = (
    resource_link.c.lineitem_url,
    deployment.c.registration_id,
    registration.c.score_policy,
    registration.c.platform_family,
)
_MY_LINKS = Prepared(
    select(
        score.c.resource_link_id,
        resource_link.c.address,
        UNITS_DONE.label("units_done"),
        WORKS_ON.label("works_on"),
        *_COLUMN_OF,
    )
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .join(deployment, deployment.c.id == resource_link.c.deployment_id)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        score.c.moved_on_at.is_(None),
        resource_link.c.track_id == bindparam("track_id"),
        or_(resource_link.c.lineitem_url.is_not(None), resource_link.c.lineitems_url.is_not(None)),
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
    .returning(score.c.wanted, score.c.sent, score.c.noted)
)


def queue_scores(shelf: Shelf, session: Session, event: WorkChanged) -> None:
    """The reaction to done work."""
    edition = shelf.edition(session, event.version_id)
    want_scores(session, shelf, event.person_id, edition, event.at)


def want_scores(
    session: Session, shelf: Shelf, person_id: int, edition: Edition, now: datetime
) -> None:
    """Bring every gradebook column of this person and track up to date, by the outbox. Measured by
    the version they work on; by `edition` where they have not begun."""
    links = session.execute(
        _MY_LINKS,
        {"person_id": person_id, "track_id": edition.track_id, "version_id": edition.version_id},
    )
    for row in links:
        address = parse_address(row.address)
        if row.works_on is not None and row.works_on != edition.version_id:
            edition = shelf.edition(session, row.works_on)
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
        if changed is not None and _is_to_be_told(changed, row):
            _queue(session, person_id, row.resource_link_id, row, now)


def _is_to_be_told(wished: Any, column: Any) -> bool:
    """A result, or a note of progress; a note is no reason to make a column."""
    if sendable(wished.wanted, column.score_policy) is not None:
        return True
    quirks = quirks_for(column.platform_family)
    note = progress_note(
        wished.wanted, column.score_policy, quirks, sent=wished.sent, noted=wished.noted
    )
    return note is not None and column.lineitem_url is not None


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


_COLUMN = Prepared(
    select(*_COLUMN_OF)
    .join(deployment, deployment.c.id == resource_link.c.deployment_id)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .where(resource_link.c.id == bindparam("link_id"))
)


def send_again(session: Session, link_id: int, now: datetime) -> int:
    """The column is new, or empty again: what the old one took has to go there; how many."""
    column = session.execute(_COLUMN, {"link_id": link_id}).one()
    rows = session.execute(
        update(score)
        .where(
            score.c.resource_link_id == link_id,
            score.c.wanted.is_not(None),
            score.c.moved_on_at.is_(None),
        )
        .values(sent=None, sent_at=None, noted=None, failed=None, is_unsure=False)
        .returning(score.c.person_id, score.c.wanted, score.c.sent, score.c.noted)
    ).all()
    told = [row for row in rows if _is_to_be_told(row, column)]
    for row in told:
        _queue(session, row.person_id, link_id, column, now)
    return sum(sendable(row.wanted, column.score_policy) is not None for row in told)


def queue_unsent(session: Session, registration_id: int, now: datetime) -> int:
    """Wish again for all that this LMS should have and has not, refused ones too; how many."""
    rows = session.execute(
        select(
            score.c.person_id,
            score.c.resource_link_id,
            score.c.wanted,
            score.c.sent,
            score.c.noted,
            *_COLUMN_OF,
        )
        .join(resource_link, resource_link.c.id == score.c.resource_link_id)
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .join(registration, registration.c.id == deployment.c.registration_id)
        .where(
            registration.c.id == registration_id,
            score.c.wanted.is_not(None),
            score.c.moved_on_at.is_(None),
            or_(score.c.sent.is_(None), score.c.sent != score.c.wanted),
            or_(
                resource_link.c.lineitem_url.is_not(None),
                resource_link.c.lineitems_url.is_not(None),
            ),
        )
    ).all()
    mine = select(deployment.c.id).where(deployment.c.registration_id == registration_id)
    session.execute(
        update(resource_link)
        .where(
            resource_link.c.deployment_id.in_(mine), resource_link.c.lineitem_failed.is_not(None)
        )
        .values(lineitem_failed=None)
    )
    wished = [row for row in rows if _is_to_be_told(row, row)]
    for row in wished:
        _note(session, row.person_id, row.resource_link_id, failed=None)
        _queue(session, row.person_id, row.resource_link_id, row, now)
    return len(wished)


def _queue(session: Session, person_id: int, link_id: int, column: Any, now: datetime) -> None:
    lane = score_lane(column.registration_id)
    if column.lineitem_url is None:
        queue_column(session, link_id, lane, now)
        return
    payload = {"person_id": person_id, "resource_link_id": link_id}
    enqueue(session, SCORE_JOB, f"{person_id}:{link_id}", payload, now=now, lane=lane)


def queue_column(session: Session, link_id: int, lane: str, now: datetime) -> None:
    """One job a link, so that several workers never make two columns (S12)."""
    payload = {"resource_link_id": link_id}
    enqueue(session, COLUMN_JOB, str(link_id), payload, now=now, lane=lane)


def score_posted(
    session: Session, person_id: int, resource_link_id: int, timestamp: datetime
) -> None:
    """A try whose outcome is not known: its timestamp must not be used again (S9)."""
    _note(session, person_id, resource_link_id, last_timestamp=timestamp, is_unsure=True)


_NOTE_POSTED = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("person"),
        score.c.resource_link_id == bindparam("link"),
        # Points are in the gradebook or on their way: nothing without points after them.
        score.c.sent.is_(None),
        score.c.is_unsure.is_(False),
        score.c.wanted < MAXIMUM,
    )
    .values(last_timestamp=bindparam("posted"))
    .returning(score.c.person_id)
)


def note_posted(
    session: Session, person_id: int, resource_link_id: int, timestamp: datetime
) -> bool:
    """As score_posted, for a note of progress. False: it is not to be sent any more."""
    key = {"person": person_id, "link": resource_link_id, "posted": timestamp}
    return session.execute(_NOTE_POSTED, key).first() is not None


def note_told(session: Session, person_id: int, resource_link_id: int, noted: float) -> None:
    """Taken by the LMS, or refused for good: not to be told again."""
    _note(session, person_id, resource_link_id, noted=noted)


_SENT = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("person"),
        score.c.resource_link_id == bindparam("link"),
        score.c.last_timestamp == bindparam("posted"),
    )
    .values(sent=bindparam("given"), sent_at=bindparam("at"), failed=None, is_unsure=False)
    .returning(score.c.person_id)
)


def score_sent(
    session: Session,
    person_id: int,
    resource_link_id: int,
    *,
    given: float,
    timestamp: datetime,
    now: datetime,
) -> None:
    """Taken by the LMS. If another worker posted meanwhile, nobody knows which came last."""
    key = {"person": person_id, "link": resource_link_id}
    taken = session.execute(_SENT, {**key, "posted": timestamp, "given": given, "at": now}).first()
    if taken is None:
        _ask_what_it_holds(session, person_id, resource_link_id, now)


def _ask_what_it_holds(
    session: Session, person_id: int, resource_link_id: int, now: datetime
) -> None:
    """A new timestamp makes the other worker come here too, so the last of the two asks."""
    row = session.execute(
        select(score.c.last_timestamp, *_COLUMN_OF)
        .join(resource_link, resource_link.c.id == score.c.resource_link_id)
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .join(registration, registration.c.id == deployment.c.registration_id)
        .where(score.c.person_id == person_id, score.c.resource_link_id == resource_link_id)
    ).one_or_none()
    if row is None or row.last_timestamp is None:
        return
    _note(
        session,
        person_id,
        resource_link_id,
        sent=None,
        is_unsure=True,
        last_timestamp=next_timestamp(now, row.last_timestamp),
    )
    _queue(session, person_id, resource_link_id, row, now)


def score_failed(session: Session, person_id: int, resource_link_id: int, reason: str) -> None:
    _note(session, person_id, resource_link_id, failed=reason, is_unsure=False)


def _note(session: Session, person_id: int, resource_link_id: int, **values: Any) -> None:
    session.execute(
        update(score)
        .where(and_(score.c.person_id == person_id, score.c.resource_link_id == resource_link_id))
        .values(**values)
    )
