"""The life of an outbox row: wished for, handed out, done or tried again."""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, delete, exists, null, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Prepared, Session
from tracks.jobs.lanes import take_from
from tracks.jobs.models import lane as lanes
from tracks.jobs.models import outbox
from tracks.jobs.queries import FREE, Pace, startable, usual_pace
from tracks.jobs.rules import LEASE, LONGEST, MOST_VANISHED, QUARANTINE, Job

VANISHED = "worker_vanished"
_WISH = insert_or(outbox).values(edition=1, tries=0, vanished=0)
# A waiting job keeps its place, and one that is backing off its wait: a new wish joins it.
_ENQUEUE = Prepared(
    _WISH.on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={
            "lane": _WISH.excluded.lane,
            "payload": _WISH.excluded.payload,
            "edition": outbox.c.edition + 1,
            "due_at": case(
                (outbox.c.parked_at.is_(None), outbox.c.due_at), else_=_WISH.excluded.due_at
            ),
            "parked_at": null(),
        },
    )
)


def enqueue(
    session: Session,
    kind: str,
    key: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    lane: str = "",
) -> None:
    """Wish for one job; a waiting one of the same kind and key takes the new payload."""
    session.execute(
        _ENQUEUE, {"kind": kind, "key": key, "lane": lane, "payload": payload, "due_at": now}
    )
    session.has_jobs = True


class Handed(NamedTuple):
    """A leased row: what a message to the worker says."""

    job_id: int
    lease: str
    lane: str


_DUE = (
    select(outbox.c.id)
    .where(
        outbox.c.lane == bindparam("in_lane"),
        outbox.c.parked_at.is_(None),
        outbox.c.due_at <= bindparam("now"),
        FREE,
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    # Found once: PostgreSQL may ask a subquery anew for each row, which then skips what it has
    # locked, finds the next, and hands out more than was asked for.
    .cte("due")
)
_SET_VANISHED_ASIDE = Prepared(
    update(outbox)
    .where(
        # One that vanished has a lease that ran out: few rows to look at, of however many.
        outbox.c.lease_until <= bindparam("now"),
        outbox.c.vanished >= MOST_VANISHED,
        outbox.c.parked_at.is_(None),
    )
    # From 0 again: a new wish is tried like any other, five times.
    .values(parked_at=bindparam("now"), reason=VANISHED, vanished=0)
    .returning(outbox.c.id)
)


def hand_out(
    session: Session, now: datetime, *, most: int = 100, pace: Pace = usual_pace
) -> list[Handed]:
    """Lease what is due and may start. Rows whose jobs keep vanishing are parked."""
    session.execute(_SET_VANISHED_ASIDE, {"now": now})
    handed: list[Handed] = []
    for name in startable(session, now, pace):
        count = most
        if name:
            count = min(most, take_from(session, name, now, pace(session, name)))
        handed += _lease(session, name, count, now)
    return handed


def _lease(session: Session, lane: str, most: int, now: datetime) -> list[Handed]:
    lease = secrets.token_hex(16)
    rows = session.execute(
        update(outbox)
        .where(outbox.c.id.in_(select(_DUE.c.id)))
        .values(lease=lease, lease_until=now + LEASE)
        .returning(outbox.c.id),
        {"now": now, "in_lane": lane, "most": most},
    )
    return [Handed(row.id, lease, lane) for row in rows]


# As rules.is_paused.
_IS_OPEN = ~exists(
    select(lanes.c.name).where(
        lanes.c.name == outbox.c.lane,
        lanes.c.paused_until > bindparam("now"),
        lanes.c.paused_until <= bindparam("latest"),
    )
)


def claimed(session: Session, job_id: int, lease: str, now: datetime) -> Job | None:
    """The job behind a hand-out, under a lease of its own from here on.

    None when it is somebody else's by now, or when its lane was paused meanwhile.
    """
    mine = secrets.token_hex(16)  # the same message a second time finds nothing
    held = (outbox.c.id == job_id, outbox.c.lease == lease, outbox.c.lease_until > now)
    row = session.execute(
        update(outbox)
        .where(*held, _IS_OPEN)
        .values(
            lease=mine,
            lease_until=now + LEASE,
            tries=outbox.c.tries + 1,
            vanished=outbox.c.vanished + 1,
        )
        .returning(outbox),
        {"now": now, "latest": now + LONGEST},
    ).one_or_none()
    if row is None:
        session.execute(update(outbox).where(*held).values(lease=None, lease_until=None))
        return None
    return Job(job_id, row.kind, row.key, row.payload, row.edition, mine, row.tries, row.lane)


_MINE = (outbox.c.id == bindparam("job_id"), outbox.c.lease == bindparam("held"))


def renew(session: Session, job: Job, now: datetime) -> bool:
    """For work that takes longer than a lease: it is ours for another one. False: it is not."""
    held = update(outbox).where(*_MINE).values(lease_until=now + LEASE).returning(outbox.c.id)
    return session.execute(held, {"job_id": job.id, "held": job.lease}).first() is not None


def finish(session: Session, job: Job, now: datetime) -> None:
    """Done. If a newer wish came meanwhile, the row stays and is due at once."""
    key = {"job_id": job.id, "held": job.lease}
    gone = session.execute(
        delete(outbox).where(*_MINE, outbox.c.edition == job.edition).returning(outbox.c.id), key
    ).first()
    if gone is None:
        session.execute(
            update(outbox)
            .where(*_MINE)
            .values(lease=None, lease_until=None, tries=0, vanished=0, due_at=now),
            key,
        )
        session.has_jobs = True


def try_later(session: Session, job: Job, now: datetime, wait: timedelta, reason: str) -> None:
    session.execute(
        update(outbox)
        .where(*_MINE)
        .values(lease=None, lease_until=None, vanished=0, due_at=now + wait, reason=reason),
        {"job_id": job.id, "held": job.lease},
    )


def park(session: Session, job: Job, now: datetime, reason: str) -> None:
    """Set aside for a person to look at; a new wish for the same thing takes it up again."""
    session.execute(
        update(outbox)
        .where(*_MINE)
        .values(lease=None, lease_until=None, tries=0, vanished=0, parked_at=now, reason=reason),
        {"job_id": job.id, "held": job.lease},
    )


def try_quarantined(session: Session, now: datetime) -> int:
    """Give jobs that seemed to kill their worker one more try an hour; how many.

    Five restarts in a row make an innocent job look the same, and nobody would wish for it again.
    """
    return session.execute(
        update(outbox)
        .where(outbox.c.reason == VANISHED, outbox.c.parked_at <= now - QUARANTINE)
        .values(parked_at=None, vanished=MOST_VANISHED - 1, due_at=now)
    ).rowcount


def set_aside_for(session: Session, reasons: str) -> list[str]:
    """The reasons that begin so, of jobs that were set aside."""
    found = select(outbox.c.reason).where(
        outbox.c.parked_at.is_not(None), outbox.c.reason.startswith(reasons, autoescape=True)
    )
    return list(session.execute(found.distinct()).scalars())


def take_up(session: Session, reason: str, now: datetime) -> int:
    """What was set aside for this is due again; how many."""
    taken = session.execute(
        update(outbox)
        .where(outbox.c.parked_at.is_not(None), outbox.c.reason == reason)
        .values(parked_at=None, reason=None, due_at=now)
    ).rowcount
    session.has_jobs = session.has_jobs or taken > 0
    return taken
