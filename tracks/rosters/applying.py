"""A list becomes true, all of it in one transaction. Nothing anybody has done is ever deleted."""

from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import and_, bindparam, exists, func, insert, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session, count_anew
from tracks.events import Noted
from tracks.i18n import local_day
from tracks.organisation.actions.units import Doer, NewUnit, add_unit, change_unit
from tracks.organisation.models import school_code, teacher_count
from tracks.organisation.queries.units import Unit, units
from tracks.people.events import SchoolChosen
from tracks.people.grants import end_role, grant_role
from tracks.people.models import account, person, school
from tracks.people.rules import SchoolKind
from tracks.rosters.models import (
    roster_entry,
    roster_import,
    roster_row,
)
from tracks.rosters.placing import first_unit, is_misplaced
from tracks.rosters.plan import (
    Import,
    counts,
    import_of,
    is_freed,
    renamed,
    said_protected,
    staged_tasks,
)
from tracks.rosters.records import Task
from tracks.rosters.rules import BRINGS, is_newer
from tracks.rosters.staging import forget_file, move
from tracks.rosters.workflow import State

row = roster_row
entry = roster_entry


def settle(session: Session, import_id: int, today: date) -> None:
    """What can only be seen when all rows are there: names that differ, units nobody knows."""
    which = import_of(session, import_id)
    count_anew(session, row)
    follow_numbers(session, which)
    _find_units(session, which)
    listed = select(row.c.unit_code).where(which.units)
    _make_faults(
        session,
        "unknown-unit",
        and_(which.staff, row.c.school_id.is_(None), row.c.unit_code.not_in(listed)),
        value=row.c.unit_code,
    )
    _refuse_closed(session, which, today)
    for says, key, code in (
        ("staff", row.c.key, "two-names"),
        ("unit", row.c.unit_code, "doubled-unit"),
    ):
        several = (
            select(key)
            .where(row.c.import_id == import_id, row.c.says == says)
            .group_by(key)
            .having(func.count(row.c.name.distinct()) > 1)
        )
        _make_faults(
            session, code, and_(row.c.import_id == import_id, row.c.says == says, key.in_(several))
        )


def _refuse_closed(session: Session, which: Import, today: date) -> None:
    closed = select(school.c.id).where(
        school.c.municipality_id == which.municipality_id, school.c.closed_on <= today
    )
    _make_faults(
        session,
        "closed-unit",
        and_(which.staff, row.c.school_id.in_(closed)),
        value=row.c.unit_code,
    )


def follow_numbers(session: Session, which: Import) -> None:
    """Rows with a number that a unit had before are that unit's: from here on with its own."""
    in_use = select(school.c.code).where(school.c.municipality_id == which.municipality_id)
    mine = school_code.c.municipality_id == which.municipality_id
    former = select(school_code.c.code).where(mine, school_code.c.code.not_in(in_use))
    now_at = (
        select(school.c.code)
        .join(school_code, school_code.c.school_id == school.c.id)
        .where(mine, school_code.c.code == row.c.unit_code)
        .order_by(school_code.c.until.desc(), school.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        update(row)
        .where(
            row.c.import_id == which.id,
            row.c.says.in_(("staff", "unit")),
            row.c.unit_code.in_(former),
        )
        .values(former_code=row.c.unit_code, unit_code=now_at)
    )


def _find_units(session: Session, which: Import) -> None:
    known = (
        select(school.c.id)
        .where(school.c.municipality_id == which.municipality_id, school.c.code == row.c.unit_code)
        .scalar_subquery()
    )
    session.execute(
        update(row).where(which.staff, row.c.school_id.is_(None)).values(school_id=known)
    )


def _make_faults(session: Session, code: str, where: Any, value: Any = None) -> None:
    session.execute(
        update(row)
        .where(where)
        .values(says="fault", fault=code, fault_column=None, fault_value=value, name=None, key="")
    )


def apply(session: Session, import_id: int, now: datetime) -> bool:
    """False, and nothing changed, if it has faults, or would end others than somebody has said."""
    which = import_of(session, import_id)
    # What has become of units since it was read.
    follow_numbers(session, which)
    _refuse_closed(session, which, local_day(now))
    found = counts(session, which)
    confirmed = session.execute(
        select(roster_import.c.confirmed_gone).where(roster_import.c.id == import_id)
    ).scalar_one()
    if found.faults or found.people_gone != confirmed:
        move(session, import_id, State.READY, now, confirmed_gone=None)
        return False
    _take_in_units(session, which, now)
    _find_units(session, which)
    _find_people(session, which)
    _make_people(session, which, now)
    _rename(session, which)
    _end_tasks(session, which, now)
    _begin_tasks(session, which, now)
    count_anew(session, entry)
    _place_people(session, which, now)
    _end_rights(session, which, now)
    _give_rights(session, which, now)
    forget_file(session, import_id)
    if found.changes:
        session.emit(
            Noted(
                "list_taken_in",
                which.municipality_id,
                now,
                actor_id=which.person_id,
                parameters={"list": import_id, **{n: c for n, c in asdict(found).items() if c}},
            )
        )
    return move(session, import_id, State.APPLIED, now, counts=asdict(found), headings=[])


def _take_in_units(session: Session, which: Import, now: datetime) -> None:
    doer = Doer(which.person_id, now)
    known = {unit.code: unit for unit in units(session, which.municipality_id)}
    listed = session.execute(select(row).where(which.units).order_by(row.c.number)).all()
    for code, said in {each.unit_code: each for each in listed}.items():
        unit = known.get(code)
        if unit is None:
            new = _unit_of(said, which.file_name)
            add_unit(session, which.municipality_id, new, doer, counted_by=which.source)
        elif unit.is_open and (other := _changed(unit, said, which.file_name)) is not None:
            home = which.municipality_id
            change_unit(session, home, unit, other, doer, counted_by=which.source)
    mine = and_(school.c.municipality_id == which.municipality_id, school.c.code == row.c.unit_code)
    counted = insert_or(teacher_count).from_select(
        ["municipality_id", "school_id", "counted_on", "source", "teachers", "said_source"],
        select(
            school.c.municipality_id,
            school.c.id,
            row.c.teachers_as_of,
            literal(which.source),
            func.max(row.c.teachers),
            literal(which.file_name),
        )
        .join(school, mine)
        .where(which.units, row.c.teachers.is_not(None), row.c.teachers_as_of.is_not(None))
        .group_by(school.c.municipality_id, school.c.id, row.c.teachers_as_of),
    )
    session.execute(
        counted.on_conflict_do_update(
            index_elements=["school_id", "counted_on", "source"],
            set_={
                "teachers": counted.excluded.teachers,
                "said_source": counted.excluded.said_source,
            },
        )
    )


def _unit_of(said: Any, source: str) -> NewUnit:
    is_counted = said.teachers is not None
    return NewUnit(
        code=said.unit_code,
        name=said.name,
        kind=SchoolKind(said.kind or SchoolKind.COMBINED),
        teachers=said.teachers,
        teachers_as_of=said.teachers_as_of if is_counted else None,
        teachers_source=source if is_counted else None,
    )


def _changed(unit: Unit, said: Any, source: str) -> NewUnit | None:
    """What plan.unit_differs sees: an empty cell takes nothing away, an older count neither."""
    new = NewUnit(
        code=unit.code,
        name=said.name,
        kind=SchoolKind(said.kind or unit.kind),
        teachers=unit.teachers,
        teachers_as_of=unit.teachers_as_of,
        teachers_source=unit.teachers_source,
        device=unit.device,
        opened_on=unit.opened_on,
    )
    if said.teachers is not None and is_newer(said, unit):
        new = replace(
            new,
            teachers=said.teachers,
            teachers_as_of=said.teachers_as_of,
            teachers_source=source,
        )
    is_same = (new.name, new.kind, new.teachers, new.teachers_as_of) == (
        unit.name, unit.kind, unit.teachers, unit.teachers_as_of,
    )  # fmt: skip
    return None if is_same else new


def _find_people(session: Session, which: Import) -> None:
    theirs = (
        select(func.max(entry.c.person_id))
        .where(which.entries, entry.c.key == row.c.key)
        .scalar_subquery()
    )
    session.execute(update(row).where(which.staff).values(person_id=theirs))


def _make_people(session: Session, which: Import, now: datetime) -> None:
    """Those whom this source has never named before."""
    new = session.execute(
        select(row.c.key, func.max(row.c.name).label("name"))
        .where(which.staff, row.c.person_id.is_(None))
        .group_by(row.c.key)
        .order_by(row.c.key)
    ).all()
    if not new:
        return
    # One statement for many; what it returns comes in any order, and who has the same name is
    # still nobody: any of their ids will do.
    made = session.execute(
        insert(person).returning(person.c.id, person.c.name),
        [
            {"municipality_id": which.municipality_id, "name": each.name, "created_at": now}
            for each in new
        ],
    )
    free: dict[str | None, list[int]] = {}
    for each in made:
        free.setdefault(each.name, []).append(each.id)
    session.execute(
        update(row)
        .where(row.c.import_id == which.id, row.c.key == bindparam("of_key"))
        .values(person_id=bindparam("of_person")),
        [{"of_key": each.key, "of_person": free[each.name].pop()} for each in new],
    )


def _rename(session: Session, which: Import) -> None:
    named = [
        {"of_person": each.person_id, "to_name": each.name}
        for each in session.execute(renamed(which))
    ]
    if named:
        session.execute(
            update(person)
            .where(
                person.c.id == bindparam("of_person"),
                person.c.municipality_id == which.municipality_id,
            )
            .values(name=bindparam("to_name")),
            named,
        )
    theirs = person.c.municipality_id == which.municipality_id
    session.execute(update(person).where(theirs, is_freed(which)).values(protected_by=None))
    session.execute(
        update(person)
        .where(theirs, person.c.id.in_(said_protected(which)))
        # The first that has said so is the one to take it back.
        .values(name=None, protected_by=func.coalesce(person.c.protected_by, which.source))
    )


def _end_tasks(session: Session, which: Import, now: datetime) -> None:
    session.execute(update(entry).where(which.ends).values(ended_at=now))


def _begin_tasks(session: Session, which: Import, now: datetime) -> None:
    session.execute(
        update(entry)
        .where(which.entries, entry.c.ended_at.is_not(None), which.named)
        .values(ended_at=None, since=now)
    )
    staged = staged_tasks(which)
    whose = (
        select(func.max(row.c.person_id))
        .where(which.staff, row.c.key == staged.c.key)
        .scalar_subquery()
    )
    known = exists().where(
        which.entries,
        entry.c.key == staged.c.key,
        entry.c.task == staged.c.task,
        entry.c.school_id == staged.c.school_id,
    )
    new = select(
        literal(which.municipality_id),
        literal(which.source),
        staged.c.key,
        whose,
        staged.c.school_id,
        staged.c.task,
        literal(now, entry.c.since.type),
    ).where(not_(known))
    names = ["municipality_id", "source", "key", "person_id", "school_id", "task", "since"]
    session.execute(insert(entry).from_select(names, new))


def _place_people(session: Session, which: Import, now: datetime) -> None:
    """Of whom the list says something: who has no unit, or one they do not work at any longer."""
    said = select(row.c.person_id).where(which.staff)
    ended = select(entry.c.person_id).where(which.entries, entry.c.ended_at == now)
    wanted = and_(
        or_(person.c.id.in_(said), person.c.id.in_(ended)), is_misplaced(which.municipality_id)
    )
    # Few of the staff have come in, and fewer of those before anybody knew where they work.
    have_come_in = session.execute(
        select(person.c.id).where(
            wanted,
            person.c.school_id.is_(None),
            exists().where(account.c.person_id == person.c.id),
        )
    ).all()
    session.execute(
        update(person).where(wanted).values(school_id=first_unit(which.municipality_id))
    )
    theirs = person.c.municipality_id == which.municipality_id
    for (person_id,) in have_come_in:
        where = select(person.c.school_id).where(theirs, person.c.id == person_id)
        unit = session.execute(where).scalar_one()
        # What they have done so far counts there from now on.
        session.emit(SchoolChosen(person_id, which.municipality_id, unit))


def _end_rights(session: Session, which: Import, now: datetime) -> None:
    ended = session.execute(
        select(entry.c.role_grant_id).where(
            which.entries, entry.c.ended_at.is_not(None), entry.c.role_grant_id.is_not(None)
        )
    ).all()
    for (grant_id,) in ended:
        end_role(session, which.municipality_id, grant_id, now, by=which.person_id)
    session.execute(
        update(entry).where(which.entries, entry.c.ended_at.is_not(None)).values(role_grant_id=None)
    )


def _give_rights(session: Session, which: Import, now: datetime) -> None:
    """Few of the staff have a task that brings one."""
    without = session.execute(
        select(entry.c.id, entry.c.person_id, entry.c.school_id, entry.c.task).where(
            which.live, entry.c.role_grant_id.is_(None), entry.c.task.in_(list(BRINGS))
        )
    ).all()
    for each in without:
        granted = grant_role(
            session,
            person_id=each.person_id,
            municipality_id=which.municipality_id,
            role=BRINGS[Task(each.task)],
            school_id=each.school_id,
            now=now,
            by=which.person_id,
        )
        session.execute(update(entry).where(entry.c.id == each.id).values(role_grant_id=granted))
