"""When to try again, when to stop trying, and how fast a lane may go. Pure."""

import math
from datetime import datetime, timedelta

from msgspec import Struct

# Longer than a score takes: to read back and to send, a token and a call each, 15 s at most.
LEASE = timedelta(seconds=90)
MOST_VANISHED = 5
QUARANTINE = timedelta(hours=1)
_FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
PER_SECOND = 10.0
# A lane that does not answer is asked again this often at least, however long it has been away.
LONGEST_PAUSE = timedelta(minutes=10)
AT_EASE = 100  # this many jobs done since the last failure: nothing is held back any more
_BURST = timedelta(seconds=1)


class Job(Struct, frozen=True):
    id: int
    kind: str
    key: str
    payload: dict[str, object]
    edition: int
    lease: str
    tries: int
    lane: str


class LaneState(Struct, frozen=True):
    """Of the jobs that wait for one and the same other machine."""

    paused_until: datetime | None = None
    failures: int = 0  # in a row
    done: int = AT_EASE  # since the last failure
    spent_until: datetime | None = None  # when all that was handed out has had its share of time


def back_off(tries: int, asked: float | None = None) -> timedelta:
    """How long to wait after the nth failed try: 5 s, 10 s, 20 s ... one hour.

    `asked`: seconds the other side asked for (Retry-After); the longer of the two holds.
    """
    doublings: int = 2 ** min(max(tries, 1) - 1, 20)
    wait = min(_FIRST * doublings, LONGEST)
    return max(wait, timedelta(seconds=min(asked or 0, LONGEST.total_seconds())))


def pause(failures: int, asked: float | None = None) -> timedelta:
    """How long a whole lane waits after the nth failure in a row."""
    return max(min(back_off(failures), LONGEST_PAUSE), back_off(1, asked))


def is_paused(lane: LaneState, now: datetime) -> bool:
    """A pause longer than any we make was noted by a clock that has been set back since."""
    return lane.paused_until is not None and now < lane.paused_until <= now + LONGEST


def allowance(lane: LaneState, now: datetime, per_second: float, in_flight: int) -> int:
    """How many more jobs of the lane may start now.

    Not more than `per_second` over time, in bursts of a second's share. After a pause first one,
    a probe; then as many at once as have gone well, and one.
    """
    if is_paused(lane, now):
        return 0
    spent = lane.spent_until
    if spent is None or not now <= spent <= now + _BURST:
        spent = now
    by_rate = math.floor((now + _BURST - spent).total_seconds() * per_second + 1e-6)
    at_once = min(math.ceil(per_second), lane.done + 1)
    return max(0, min(by_rate, at_once - in_flight))


def spent_until(lane: LaneState, now: datetime, per_second: float, count: int) -> datetime:
    """The lane's new mark after `count` jobs were handed out."""
    spent = lane.spent_until
    if spent is None or not now <= spent <= now + _BURST:
        spent = now
    return spent + timedelta(seconds=count / per_second)
