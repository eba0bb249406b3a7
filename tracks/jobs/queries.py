"""Which lanes have work that may start now. Costs the same with ten jobs waiting as with 50,000."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from tracks.db import Prepared, Session
from tracks.jobs.models import lane, outbox
from tracks.jobs.rules import PER_SECOND, LaneState, allowance

# How many jobs of a lane may start in a second, at most.
Pace = Callable[[Session, str], float]
MOST_OF_NOBODY = 100


def usual_pace(_session: Session, _lane: str) -> float:
    return PER_SECOND


FREE = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now"))
_WAITING = outbox.c.parked_at.is_(None)


def _first_lane(*conditions: Any) -> Any:
    found = select(outbox.c.lane).where(_WAITING, *conditions).order_by(outbox.c.lane).limit(1)
    return found.scalar_subquery()


# From one lane's name to the next, each one step in the index, however many jobs lie between.
_first = select(_first_lane().label("name")).cte("waiting", recursive=True)
_LANES = _first.union_all(
    select(_first_lane(outbox.c.lane > _first.c.name)).where(_first.c.name.is_not(None))
)
_due = (
    select(outbox.c.id)
    .where(outbox.c.lane == _LANES.c.name, _WAITING, outbox.c.due_at <= bindparam("now"), FREE)
    .limit(1)
    .scalar_subquery()
)
_STATE = (lane.c.paused_until, lane.c.failures, lane.c.done, lane.c.spent_until)
_WITH_WORK = Prepared(
    select(_LANES.c.name, *_STATE)
    .outerjoin(lane, lane.c.name == _LANES.c.name)
    .where(_LANES.c.name.is_not(None), _due.is_not(None))
)
_IN_FLIGHT = Prepared(
    select(outbox.c.lane, func.count().label("jobs"))
    .where(outbox.c.lease_until > bindparam("now"))
    .group_by(outbox.c.lane)
)


def state_of(row: Row[Any]) -> LaneState:
    """Also of a row of an outer join that found no lane."""
    if row.failures is None:
        return LaneState()
    return LaneState(row.paused_until, row.failures, row.done, row.spent_until)


def startable(session: Session, now: datetime, pace: Pace) -> dict[str, int]:
    """How many jobs of each lane may start now; lanes without any are left out."""
    with_work = session.execute(_WITH_WORK, {"now": now}).all()
    if not with_work:
        return {}
    in_flight = {row.lane: row.jobs for row in session.execute(_IN_FLIGHT, {"now": now})}
    found = {}
    for row in with_work:
        count = MOST_OF_NOBODY
        if row.name:
            rate = pace(session, row.name)
            count = allowance(state_of(row), now, rate, in_flight.get(row.name, 0))
        if count:
            found[row.name] = count
    return found


def lane_states(session: Session) -> dict[str, LaneState]:
    """Of the lanes that have been paused or paced."""
    return {row.name: state_of(row) for row in session.execute(select(lane.c.name, *_STATE))}


def paused_until(session: Session, name: str) -> datetime | None:
    found: datetime | None = session.execute(
        select(lane.c.paused_until).where(lane.c.name == name)
    ).scalar_one_or_none()
    return found
