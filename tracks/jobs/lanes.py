"""Lanes: jobs that wait for the same other machine are paused together and share its pace."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Prepared, Session
from tracks.jobs.models import lane, outbox
from tracks.jobs.queries import state_of
from tracks.jobs.rules import AT_EASE, allowance, is_paused, pause, spent_until

_NEW = insert_or(lane)
# Read by writing: of several relays one at a time has the lane's row.
_HOLD = Prepared(
    _NEW.on_conflict_do_update(
        index_elements=["name"], set_={"name": _NEW.excluded.name}
    ).returning(lane.c.paused_until, lane.c.failures, lane.c.done, lane.c.spent_until)
)
_IN_FLIGHT = Prepared(
    select(func.count()).where(
        outbox.c.lane == bindparam("name"), outbox.c.lease_until > bindparam("now")
    )
)


def take_from(session: Session, name: str, now: datetime, per_second: float) -> int:
    """How many jobs may start now; noted as started."""
    state = state_of(session.execute(_HOLD, {"name": name}).one())
    in_flight = session.execute(_IN_FLIGHT, {"name": name, "now": now}).scalar_one()
    count = allowance(state, now, per_second, in_flight)
    if count:
        until = spent_until(state, now, per_second, count)
        session.execute(update(lane).where(lane.c.name == name).values(spent_until=until))
    return count


def pause_lane(session: Session, name: str, now: datetime, asked: float | None) -> int:
    """Let nothing of the lane start for a while, longer after each failure; failures in a row."""
    state = state_of(session.execute(_HOLD, {"name": name}).one())
    # What failed beside it had started before the pause: it is one failure.
    failures = state.failures if is_paused(state, now) else state.failures + 1
    until = now + pause(failures, asked)
    if is_paused(state, now) and state.paused_until is not None:
        until = max(until, state.paused_until)
    session.execute(
        update(lane)
        .where(lane.c.name == name)
        .values(failures=failures, done=0, paused_until=until)
    )
    return failures


_WENT_WELL = Prepared(
    update(lane)
    .where(
        lane.c.name == bindparam("lane"),
        lane.c.done < AT_EASE,
        # One that began before the pause proves nothing about now.
        or_(lane.c.paused_until.is_(None), lane.c.paused_until <= bindparam("now")),
    )
    .values(done=lane.c.done + 1, failures=0, paused_until=None)
    .returning(lane.c.done)
)


def lane_went_well(session: Session, name: str, now: datetime) -> bool:
    """A job of the lane was answered. True: the first since it was paused."""
    row = session.execute(_WENT_WELL, {"lane": name, "now": now}).first()
    return row is not None and row.done == 1


def end_pause(session: Session, name: str, now: datetime) -> None:
    """A person wants to try now; one job goes first."""
    session.execute(update(lane).where(lane.c.name == name).values(paused_until=None))
    session.execute(
        update(outbox)
        .where(outbox.c.lane == name, outbox.c.parked_at.is_(None), outbox.c.due_at > now)
        .values(due_at=now)
    )
