"""Reads of devices and pupils: the newest count of each grade."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import select

from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.mapping.models import device_count
from tracks.mapping.rules import Count, Total, shown_grades, total
from tracks.organisation.queries.units import Unit, owner, units
from tracks.people.models import person


class Coverage(Struct, frozen=True):
    """Of one unit."""

    unit: Unit
    counts: Mapping[str, Count]  # by grade, the newest
    grades: list[str]  # in order, those that nothing is known of too

    @property
    def total(self) -> Total:
        return total(self.counts.get(grade) for grade in self.grades)


def newest_counts(
    session: Session, municipality_id: int, school_id: int | None = None
) -> dict[int, dict[str, Count]]:
    """By school, by grade; `school_id`: of this one only."""
    statement = (
        select(device_count)
        .where(device_count.c.municipality_id == municipality_id)
        .order_by(device_count.c.counted_on)
    )
    if school_id is not None:
        statement = statement.where(device_count.c.school_id == school_id)
    found: dict[int, dict[str, Count]] = {}
    for row in session.execute(statement):
        count = Count(row.pupils, row.devices, row.counted_on, row.source)
        found.setdefault(row.school_id, {})[row.grade] = count
    return found


def coverages(session: Session, municipality_id: int) -> list[Coverage]:
    """Of every open unit, as a person would sort them."""
    counts = newest_counts(session, municipality_id)
    country = owner(session, municipality_id).country
    return [
        _coverage(unit, country, counts.get(unit.id, {}))
        for unit in units(session, municipality_id)
        if unit.is_open
    ]


def coverage_of(session: Session, municipality_id: int, school_id: int) -> Coverage:
    """The caller has looked the school up."""
    counts = newest_counts(session, municipality_id, school_id).get(school_id, {})
    unit = next(each for each in units(session, municipality_id) if each.id == school_id)
    return _coverage(unit, owner(session, municipality_id).country, counts)


def _coverage(unit: Unit, country: str, counts: Mapping[str, Count]) -> Coverage:
    return Coverage(unit, counts, shown_grades(unit.kind, country, counts))


def last_writer(
    session: Session, municipality_id: int, school_id: int
) -> tuple[date, str | None] | None:
    """The day of the newest writing and who wrote it; None: nobody has written."""
    row = session.execute(
        select(device_count.c.written_at, person.c.name)
        .outerjoin(person, person.c.id == device_count.c.written_by)
        .where(
            device_count.c.school_id == school_id,
            device_count.c.municipality_id == municipality_id,
        )
        .order_by(device_count.c.written_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.written_at, row.name)


KEPT = (
    Kept(
        device_count.c.written_by,
        N_("That you wrote how many devices pupils have, and when"),
        N_("to see where every pupil has a device, and how old the count is"),
        fate=Fate.LEAVE,
        active=device_count.c.written_at,
    ),
)
