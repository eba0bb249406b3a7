"""What a list that has been read would change: reads only. A source knows its own people only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.sql.selectable import Subquery

from tracks.db import Session
from tracks.people.models import person, school
from tracks.rosters.models import roster_entry, roster_import, roster_row
from tracks.rosters.rules import Counts

row = roster_row
entry = roster_entry


@dataclass(frozen=True, slots=True)
class Import:
    """The list at hand, as the statements below need it."""

    id: int
    municipality_id: int
    source: str
    file_name: str
    person_id: int  # who takes it in
    is_complete: bool
    created_at: datetime

    @property
    def staff(self) -> ColumnElement[bool]:
        """Rows about staff who may be known by name."""
        return and_(
            row.c.import_id == self.id, row.c.says == "staff", row.c.is_protected.is_(False)
        )

    @property
    def units(self) -> ColumnElement[bool]:
        return and_(row.c.import_id == self.id, row.c.says == "unit")

    @property
    def entries(self) -> ColumnElement[bool]:
        """Everything that this source has ever said of this municipality."""
        return and_(entry.c.municipality_id == self.municipality_id, entry.c.source == self.source)

    @property
    def live(self) -> ColumnElement[bool]:
        return and_(self.entries, entry.c.ended_at.is_(None))

    @property
    def ends(self) -> ColumnElement[bool]:
        """Of a live entry: the list ends it."""
        said_gone = exists().where(
            row.c.import_id == self.id,
            row.c.key == entry.c.key,
            or_(row.c.says == "leaver", and_(row.c.says == "staff", row.c.is_protected)),
        )
        if not self.is_complete:
            return and_(self.live, said_gone)
        return and_(self.live, or_(said_gone, not_(self.named)))

    @property
    def named(self) -> ColumnElement[bool]:
        """Of an entry: the list has it."""
        return exists().where(
            self.staff,
            row.c.key == entry.c.key,
            row.c.task == entry.c.task,
            row.c.school_id == entry.c.school_id,
        )


def import_of(session: Session, import_id: int) -> Import:
    found = session.execute(
        select(
            roster_import.c.id,
            roster_import.c.municipality_id,
            roster_import.c.source,
            roster_import.c.file_name,
            roster_import.c.person_id,
            roster_import.c.is_complete,
            roster_import.c.created_at,
        ).where(roster_import.c.id == import_id)
    ).one()
    return Import(
        found.id,
        found.municipality_id,
        found.source,
        found.file_name,
        found.person_id,
        found.is_complete,
        found.created_at,
    )


def staged_tasks(which: Import) -> Subquery:
    """Each (key, unit, task) of the list once."""
    return (
        select(row.c.key, row.c.unit_code, row.c.school_id, row.c.task)
        .where(which.staff)
        .distinct()
        .subquery("staged")
    )


def people_known(session: Session, which: Import) -> int:
    return _count(session, select(entry.c.key).where(which.live).distinct())


def _count(session: Session, statement: Any) -> int:
    found: int = session.execute(
        select(func.count()).select_from(statement.subquery())
    ).scalar_one()
    return found


def has_entry(which: Import, *, is_live: bool) -> ColumnElement[bool]:
    """Of a row of staff: somebody has that key."""
    return exists().where(which.live if is_live else which.entries, entry.c.key == row.c.key)


def renamed(which: Import) -> Any:
    """(person, name) of those whose name stands otherwise in the list."""
    return (
        select(entry.c.person_id, func.max(row.c.name).label("name"))
        .join(entry, and_(which.entries, entry.c.key == row.c.key))
        .join(person, person.c.id == entry.c.person_id)
        .where(
            which.staff,
            row.c.name.is_not(None),
            or_(person.c.name.is_(None), person.c.name != row.c.name),
        )
        .group_by(entry.c.person_id)
    )


def people_gone(session: Session, which: Import) -> int:
    """Who has live tasks now, and none after it."""
    is_named = exists().where(which.staff, row.c.key == entry.c.key)
    stays = is_named if which.is_complete else and_(is_named, not_(which.ends))
    return _count(session, select(entry.c.key).where(which.ends, not_(stays)).distinct())


def counts(session: Session, which: Import) -> Counts:
    staged = staged_tasks(which)
    matching = and_(
        which.live,
        entry.c.key == staged.c.key,
        entry.c.task == staged.c.task,
        entry.c.school_id == staged.c.school_id,
    )
    tasks = _count(session, select(staged.c.key))
    unchanged = _count(session, select(staged.c.key).where(exists().where(matching)))
    keys = select(row.c.key).where(which.staff)
    protected = select(row.c.key).where(
        row.c.import_id == which.id, row.c.says == "staff", row.c.is_protected
    )
    units = session.execute(_unit_counts(which)).one()
    faults = select(row.c.number).where(row.c.import_id == which.id, row.c.says == "fault")
    return Counts(
        people_new=_count(session, keys.where(not_(has_entry(which, is_live=False))).distinct()),
        people_renamed=_count(session, renamed(which)),
        people_gone=people_gone(session, which),
        people_protected=_count(session, protected.distinct()),
        tasks_new=tasks - unchanged,
        tasks_ended=_count(session, select(entry.c.id).where(which.ends)),
        tasks_unchanged=unchanged,
        units_new=units.new,
        units_changed=units.changed,
        units_unchanged=units.all - units.new - units.changed,
        faults=_count(session, faults),
    )


def unit_differs() -> ColumnElement[bool]:
    """Of a row about a unit that we know: it says something else, or a newer count."""
    return or_(
        row.c.name != school.c.name,
        and_(row.c.kind.is_not(None), row.c.kind != school.c.kind),
        and_(
            row.c.teachers.is_not(None),
            or_(
                school.c.teachers.is_(None),
                and_(
                    row.c.teachers != school.c.teachers,
                    or_(
                        school.c.teachers_as_of.is_(None),
                        row.c.teachers_as_of >= school.c.teachers_as_of,
                    ),
                ),
                row.c.teachers_as_of > school.c.teachers_as_of,
                and_(school.c.teachers_as_of.is_(None), row.c.teachers_as_of.is_not(None)),
            ),
        ),
    )


def _unit_counts(which: Import) -> Any:
    mine = and_(school.c.municipality_id == which.municipality_id, school.c.code == row.c.unit_code)
    return (
        select(
            func.count(row.c.unit_code.distinct()).label("all"),
            func.count(row.c.unit_code.distinct()).filter(school.c.id.is_(None)).label("new"),
            func.count(row.c.unit_code.distinct())
            .filter(and_(school.c.id.is_not(None), unit_differs()))
            .label("changed"),
        )
        .select_from(row.outerjoin(school, mine))
        .where(which.units)
    )


@dataclass(frozen=True, slots=True)
class FaultRow:
    number: int
    line: int
    code: str
    column: str
    value: str


def faults(session: Session, import_id: int, *, after: int = -1, most: int = 50) -> list[FaultRow]:
    """In the order of the file, `most` of them after row number `after`. A line is no place to go
    on from: the files of an export count their lines each for itself."""
    found = session.execute(
        select(row.c.number, row.c.line, row.c.fault, row.c.fault_column, row.c.fault_value)
        .where(row.c.import_id == import_id, row.c.says == "fault", row.c.number > after)
        .order_by(row.c.number)
        .limit(most)
    )
    return [FaultRow(*each) for each in map(tuple, found)]


def all_faults(session: Session, import_id: int) -> Iterator[FaultRow]:
    found = session.execute(
        select(row.c.number, row.c.line, row.c.fault, row.c.fault_column, row.c.fault_value)
        .where(row.c.import_id == import_id, row.c.says == "fault")
        .order_by(row.c.number)
    )
    return (FaultRow(*each) for each in map(tuple, found))


@dataclass(frozen=True, slots=True)
class Change:
    """What one row would change: new, task, name. `was`: the name we know."""

    number: int
    line: int
    key: str
    name: str | None
    was: str | None
    unit: str
    task: str
    effects: tuple[str, ...]


def changes(session: Session, which: Import, *, after: int = -1, most: int = 50) -> list[Change]:
    """Rows of staff that change something, in the order of the file."""
    live = exists().where(
        which.live,
        entry.c.key == row.c.key,
        entry.c.task == row.c.task,
        entry.c.school_id == row.c.school_id,
    )
    known_name = (
        select(func.max(person.c.name))
        .join(entry, entry.c.person_id == person.c.id)
        .where(which.entries, entry.c.key == row.c.key)
        .scalar_subquery()
    )
    is_known = has_entry(which, is_live=False)
    is_renamed = and_(is_known, row.c.name.is_not(None), known_name.is_distinct_from(row.c.name))
    found = session.execute(
        select(
            row.c.number,
            row.c.line,
            row.c.key,
            row.c.name,
            known_name.label("was"),
            func.coalesce(school.c.name, row.c.unit_code).label("unit"),
            row.c.task,
            is_known.label("is_known"),
            live.label("is_live"),
            is_renamed.label("is_renamed"),
        )
        .outerjoin(school, school.c.id == row.c.school_id)
        .where(which.staff, row.c.number > after, or_(not_(live), is_renamed))
        .order_by(row.c.number)
        .limit(most)
    )
    return [
        Change(
            number=each.number,
            line=each.line,
            key=each.key,
            name=each.name,
            was=each.was,
            unit=each.unit,
            task=each.task,
            effects=(
                *(("person",) if not each.is_known else ()),
                *(("task",) if not each.is_live else ()),
                *(("name",) if each.is_renamed else ()),
            ),
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class Ending:
    id: int
    key: str
    name: str | None
    unit: str
    task: str


def endings(session: Session, which: Import, *, after: int = 0, most: int = 50) -> list[Ending]:
    """Tasks that the list ends, in a lasting order."""
    found = session.execute(
        select(entry.c.id, entry.c.key, person.c.name, school.c.name.label("unit"), entry.c.task)
        .join(person, person.c.id == entry.c.person_id)
        .join(school, school.c.id == entry.c.school_id)
        .where(which.ends, entry.c.id > after)
        .order_by(entry.c.id)
        .limit(most)
    )
    return [Ending(each.id, each.key, each.name, each.unit, each.task) for each in found]
