"""Reads of a municipality's units: open and closed, what they were called, what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tracks.db import Session
from tracks.organisation.models import school_name, school_successor
from tracks.people.models import municipality, school, team, team_school
from tracks.people.rules import OwnerKind, SchoolKind, natural_key


@dataclass(frozen=True, slots=True)
class Owner:
    id: int
    name: str
    country: str
    kind: OwnerKind


@dataclass(frozen=True, slots=True)
class Step:
    """From a unit to one that came after it."""

    school_id: int
    successor_id: int
    happened_on: date
    kind: str  # "merge" or "split"


@dataclass(frozen=True, slots=True)
class Unit:
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
    former_names: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


@dataclass(frozen=True, slots=True)
class Team:
    id: int
    name: str
    school_ids: frozenset[int]


def owner(session: Session, municipality_id: int) -> Owner:
    row = session.execute(select(municipality).where(municipality.c.id == municipality_id)).one()
    return Owner(row.id, row.name, row.country, OwnerKind(row.kind))


def units(session: Session, municipality_id: int) -> list[Unit]:
    """All of them, as a person would sort them; closed ones too."""
    former: dict[int, list[str]] = {}
    for row in session.execute(
        select(school_name.c.school_id, school_name.c.name)
        .where(school_name.c.municipality_id == municipality_id)
        .order_by(school_name.c.until.desc())
    ):
        former.setdefault(row.school_id, []).append(row.name)
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
            former_names=tuple(former.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(found, key=lambda unit: natural_key(unit.name))


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
        select(team.c.id, team.c.name).where(team.c.municipality_id == municipality_id)
    )
    found = [Team(row.id, row.name, frozenset(members.get(row.id, ()))) for row in rows]
    return sorted(found, key=lambda each: natural_key(each.name))
