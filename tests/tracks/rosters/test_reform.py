"""Units that lists know become one, or several: the next list puts nobody back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories.lists import Lists, organisation_number
from tests.tracks.organisation.people import with_role
from tests.tracks.rosters.conftest import UNIT_A, UNIT_B
from tracks.i18n import local_day
from tracks.organisation.actions.units import (
    Doer,
    NewUnit,
    change_unit,
    close_unit,
    merge_units,
    split_unit,
)
from tracks.organisation.queries.units import by_number, units
from tracks.people.grants import end_role, grant_role
from tracks.people.models import person, role_grant, school
from tracks.people.rules import Role, SchoolKind
from tracks.rosters.plan import faults
from tracks.rosters.rules import Counts
from tracks.rosters.workflow import State

NEW, PART, ANOTHER = (organisation_number(number) for number in (5, 6, 7))
TEACHER = f"1;Sample one;{UNIT_A};Lærer;"
LEADER = f"2;Sample two;{UNIT_A};Rektor;"


def unit(lists: Lists, code: str) -> int:
    return int(lists.tool.rows(select(school.c.id).where(school.c.code == code))[0][0])


def merge(lists: Lists, into: str = NEW) -> int:
    now = datetime.now(UTC)
    with lists.tool.database.writing() as session:
        return merge_units(
            session,
            lists.tool.municipality_id,
            [unit(lists, UNIT_A), unit(lists, UNIT_B)],
            NewUnit(NEW, "Merged", SchoolKind.COMBINED) if into == NEW else unit(lists, into),
            local_day(now),
            Doer(None, now),
        )


def split(lists: Lists) -> None:
    now = datetime.now(UTC)
    parts = [
        NewUnit(PART, "Part 1", SchoolKind.PRIMARY),
        NewUnit(ANOTHER, "Part 2", SchoolKind.LOWER_SECONDARY),
    ]
    with lists.tool.database.writing() as session:
        split_unit(
            session,
            lists.tool.municipality_id,
            unit(lists, UNIT_A),
            parts,
            local_day(now),
            Doer(None, now),
        )


def at(lists: Lists) -> dict[str, str | None]:
    """Where each person's work counts."""
    found = (
        select(person.c.name, school.c.name.label("unit"))
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(person.c.name.like("Sample %"))
    )
    return {row.name: row.unit for row in lists.tool.rows(found)}


def leaders(lists: Lists) -> list[str]:
    """Where there are roles of a leader in force."""
    found = (
        select(school.c.name)
        .join(role_grant, role_grant.c.school_id == school.c.id)
        .where(role_grant.c.until.is_(None), role_grant.c.role == Role.SCHOOL_LEADER)
        .order_by(school.c.name)
    )
    return [row.name for row in lists.tool.rows(found)]


def any_list(lists: Lists) -> None:
    made = lists.units([f"{organisation_number(8)};Unit Z;1-10;9;2026-10-15"], complete=False)
    assert lists.apply(made) == State.APPLIED


def some_staff(lists: Lists) -> None:
    made = lists.staff([f"9;Sample nine;{organisation_number(8)};Lærer;"], complete=False)
    assert lists.apply(made) == State.APPLIED


def test_after_a_merge_no_list_puts_anybody_back(lists: Lists):
    lists.has([TEACHER, LEADER])

    merge(lists)
    any_list(lists)
    some_staff(lists)

    assert at(lists) == {"Sample one": "Merged", "Sample two": "Merged", "Sample nine": "Unit Z"}
    assert leaders(lists) == ["Merged"]


def test_a_list_with_the_new_number_changes_nothing_more(lists: Lists):
    lists.has([TEACHER, LEADER])
    merge(lists)

    made = lists.staff([f"1;Sample one;{NEW};Lærer;", f"2;Sample two;{NEW};Rektor;"])

    assert lists.would_change(made) == Counts(tasks_unchanged=2)
    lists.apply(made)
    assert leaders(lists) == ["Merged"]


def test_after_a_split_they_are_asked_and_no_list_answers_for_them(lists: Lists):
    lists.has([TEACHER, LEADER])

    split(lists)
    any_list(lists)
    some_staff(lists)

    assert at(lists) == {"Sample one": None, "Sample two": None, "Sample nine": "Unit Z"}
    assert leaders(lists) == []


def test_after_a_split_a_list_that_names_a_part_answers_for_them(lists: Lists):
    lists.has([TEACHER, LEADER])
    split(lists)

    lists.has([f"1;Sample one;{PART};Lærer;", f"2;Sample two;{ANOTHER};Rektor;"])

    assert at(lists) == {"Sample one": "Part 1", "Sample two": "Part 2"}
    assert leaders(lists) == ["Part 2"]


@pytest.mark.parametrize("into", [NEW, UNIT_A, UNIT_B])
def test_a_leader_who_leaves_after_a_merge_loses_the_role(lists: Lists, into: str):
    lists.has([TEACHER, LEADER])
    merge(lists, into)
    assert len(leaders(lists)) == 1

    lists.has([f"1;Sample one;{into};Lærer;"])

    assert leaders(lists) == []


def test_a_leader_of_both_has_one_role_which_ends_with_the_task(lists: Lists):
    lists.has([TEACHER, LEADER, f"2;Sample two;{UNIT_B};Rektor;"])
    merge(lists, UNIT_B)

    assert {(key, at) for key, at, *_ in lists.working()} == {("1", "Unit B"), ("2", "Unit B")}
    assert leaders(lists) == ["Unit B"]
    lists.has([f"1;Sample one;{UNIT_B};Lærer;"])
    assert leaders(lists) == []


@pytest.mark.parametrize(("taken_at", "other"), [(UNIT_A, UNIT_B), (UNIT_B, UNIT_A)])
def test_of_two_tasks_that_are_one_the_role_in_force_is_the_tasks(
    lists: Lists, taken_at: str, other: str
):
    """Somebody has taken the role away at one of the two."""
    lists.has([f"2;Sample two;{UNIT_A};Rektor;", f"2;Sample two;{UNIT_B};Rektor;"])
    there = select(role_grant.c.id).where(role_grant.c.school_id == unit(lists, taken_at))
    ((grant_id,),) = lists.tool.rows(there)
    with lists.tool.database.writing() as session:
        end_role(session, lists.tool.municipality_id, grant_id, datetime.now(UTC))

    merge(lists, UNIT_B)

    assert leaders(lists) == ["Unit B"]
    lists.has([TEACHER.replace(UNIT_A, UNIT_B)])
    assert leaders(lists) == []


def test_a_role_that_was_given_here_stays_after_a_merge_whoever_leaves(lists: Lists):
    lists.has([TEACHER, LEADER])
    ((who,),) = lists.tool.rows(select(person.c.id).where(person.c.name == "Sample two"))
    with lists.tool.database.writing() as session:
        grant_role(
            session,
            person_id=who,
            municipality_id=lists.tool.municipality_id,
            role=Role.SCHOOL_LEADER,
            school_id=unit(lists, UNIT_B),
            now=datetime.now(UTC) - timedelta(days=9),
        )
    merge(lists, UNIT_B)

    lists.has([f"1;Sample one;{UNIT_B};Lærer;"])

    assert leaders(lists) == ["Unit B"]


def test_a_list_that_was_read_before_its_unit_closed_is_not_applied(lists: Lists):
    made = lists.staff([TEACHER])
    merge(lists)

    assert lists.apply(made) == State.READY

    with lists.tool.database.reading() as session:
        assert [each.code for each in faults(session, made)] == ["closed-unit"]
    assert lists.working() == set()


def test_who_has_chosen_another_unit_stays_there_when_a_list_names_others(lists: Lists):
    lists.has([TEACHER, LEADER])
    with lists.tool.database.writing() as session:
        session.execute(person.update().values(school_id=unit(lists, UNIT_B)))

    made = lists.staff([f"9;Sample nine;{UNIT_A};Lærer;", TEACHER], complete=False)
    lists.apply(made)

    assert at(lists) == {"Sample one": "Unit A", "Sample two": "Unit B", "Sample nine": "Unit A"}


def renumber(lists: Lists, old: str, new: str) -> None:
    with lists.tool.database.writing() as session:
        known = by_number(units(session, lists.tool.municipality_id))[old]
        said = NewUnit(new, known.name, known.kind, known.teachers, known.teachers_as_of)
        now = datetime.now(UTC)
        change_unit(session, lists.tool.municipality_id, known, said, Doer(None, now))


def close(lists: Lists) -> None:
    now = datetime.now(UTC)
    with lists.tool.database.writing() as session:
        close_unit(
            session,
            lists.tool.municipality_id,
            unit(lists, UNIT_A),
            local_day(now),
            Doer(None, now),
        )


def test_when_a_unit_closes_its_staff_have_none_until_a_list_says_it(lists: Lists):
    lists.has([TEACHER, LEADER])

    close(lists)
    any_list(lists)

    assert at(lists) == {"Sample one": None, "Sample two": None}
    assert (lists.working(), leaders(lists)) == (set(), [])
    lists.has([f"1;Sample one;{UNIT_B};Lærer;"])
    assert at(lists) == {"Sample one": "Unit B", "Sample two": None}


def test_a_list_that_names_a_closed_unit_says_so_and_is_not_taken_in(lists: Lists):
    lists.has([TEACHER])
    close(lists)
    made = lists.staff([TEACHER])

    page = lists.tool.get(with_role(lists.tool, Role.COORDINATOR), f"/imports/{made}?lang=en").text

    assert "This unit is closed: <code>" + UNIT_A in page
    assert "open the unit again on its page" in page
    assert lists.apply(made) == State.READY


def test_a_list_of_units_changes_nothing_of_a_closed_one_and_says_so(lists: Lists):
    close(lists)
    rows = [f"{UNIT_A};Another name;8-10;9;2026-10-15", f"{UNIT_B};Unit B;8-10;;"]
    made = lists.units(rows)

    page = lists.tool.get(with_role(lists.tool, Role.COORDINATOR), f"/imports/{made}?lang=en").text

    assert "Closed units in this list" in page
    assert f"Unit A, {UNIT_A}: closed" in page
    assert lists.would_change(made) == Counts(units_unchanged=2)
    assert lists.apply(made) == State.APPLIED
    assert [row.name for row in lists.tool.rows(select(school.c.name))].count("Unit A") == 1


def test_a_list_with_an_earlier_number_is_read_as_the_unit_that_had_it(lists: Lists):
    lists.has([TEACHER, LEADER])
    renumber(lists, UNIT_A, NEW)

    made = lists.staff([TEACHER, LEADER])
    units_made = lists.units([f"{UNIT_A};Unit A;1-10;21;2026-10-02"], complete=False)

    assert lists.would_change(made) == Counts(tasks_unchanged=2)
    page = lists.tool.get(with_role(lists.tool, Role.COORDINATOR), f"/imports/{made}?lang=en").text
    assert f"Unit A: {UNIT_A} is {NEW} now (rows: 2)" in page
    assert lists.would_change(units_made) == Counts(units_changed=1)
    assert (lists.apply(made), lists.apply(units_made)) == (State.APPLIED, State.APPLIED)
    assert lists.tool.count(school, school.c.code == UNIT_A) == 0
    assert lists.tool.rows(select(school.c.teachers).where(school.c.code == NEW)) == [(21,)]
    assert leaders(lists) == ["Unit A"]


def test_a_list_that_was_read_before_its_unit_was_renumbered_makes_no_second_one(lists: Lists):
    made = lists.units([f"{UNIT_A};Unit A;1-10;21;2026-10-02"], complete=False)
    renumber(lists, UNIT_A, NEW)
    before = lists.tool.count(school)

    assert lists.apply(made) == State.APPLIED

    assert lists.tool.count(school) == before
    assert lists.tool.rows(select(school.c.teachers).where(school.c.code == NEW)) == [(21,)]


def test_a_number_that_another_unit_has_now_is_that_ones(lists: Lists):
    lists.has([TEACHER])
    renumber(lists, UNIT_A, NEW)
    renumber(lists, UNIT_B, UNIT_A)

    made = lists.staff([TEACHER])

    assert lists.would_change(made) == Counts(tasks_new=1, tasks_ended=1)
    lists.apply(made)
    assert at(lists) == {"Sample one": "Unit B"}
