"""Writes of units: their beginning, changes and end. History is never written over."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import delete, exists, insert, not_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.i18n import N_, local_day
from tracks.organisation.events import (
    RoleMoved,
    UnitChanged,
    UnitClosed,
    UnitOpenedAgain,
    UnitRenumbered,
    UnitsMerged,
    UnitSplit,
)
from tracks.organisation.models import (
    role_invitation,
    school_code,
    school_name,
    school_successor,
    teacher_count,
)
from tracks.organisation.queries.roles import grants
from tracks.organisation.queries.units import Unit, units
from tracks.organisation.rules import TeacherCount, known_sum
from tracks.people.actions import add_school
from tracks.people.grants import end_role, grant_role
from tracks.people.models import municipality, person, school, team_school
from tracks.people.rules import SchoolKind

TWO_AT_LEAST = N_("Choose at least two.")
NOT_OPEN = N_("One of these is closed already, or is not yours.")
NOT_YET = N_("Do it on the day, or after it: a day to come changes nothing yet.")
BEFORE_IT_OPENED = N_("That is before it opened.")
SOMETHING_CAME_AFTER = N_("It is open, or others came after it: it cannot be opened again.")
NUMBER_TAKEN = N_("Another unit has this number already.")


# Sources of teacher_count beside those of lists.
BY_HAND = "hand"
ADDED_UP = "merge"


class NotPossible(Exception):
    """Nothing was changed. `problem` is a message id."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NewUnit(Struct, frozen=True):
    code: str
    name: str
    kind: SchoolKind
    teachers: int | None = None
    teachers_as_of: date | None = None
    teachers_source: str | None = None
    device: str | None = None  # of most pupils
    opened_on: date | None = None

    def count(self, source: str) -> TeacherCount | None:
        return _count_of(self.teachers, self.teachers_as_of, source, self.teachers_source)


class Doer(Struct, frozen=True):
    """Who does it, when: the person, or None for an operator."""

    by: int | None
    now: datetime


def add_unit(
    session: Session,
    municipality_id: int,
    new: NewUnit,
    doer: Doer,
    *,
    counted_by: str = BY_HAND,
) -> int:
    """Raises NotPossible when the number is taken. `counted_by`: a source of teacher_count."""
    _one_at_a_time(session, municipality_id)
    _check_numbers(session, municipality_id, [new])
    made = add_school(
        session,
        municipality_id,
        code=new.code,
        name=new.name,
        kind=new.kind,
        teachers=new.teachers,
        teachers_as_of=new.teachers_as_of,
        teachers_source=new.teachers_source,
        device=new.device,
        opened_on=new.opened_on,
    )
    _keep_count(session, municipality_id, made, new.count(counted_by))
    _tell(session, municipality_id, made, doer, is_new=True)
    return made


def change_unit(
    session: Session,
    municipality_id: int,
    unit: Unit,
    new: NewUnit,
    doer: Doer,
    *,
    code_was_wrong: bool = False,
    counted_by: str = BY_HAND,
) -> None:
    """A name or number it had before stays findable, unless that number was never its own; and so
    do counts of its teachers. `counted_by`: a source of teacher_count.

    Raises NotPossible when another has the number.
    """
    if unit.code != new.code:
        _renumber(session, municipality_id, unit, new, doer, is_kept=not code_was_wrong)
    was_counted = (unit.teachers, unit.teachers_as_of, unit.teachers_source)
    if was_counted != (new.teachers, new.teachers_as_of, new.teachers_source):
        if new.teachers is None:
            _take_count_back(session, municipality_id, unit)
        _keep_count(session, municipality_id, unit.id, new.count(counted_by))
    if unit.name != new.name:
        session.execute(
            insert_or(school_name)
            .values(
                school_id=unit.id,
                name=unit.name,
                municipality_id=municipality_id,
                until=local_day(doer.now),
            )
            .on_conflict_do_nothing()
        )
    session.execute(
        update(school)
        .where(school.c.id == unit.id, school.c.municipality_id == municipality_id)
        .values(
            name=new.name,
            kind=new.kind,
            teachers=new.teachers,
            teachers_as_of=new.teachers_as_of,
            teachers_source=new.teachers_source,
            device=new.device,
            opened_on=new.opened_on,
        )
    )
    _tell(session, municipality_id, unit.id, doer, is_new=False)


def _count_of(
    teachers: int | None, counted_on: date | None, source: str, said_source: str | None
) -> TeacherCount | None:
    """A number without its day is no count of any year."""
    if teachers is None or counted_on is None:
        return None
    return TeacherCount(counted_on, teachers, source, said_source)


def _keep_count(
    session: Session, municipality_id: int, school_id: int, count: TeacherCount | None
) -> None:
    if count is None:
        return
    values = {"teachers": count.teachers, "said_source": count.said_source}
    session.execute(
        insert_or(teacher_count)
        .values(
            municipality_id=municipality_id,
            school_id=school_id,
            counted_on=count.counted_on,
            source=count.source,
            **values,
        )
        .on_conflict_do_update(index_elements=["school_id", "counted_on", "source"], set_=values)
    )


def _take_count_back(session: Session, municipality_id: int, unit: Unit) -> None:
    """Whoever empties the field says that nobody knows. Counts of other days stay."""
    session.execute(
        delete(teacher_count).where(
            teacher_count.c.municipality_id == municipality_id,
            teacher_count.c.school_id == unit.id,
            teacher_count.c.counted_on == unit.teachers_as_of,
            teacher_count.c.source == BY_HAND,
        )
    )


def _renumber(
    session: Session,
    municipality_id: int,
    unit: Unit,
    new: NewUnit,
    doer: Doer,
    *,
    is_kept: bool,
) -> None:
    _one_at_a_time(session, municipality_id)
    _check_numbers(session, municipality_id, [new])
    mine = school_code.c.school_id == unit.id, school_code.c.municipality_id == municipality_id
    # What it had long ago and has again is no earlier number.
    session.execute(delete(school_code).where(*mine, school_code.c.code == new.code))
    if is_kept:
        until = {"until": local_day(doer.now)}
        session.execute(
            insert_or(school_code)
            .values(school_id=unit.id, code=unit.code, municipality_id=municipality_id, **until)
            .on_conflict_do_update(index_elements=["school_id", "code"], set_=until)
        )
    session.execute(
        update(school)
        .where(school.c.id == unit.id, school.c.municipality_id == municipality_id)
        .values(code=new.code)
    )
    session.emit(
        UnitRenumbered(municipality_id=municipality_id, school_id=unit.id, by=doer.by, at=doer.now)
    )


def merge_units(
    session: Session,
    municipality_id: int,
    school_ids: Sequence[int],
    into: int | NewUnit,
    on: date,
    doer: Doer,
) -> int:
    """The id of the unit that all are now: one of them, or a new one. Raises NotPossible.

    Staff, teams, invitations and roles go along. Numbers stay where they were counted, and pages
    add them up (organisation.queries.units.merged_into).
    """
    together = _open_units(session, municipality_id, school_ids, on, doer)
    if len(together) < 2:
        raise NotPossible(TWO_AT_LEAST)
    if isinstance(into, NewUnit):
        target = add_unit(session, municipality_id, replace(into, opened_on=on), doer)
    elif into in {unit.id for unit in together}:
        target = into
    else:
        raise NotPossible(NOT_OPEN)
    gone = [unit.id for unit in together if unit.id != target]
    _close(session, municipality_id, gone, [target], on, "merge")
    _count_teachers(session, municipality_id, target, together)
    session.execute(
        update(person)
        .where(person.c.municipality_id == municipality_id, person.c.school_id.in_(gone))
        .values(school_id=target)
    )
    session.execute(
        update(role_invitation)
        .where(
            role_invitation.c.municipality_id == municipality_id,
            role_invitation.c.school_id.in_(gone),
        )
        .values(school_id=target)
    )
    _move_roles(session, municipality_id, gone, target, doer)
    session.emit(
        UnitsMerged(
            municipality_id=municipality_id,
            school_ids=tuple(gone),
            into=target,
            on=on,
            by=doer.by,
            at=doer.now,
        )
    )
    return target


def split_unit(
    session: Session,
    municipality_id: int,
    school_id: int,
    parts: Sequence[NewUnit],
    on: date,
    doer: Doer,
) -> list[int]:
    """The ids of the parts. Raises NotPossible.

    Who works at which part nobody here knows: everybody is asked at their next visit, and roles at
    the old unit end.
    """
    if len(parts) < 2:
        raise NotPossible(TWO_AT_LEAST)
    _open_units(session, municipality_id, [school_id], on, doer)
    _check_numbers(session, municipality_id, parts)
    made = [add_unit(session, municipality_id, replace(part, opened_on=on), doer) for part in parts]
    _close(session, municipality_id, [school_id], made, on, "split")
    _empty(session, municipality_id, school_id, doer)
    session.emit(
        UnitSplit(
            municipality_id=municipality_id,
            school_id=school_id,
            into=tuple(made),
            on=on,
            by=doer.by,
            at=doer.now,
        )
    )
    return made


def close_unit(
    session: Session, municipality_id: int, school_id: int, on: date, doer: Doer
) -> None:
    """Nothing comes after it. Raises NotPossible.

    Its numbers stay, roles there end, and whose work counted there is without a unit until somebody
    says where it counts: they at their next visit, a coordinator, or the next list of staff.
    """
    _open_units(session, municipality_id, [school_id], on, doer)
    _close(session, municipality_id, [school_id], [], on, "")
    _empty(session, municipality_id, school_id, doer)
    session.emit(
        UnitClosed(
            municipality_id=municipality_id, school_id=school_id, on=on, by=doer.by, at=doer.now
        )
    )


def open_again(session: Session, municipality_id: int, school_id: int, doer: Doer) -> None:
    """Who has no unit since it closed is there again; roles are not. Raises NotPossible."""
    _one_at_a_time(session, municipality_id)
    has_successor = exists().where(
        school_successor.c.school_id == school.c.id,
        school_successor.c.municipality_id == municipality_id,
    )
    opened = session.execute(
        update(school)
        .where(
            school.c.id == school_id,
            school.c.municipality_id == municipality_id,
            school.c.closed_on.is_not(None),
            not_(has_successor),
        )
        .values(closed_on=None)
        .returning(school.c.id)
    )
    if opened.first() is None:
        raise NotPossible(SOMETHING_CAME_AFTER)
    session.execute(
        update(person)
        .where(
            person.c.municipality_id == municipality_id,
            person.c.former_school_id == school_id,
            person.c.school_id.is_(None),
        )
        .values(school_id=school_id, former_school_id=None)
    )
    session.emit(
        UnitOpenedAgain(
            municipality_id=municipality_id, school_id=school_id, by=doer.by, at=doer.now
        )
    )


def _empty(session: Session, municipality_id: int, school_id: int, doer: Doer) -> None:
    """Nobody is at a unit that has closed: neither by their work, nor a role, nor an invitation."""
    session.execute(
        update(person)
        .where(person.c.municipality_id == municipality_id, person.c.school_id == school_id)
        .values(school_id=None, former_school_id=school_id)
    )
    session.execute(
        update(role_invitation)
        .where(
            role_invitation.c.municipality_id == municipality_id,
            role_invitation.c.school_id == school_id,
            role_invitation.c.used_at.is_(None),
            role_invitation.c.ended_at.is_(None),
        )
        .values(ended_at=doer.now)
    )
    for given in grants(session, municipality_id):
        if given.school_id == school_id and not given.is_over(doer.now):
            end_role(session, municipality_id, given.id, doer.now, by=doer.by)


def _one_at_a_time(session: Session, municipality_id: int) -> None:
    """Of two who change a municipality's units at the same time, the second meets what the first
    has made. Others may write meanwhile: NO KEY UPDATE lets rows that point here be added.
    """
    session.execute(
        select(municipality.c.id)
        .where(municipality.c.id == municipality_id)
        .with_for_update(key_share=True)
    )


def _check_numbers(session: Session, municipality_id: int, new: Sequence[NewUnit]) -> None:
    codes = [each.code for each in new]
    taken = session.execute(
        select(school.c.id).where(
            school.c.municipality_id == municipality_id, school.c.code.in_(codes)
        )
    ).first()
    if taken is not None or len(set(codes)) < len(codes):
        raise NotPossible(NUMBER_TAKEN)


def _open_units(
    session: Session, municipality_id: int, school_ids: Sequence[int], on: date, doer: Doer
) -> list[Unit]:
    wanted = set(school_ids)
    _one_at_a_time(session, municipality_id)
    found = [u for u in units(session, municipality_id) if u.id in wanted and u.is_open]
    if len(found) != len(wanted):
        raise NotPossible(NOT_OPEN)
    if on > local_day(doer.now):
        raise NotPossible(NOT_YET)
    if any(unit.opened_on is not None and on < unit.opened_on for unit in found):
        raise NotPossible(BEFORE_IT_OPENED)
    return found


def _close(
    session: Session, municipality_id: int, gone: list[int], into: list[int], on: date, kind: str
) -> None:
    session.execute(
        update(school)
        .where(school.c.municipality_id == municipality_id, school.c.id.in_(gone))
        .values(closed_on=on)
    )
    came_after = [
        {
            "school_id": school_id,
            "successor_id": successor,
            "municipality_id": municipality_id,
            "happened_on": on,
            "kind": kind,
        }
        for school_id in gone
        for successor in into
    ]
    if came_after:
        session.execute(insert(school_successor), came_after)
    in_teams = session.execute(
        delete(team_school)
        .where(team_school.c.municipality_id == municipality_id, team_school.c.school_id.in_(gone))
        .returning(team_school.c.team_id)
    ).scalars()
    for team_id in sorted(set(in_teams)):
        for successor in into:
            session.execute(
                insert_or(team_school)
                .values(team_id=team_id, school_id=successor, municipality_id=municipality_id)
                .on_conflict_do_nothing()
            )


def _count_teachers(
    session: Session, municipality_id: int, target: int, together: list[Unit]
) -> None:
    """Unless the new unit has a number of its own: the sum, as old as its oldest part."""
    teachers = known_sum(unit.teachers for unit in together)
    days = [unit.teachers_as_of for unit in together if unit.teachers_as_of]
    sources = dict.fromkeys(unit.teachers_source for unit in together if unit.teachers_source)
    is_one_of_them = any(unit.id == target for unit in together)
    as_of = min(days) if teachers is not None and days else None
    source = ", ".join(sources)[:100] or None if teachers is not None else None
    summed = session.execute(
        update(school)
        .where(
            school.c.id == target,
            school.c.municipality_id == municipality_id,
            *(() if is_one_of_them else (school.c.teachers.is_(None),)),
        )
        .values(teachers=teachers, teachers_as_of=as_of, teachers_source=source)
        .returning(school.c.id)
    )
    if summed.first() is not None:
        count = _count_of(teachers, as_of, ADDED_UP, source)
        _keep_count(session, municipality_id, target, count)


def _move_roles(
    session: Session, municipality_id: int, gone: list[int], target: int, doer: Doer
) -> None:
    given = [g for g in grants(session, municipality_id) if not g.is_over(doer.now)]
    there = {(g.person_id, g.role) for g in given if g.school_id == target}
    for each in given:
        if each.school_id not in gone:
            continue
        end_role(session, municipality_id, each.id, doer.now, by=doer.by)
        made = None
        if (each.person_id, each.role) not in there:
            there.add((each.person_id, each.role))
            made = grant_role(
                session,
                person_id=each.person_id,
                municipality_id=municipality_id,
                role=each.role,
                school_id=target,
                now=doer.now,
                starts=each.starts_at,
                until=each.until,
                percent=each.percent,
                by=doer.by,
            )
        session.emit(RoleMoved(municipality_id, each.id, made))


def _tell(
    session: Session, municipality_id: int, school_id: int, doer: Doer, *, is_new: bool
) -> None:
    session.emit(
        UnitChanged(
            municipality_id=municipality_id,
            school_id=school_id,
            is_new=is_new,
            by=doer.by,
            at=doer.now,
        )
    )
