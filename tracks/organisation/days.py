"""Days as people write them, in Oslo and Stockholm. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_ZONE: Final = ZoneInfo("Europe/Oslo")  # the same days as in Stockholm


def a_day(text: str) -> date | None:
    """Raises ValueError for what is no day; None for nothing."""
    text = text.strip()
    if not text:
        return None
    found = date.fromisoformat(text)
    if not 1990 <= found.year <= 2100 or len(text) != 10:
        raise ValueError(text)
    return found


def beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE)


def end_of(day: date) -> datetime:
    """The last day counts whole."""
    return beginning_of(day + timedelta(days=1))
