"""Grades of a school, and what may be said of counts of devices. Pure (ADR 0037)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from tracks.people.rules import SchoolKind

ALL: Final = "all"  # where pupils are not in grades
_YEARS: Final = tuple(str(n) for n in range(1, 11))
_GRADES: Final[dict[str, dict[SchoolKind, Sequence[str]]]] = {
    "NO": {
        SchoolKind.PRIMARY: _YEARS[:7],
        SchoolKind.LOWER_SECONDARY: _YEARS[7:],
        SchoolKind.COMBINED: _YEARS,
        SchoolKind.SPECIAL: _YEARS,
        SchoolKind.UPPER_SECONDARY: ("vg1", "vg2", "vg3"),
    },
    # The types are named after Norwegian years; a Swedish school has its own.
    "SE": {
        SchoolKind.PRIMARY: ("f", *_YEARS[:6]),
        SchoolKind.LOWER_SECONDARY: _YEARS[6:9],
        SchoolKind.COMBINED: ("f", *_YEARS[:9]),
        SchoolKind.SPECIAL: ("f", *_YEARS[:9]),
        SchoolKind.UPPER_SECONDARY: ("gy1", "gy2", "gy3"),
    },
}
# In the order in which pages show them.
EVERY_GRADE: Final = ("f", *_YEARS, "vg1", "vg2", "vg3", "gy1", "gy2", "gy3", ALL)
MOST: Final = 5_000  # pupils or devices of one grade


def grades_of(kind: SchoolKind, country: str) -> Sequence[str]:
    return _GRADES.get(country, _GRADES["NO"]).get(kind, (ALL,))


class Count(Struct, frozen=True):
    """Of one grade, on one day. None: unknown. Not both are."""

    pupils: int | None
    devices: int | None
    counted_on: date
    source: str

    @property
    def is_whole(self) -> bool:
        return self.pupils is not None and self.devices is not None

    @property
    def share(self) -> float | None:
        """Pupils with a device of their own, 0 to 1; None: unknown, or there are no pupils."""
        return share_of(self.devices, self.pupils)


def share_of(devices: int | None, pupils: int | None) -> float | None:
    if devices is None or not pupils:
        return None
    return min(devices / pupils, 1.0)


class Total(Struct, frozen=True):
    """Of several grades: a sum only where every one is known, or a part would look like all."""

    pupils: int | None
    devices: int | None
    unknown: int
    of: int
    first: date | None  # days on which it was counted, from and to
    last: date | None

    @property
    def share(self) -> float | None:
        return share_of(self.devices, self.pupils)


def total(counts: Iterable[Count | None]) -> Total:
    listed = list(counts)
    whole = [each for each in listed if each is not None and each.is_whole]
    unknown = len(listed) - len(whole)
    days = [each.counted_on for each in listed if each is not None]
    is_known = bool(listed) and not unknown
    return Total(
        pupils=sum(each.pupils or 0 for each in whole) if is_known else None,
        devices=sum(each.devices or 0 for each in whole) if is_known else None,
        unknown=unknown,
        of=len(listed),
        first=min(days, default=None),
        last=max(days, default=None),
    )


def shown_grades(kind: SchoolKind, country: str, counts: Mapping[str, Count]) -> list[str]:
    """The usual ones, and others that something is known of: a school may have changed."""
    usual = set(grades_of(kind, country))
    return [grade for grade in EVERY_GRADE if grade in usual or grade in counts]
