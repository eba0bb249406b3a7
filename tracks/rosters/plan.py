"""What a list that has been read would change: reads only. A source knows its own people only."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select
from sqlalchemy.sql.selectable import Subquery

from tracks.db import Session
from tracks.people.models import person, school
from tracks.rosters.columns import Field
from tracks.rosters.models import roster_entry, roster_import, roster_row
from tracks.rosters.records import Source, Task
from tracks.rosters.rules import BRINGS, Counts, Ended

row = roster_row
entry = roster_entry


class Import(Struct, frozen=True):
    """The list at hand, as the statements below need it."""

    id: int
    municipality_id: int
    source: str
    file_name: str
    person_id: int  # who takes it in
    is_complete: bool
    created_at: datetime
    # It says of everybody whether their identity is protected: a column of it does, or the format.
    says_protected: bool

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
            roster_import.c.columns,
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
        found.source == Source.SS12000 or Field.PROTECTED in (found.columns or {}),
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


def said_protected(which: Import) -> Any:
    """Ids of those of whom the list says that their identity is protected."""
    return (
        select(entry.c.person_id)
        .join(row, row.c.key == entry.c.key)
        .where(which.entries, row.c.import_id == which.id, row.c.is_protected)
    )


def is_freed(which: Import) -> ColumnElement[bool]:
    """Of a person: the source that said they are protected says now that they are not."""
    if not which.says_protected:
        return false()
    said_open = (
        select(entry.c.person_id)
        .join(row, row.c.key == entry.c.key)
        .where(which.entries, which.staff)
    )
    return and_(
        person.c.protected_by == which.source,
        person.c.id.in_(said_open),
        person.c.id.not_in(said_protected(which)),
    )


def may_be_named(which: Import) -> ColumnElement[bool]:
    """Of a person: what the list calls them may be written."""
    return or_(person.c.protected_by.is_(None), is_freed(which))


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
            may_be_named(which),
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


def roles_ended(session: Session, which: Import) -> list[Ended]:
    """By task, of those that bring a role: where so many would end that somebody has to look."""
    staged = staged_tasks(which)
    is_known = exists().where(
        which.live,
        entry.c.key == staged.c.key,
        entry.c.task == staged.c.task,
        entry.c.school_id == staged.c.school_id,
    )
    known, gone, new = (
        _by_task(session, each)
        for each in (
            select(entry.c.task).where(which.live),
            select(entry.c.task).where(which.ends),
            select(staged.c.task).where(not_(is_known)),
        )
    )
    found = [
        Ended(task, known.get(task, 0), gone.get(task, 0), new.get(task, 0)) for task in BRINGS
    ]
    return [each for each in found if each.is_many]


def _by_task(session: Session, tasks: Any) -> dict[Task, int]:
    each = tasks.subquery()
    rows = session.execute(select(each.c.task, func.count()).group_by(each.c.task))
    return {Task(task): number for task, number in map(tuple, rows)}


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
            .filter(and_(school.c.id.is_not(None), school.c.closed_on.is_(None), unit_differs()))
            .label("changed"),
        )
        .select_from(row.outerjoin(school, mine))
        .where(which.units)
    )


class UnitChange(Struct, frozen=True):
    """What the list says of a unit, and what is known of it until now; None: nothing."""

    number: int
    line: int
    code: str
    name: str
    was: str | None  # None: new
    kind: str | None
    kind_was: str | None
    teachers: int | None
    teachers_was: int | None


def unit_changes(
    session: Session, which: Import, *, after: int = -1, most: int = 50
) -> list[UnitChange]:
    """Rows of units that change something, in the order of the file."""
    mine = and_(school.c.municipality_id == which.municipality_id, school.c.code == row.c.unit_code)
    found = session.execute(
        select(
            row.c.number,
            row.c.line,
            row.c.unit_code.label("code"),
            row.c.name,
            school.c.name.label("was"),
            row.c.kind,
            school.c.kind.label("kind_was"),
            row.c.teachers,
            school.c.teachers.label("teachers_was"),
        )
        .select_from(row.outerjoin(school, mine))
        .where(
            which.units,
            row.c.number > after,
            or_(school.c.id.is_(None), and_(school.c.closed_on.is_(None), unit_differs())),
        )
        .order_by(row.c.number)
        .limit(most)
    )
    return [UnitChange(**each._asdict()) for each in found]


class FormerNumber(Struct, frozen=True):
    """What rows call a unit that has another number now."""

    was: str
    code: str
    unit: str
    rows: int


def former_numbers(session: Session, which: Import) -> list[FormerNumber]:
    found = session.execute(
        select(row.c.former_code, row.c.unit_code, school.c.name, func.count().label("rows"))
        .join(school, school.c.code == row.c.unit_code)
        .where(
            row.c.import_id == which.id,
            row.c.former_code.is_not(None),
            school.c.municipality_id == which.municipality_id,
        )
        .group_by(row.c.former_code, row.c.unit_code, school.c.name)
        .order_by(row.c.former_code)
    )
    return [FormerNumber(*each) for each in map(tuple, found)]


class ClosedUnit(Struct, frozen=True):
    code: str
    unit: str
    closed_on: date


def closed_units(session: Session, which: Import) -> list[ClosedUnit]:
    """That a list of units still has: it changes nothing of them."""
    found = session.execute(
        select(school.c.code, school.c.name, school.c.closed_on)
        .join(row, row.c.unit_code == school.c.code)
        .where(
            which.units,
            school.c.municipality_id == which.municipality_id,
            school.c.closed_on.is_not(None),
        )
        .distinct()
        .order_by(school.c.code)
    )
    return [ClosedUnit(*each) for each in map(tuple, found)]


class FaultRow(Struct, frozen=True):
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


class Change(Struct, frozen=True):
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
    is_nameable = exists().where(
        which.entries,
        entry.c.key == row.c.key,
        person.c.id == entry.c.person_id,
        may_be_named(which),
    )
    is_renamed = and_(is_nameable, row.c.name.is_not(None), known_name.is_distinct_from(row.c.name))
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


class Ending(Struct, frozen=True):
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
