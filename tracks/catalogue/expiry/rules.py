"""When owners are told that a time of access ends (P-15). Pure."""

from datetime import date, timedelta

DAYS_BEFORE = (30, 7, 0)
AHEAD = timedelta(days=max(DAYS_BEFORE))
# An end nobody was told of, because nothing ran on that day, is told as long as this afterwards.
LATE = timedelta(days=7)


def due(free_until: date, today: date) -> int | None:
    """Which telling is due: 30, 7 or 0, of several the nearest to the end; None: none is."""
    left = (free_until - today).days
    if left < -LATE.days:
        return None
    return min((each for each in DAYS_BEFORE if left <= each), default=None)
