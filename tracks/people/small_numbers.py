"""What may be shown of a count of people (ADR 0005). Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

COUNT_HOLDS: Final = timedelta(days=366)


class Shown(Struct, frozen=True):
    """A count of people as others may see it: exact, or "at_least" so many, or hidden."""

    count: int | None
    at_least: int | None
    out_of: int | None  # None: the number of teachers is unknown

    @property
    def is_hidden(self) -> bool:
        return self.count is None and self.at_least is None

    @property
    def share(self) -> float | None:
        """0 to 1 of the denominator; None when hidden or unknown."""
        known = self.at_least if self.count is None else self.count
        if known is None or not self.out_of:
            return None
        return min(known / self.out_of, 1.0)


def shown(
    count: int, out_of: int | None, *, least: int, within: Iterable[int | None] = ()
) -> Shown:
    """Hide what would point at persons. `within`: counts shown exactly of groups this is part of.

    Counts under `least` are hidden, 0 too: "nobody" says something about everybody. A count that
    leaves fewer than `least` people of a whole out is given as "at least": those few could be
    named. So is "all" of fewer than twice `least`. Of a staff of `least` or fewer nothing is
    said at all: any number would be everybody.
    """
    if count < least or is_too_small(out_of, least=least):
        return Shown(None, None, out_of)
    for whole in (out_of, *within):
        if whole is None:
            continue
        rest = whole - count
        if 0 < rest < least or (rest == 0 and whole < 2 * least):
            return Shown(None, max(least, whole - least + 1), out_of)
    return Shown(count, None, out_of)


def of_lately(seen: Shown, counted_on: date | None, today: date) -> Shown:
    """Of a count of staff that is older than a year nobody knows whether it is still so: the whole
    is unknown. It has hidden what it hides all the same.
    """
    return replace(seen, out_of=None) if is_old(counted_on, today) else seen


def is_old(counted_on: date | None, today: date) -> bool:
    return counted_on is not None and today - counted_on > COUNT_HOLDS


def is_too_small(out_of: int | None, *, least: int) -> bool:
    return out_of is not None and out_of <= least
