"""When to try again, and when to stop trying."""

from dataclasses import dataclass
from datetime import timedelta

LEASE = timedelta(seconds=90)  # longer than the longest call: 15 s twice and a token
MOST_VANISHED = 5
QUARANTINE = timedelta(hours=1)
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    kind: str
    key: str
    payload: dict[str, object]
    edition: int
    lease: str
    tries: int


def back_off(tries: int, asked: float | None = None) -> timedelta:
    """How long to wait after the nth failed try: 5 s, 10 s, 20 s ... one hour.

    `asked`: seconds the other side asked for (Retry-After); the longer of the two holds.
    """
    doublings: int = 2 ** min(max(tries, 1) - 1, 20)
    wait = min(_FIRST * doublings, _LONGEST)
    return max(wait, timedelta(seconds=min(asked or 0, _LONGEST.total_seconds())))
