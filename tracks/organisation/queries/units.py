"""Reads of a municipality's units: open and closed, what they were called, what became of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, select

from tracks.db import Session
from tracks.organisation.models import (
    school_code,
    school_name,
    school_successor,
    teacher_count,
)
from tracks.organisation.rules import TeacherCount
from tracks.people.models import municipality, school, team, team_school
from tracks.people.rules import OwnerKind, SchoolKind, natural_key


class Owner(Struct, frozen=True):
    id: int
    name: str
    country: str
    kind: OwnerKind


class Step(Struct, frozen=True):
    """From a unit to one that came after it."""

    school_id: int
    successor_id: int
    happened_on: date
    kind: str  # "merge" or "split"


class Unit(Struct, frozen=True):
    id: int
    code: str
    name: str
    kind: SchoolKind
    teachers: int | None  # None: unknown
    teachers_as_of: date | None
    teachers_source: str | None
    opened_on: date | None
    closed_on: date | None
    device: str | None  # of most pupils; None: unknown
    former_names: tuple[str, ...] = ()  # the newest first; so the numbers
    former_codes: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class Team(Struct, frozen=True):
    id: int
    name: str
    school_ids: frozenset[int]


def owner(session: Session, municipality_id: int) -> Owner:
    row = session.execute(select(municipality).where(municipality.c.id == municipality_id)).one()
    return Owner(row.id, row.name, row.country, OwnerKind(row.kind))


def units(session: Session, municipality_id: int) -> list[Unit]:
    """All of them, as a person would sort them; closed ones too."""
    names = _former(session, municipality_id, school_name.c.name)
    codes = _former(session, municipality_id, school_code.c.code)
    rows = session.execute(select(school).where(school.c.municipality_id == municipality_id))
    found = [
        Unit(
            id=row.id,
            code=row.code,
            name=row.name,
            kind=SchoolKind(row.kind),
            teachers=row.teachers,
            teachers_as_of=row.teachers_as_of,
            device=row.device,
            teachers_source=row.teachers_source,
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            former_names=tuple(names.get(row.id, ())),
            former_codes=tuple(codes.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(found, key=lambda unit: natural_key(unit.name))


def _former(session: Session, municipality_id: int, what: Column[Any]) -> dict[int, list[str]]:
    table = what.table
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(table.c.school_id, what)
        .where(table.c.municipality_id == municipality_id)
        .order_by(table.c.until.desc(), what)
    )
    for school_id, text in map(tuple, rows):
        found.setdefault(school_id, []).append(text)
    return found


def by_number(every: Sequence[Unit]) -> dict[str, Unit]:
    """Also by the numbers they had before: a number that is in use is its unit's alone."""
    found: dict[str, Unit] = {}
    for unit in every:
        for code in unit.former_codes:
            found.setdefault(code, unit)
    return found | {unit.code: unit for unit in every}


def teacher_counts(session: Session, municipality_id: int, school_id: int) -> list[TeacherCount]:
    """Of all years and sources, the oldest first."""
    rows = session.execute(
        select(teacher_count)
        .where(
            teacher_count.c.municipality_id == municipality_id,
            teacher_count.c.school_id == school_id,
        )
        .order_by(teacher_count.c.counted_on, teacher_count.c.source)
    )
    return [TeacherCount(r.counted_on, r.teachers, r.source, r.said_source) for r in rows]


def steps(session: Session, municipality_id: int) -> list[Step]:
    """Every merge and split, oldest first."""
    rows = session.execute(
        select(school_successor)
        .where(school_successor.c.municipality_id == municipality_id)
        .order_by(
            school_successor.c.happened_on,
            school_successor.c.school_id,
            school_successor.c.successor_id,
        )
    )
    return [Step(r.school_id, r.successor_id, r.happened_on, r.kind) for r in rows]


def merged_into(session: Session, municipality_id: int) -> dict[int, int]:
    """Merged units, and where all that was theirs is now: whoever looks for numbers adds them up.

    A split takes no numbers along: nobody knows which part they belong to.
    """
    return ends_of(
        {s.school_id: s.successor_id for s in steps(session, municipality_id) if s.kind == "merge"}
    )


def ends_of(next_of: Mapping[int, int]) -> dict[int, int]:
    """The last of each line: a merged school may have been merged again."""

    def end(at: int) -> int:
        while at in next_of:
            at = next_of[at]
        return at

    return {each: end(each) for each in next_of}


def teams(session: Session, municipality_id: int) -> list[Team]:
    members: dict[int, set[int]] = {}
    for row in session.execute(
        select(team_school).where(team_school.c.municipality_id == municipality_id)
    ):
        members.setdefault(row.team_id, set()).add(row.school_id)
    rows = session.execute(
        select(team.c.id, team.c.name).where(
            team.c.municipality_id == municipality_id, team.c.ended_at.is_(None)
        )
    )
    found = [Team(row.id, row.name, frozenset(members.get(row.id, ()))) for row in rows]
    return sorted(found, key=lambda each: natural_key(each.name))
