"""A list becomes true: all of it or nothing, twice the same is once, nobody's work is lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.factories.lists import STAFF_HEAD, Lists, organisation_number
from tests.factories.tool import Tool
from tests.tracks.rosters.conftest import UNIT_A, UNIT_B
from tracks.i18n import local_day
from tracks.organisation.actions.linking import make_code_for
from tracks.organisation.models import teacher_count
from tracks.people.models import person, role_grant, school
from tracks.people.rules import Actor, Role
from tracks.rosters.jobs import KEPT_FOR, forget_old_lists, read_list
from tracks.rosters.models import (
    roster_entry,
    roster_import,
    roster_piece,
    roster_row,
)
from tracks.rosters.plan import changes, faults, import_of
from tracks.rosters.rules import Counts, Guard, guard
from tracks.rosters.staging import move, throw_away
from tracks.rosters.workflow import State

TWO = [f"1;Sample one;{UNIT_A};Lærer;", f"2;Sample two;{UNIT_A};Rektor;"]


def test_new_people_are_made_once_and_work_where_the_list_says(lists: Lists):
    before = lists.people()
    made = lists.staff([*TWO, f"2;Sample two;{UNIT_B};Lærer;"])

    assert lists.would_change(made) == Counts(people_new=2, tasks_new=3)
    assert lists.apply(made) == State.APPLIED

    assert lists.people() == before + 2
    assert lists.working() == {
        ("1", "Unit A", "teacher", "Sample one"),
        ("2", "Unit A", "school_leader", "Sample two"),
        ("2", "Unit B", "teacher", "Sample two"),
    }


def test_nothing_is_true_before_it_is_applied(lists: Lists):
    before = lists.people()

    lists.staff(TWO)

    assert lists.people() == before
    assert lists.working() == set()


def test_the_same_list_again_changes_nothing(lists: Lists):
    lists.has(TWO)
    before = lists.tool.counts()

    again = lists.staff(TWO)

    assert lists.would_change(again) == Counts(tasks_unchanged=2)
    assert lists.would_change(again).changes == 0
    assert lists.apply(again) == State.APPLIED
    after = lists.tool.counts()
    assert {n: c for n, c in after.items() if n != "roster_import"} == {
        n: c for n, c in before.items() if n != "roster_import"
    }


def test_the_same_row_twice_is_one_task(lists: Lists):
    made = lists.staff([TWO[0], TWO[0]])

    assert lists.would_change(made) == Counts(people_new=1, tasks_new=1)
    lists.apply(made)
    assert lists.tool.count(roster_entry) == 1


def test_who_is_not_in_a_complete_list_has_left_and_comes_back_as_the_same(lists: Lists):
    lists.has(TWO)
    whose = lists.tool.rows(select(roster_entry.c.person_id).where(roster_entry.c.key == "1"))

    long_ago = datetime(2020, 8, 17, tzinfo=UTC)
    with lists.tool.database.writing() as session:
        session.execute(update(roster_entry).values(since=long_ago))
    gone = lists.staff(TWO[1:])
    assert lists.would_change(gone) == Counts(people_gone=1, tasks_ended=1, tasks_unchanged=1)
    lists.apply(gone, gone=1)
    assert {key for key, *_ in lists.working()} == {"2"}
    back = lists.staff(TWO)
    assert lists.would_change(back) == Counts(tasks_new=1, tasks_unchanged=1)
    lists.apply(back)

    assert {key for key, *_ in lists.working()} == {"1", "2"}
    again = lists.tool.rows(select(roster_entry.c.person_id).where(roster_entry.c.key == "1"))
    assert again == whose
    since = lists.tool.rows(select(roster_entry.c.key, roster_entry.c.since))
    assert {row.key: row.since == long_ago for row in since} == {"1": False, "2": True}


def test_who_is_not_in_a_list_of_some_stays(lists: Lists):
    lists.has(TWO)

    some = lists.staff([f"3;Sample three;{UNIT_B};Lærer;"], complete=False)

    assert lists.would_change(some) == Counts(people_new=1, tasks_new=1)
    lists.apply(some)
    assert {key for key, *_ in lists.working()} == {"1", "2", "3"}


def test_a_move_ends_one_task_and_begins_another_and_nobody_is_gone(lists: Lists):
    lists.has(TWO)

    moved = lists.staff([f"1;Sample one;{UNIT_B};Lærer;", TWO[1]])

    assert lists.would_change(moved) == Counts(tasks_new=1, tasks_ended=1, tasks_unchanged=1)
    lists.apply(moved)
    now_at = lists.tool.rows(
        select(school.c.name)
        .join(person, person.c.school_id == school.c.id)
        .join(roster_entry, roster_entry.c.person_id == person.c.id)
        .where(roster_entry.c.key == "1", roster_entry.c.ended_at.is_(None))
    )
    assert [row.name for row in now_at] == ["Unit B"]


def test_whose_unit_still_holds_keeps_it(lists: Lists):
    lists.has([*TWO, f"2;Sample two;{UNIT_B};Lærer;"])
    at_b = select(school.c.id).where(school.c.name == "Unit B").scalar_subquery()
    with lists.tool.database.writing() as session:
        session.execute(person.update().where(person.c.name == "Sample two").values(school_id=at_b))

    lists.has([*TWO, f"2;Sample two;{UNIT_B};Lærer;"])

    found = lists.tool.rows(
        select(school.c.name)
        .join(person, person.c.school_id == school.c.id)
        .where(person.c.name == "Sample two")
    )
    assert [row.name for row in found] == ["Unit B"]


def test_a_new_name_is_taken_and_no_name_takes_none_away(lists: Lists):
    lists.has(TWO)

    other = lists.staff([f"1;Sample new;{UNIT_A};Lærer;", f"2;;{UNIT_A};Rektor;"])

    assert lists.would_change(other) == Counts(people_renamed=1, tasks_unchanged=2)
    lists.apply(other)
    assert {(key, name) for key, _, _, name in lists.working()} == {
        ("1", "Sample new"),
        ("2", "Sample two"),
    }


def test_tasks_bring_rights_at_their_unit_and_take_them_along(lists: Lists):
    lists.has([*TWO, f"3;Sample three;{UNIT_B};Endringsgruppeleder;"])
    grants = select(role_grant.c.role, school.c.name, role_grant.c.until).join(
        school, school.c.id == role_grant.c.school_id
    )
    assert {tuple(row) for row in lists.tool.rows(grants)} == {
        (Role.SCHOOL_LEADER, "Unit A", None),
        (Role.LEADER, "Unit B", None),
    }

    lists.has([*TWO, f"3;Sample three;{UNIT_B};Lærer;"])

    live = lists.tool.rows(grants.where(role_grant.c.until.is_(None)))
    assert [tuple(row) for row in live] == [(Role.SCHOOL_LEADER, "Unit A", None)]
    lists.has([*TWO, f"3;Sample three;{UNIT_B};Endringsgruppeleder;"])
    assert len(lists.tool.rows(grants.where(role_grant.c.until.is_(None)))) == 2


def test_a_right_that_was_given_here_stays_whoever_leaves(lists: Lists):
    lists.has(TWO)
    whose = lists.tool.rows(select(roster_entry.c.person_id).where(roster_entry.c.key == "1"))
    with lists.tool.database.writing() as session:
        session.execute(
            role_grant.insert().values(
                municipality_id=lists.tool.municipality_id,
                person_id=whose[0].person_id,
                role=Role.COORDINATOR,
                granted_at=datetime.now(UTC),
            )
        )

    lists.has(TWO[1:])

    assert lists.tool.count(role_grant, role_grant.c.until.is_(None)) == 2


# --- protected identity


def test_of_a_protected_person_neither_name_nor_number_is_kept(lists: Lists):
    before = lists.people()
    made = lists.staff([*TWO, f"77123;Hidden away;{UNIT_A};Lærer;ja"])

    assert lists.would_change(made) == Counts(people_new=2, people_protected=1, tasks_new=2)
    lists.apply(made)

    assert lists.people() == before + 2
    for table in (person, roster_entry, roster_row, roster_piece):
        assert "Hidden" not in str(lists.tool.rows(select(table)))
        assert "77123" not in str(lists.tool.rows(select(table)))


def test_who_becomes_protected_loses_the_name_and_the_task_here(lists: Lists):
    lists.has(TWO)

    made = lists.staff([f"1;Sample one;{UNIT_A};Lærer;kode 6", TWO[1]])
    assert lists.would_change(made).people_gone == 1
    lists.apply(made, gone=1)

    assert {key for key, *_ in lists.working()} == {"2"}
    assert "Sample one" not in str(lists.tool.rows(select(person.c.name)))


PROTECTED = [f"1;Sample one;{UNIT_A};Lærer;ja", TWO[1]]
OPEN = [f"1;Sample one;{UNIT_A};Lærer;nei", TWO[1]]


def name_of(lists: Lists, person_id: int) -> str | None:
    ((found,),) = lists.tool.rows(select(person.c.name).where(person.c.id == person_id))
    return None if found is None else str(found)


def who_has_come_in(lists: Lists) -> int:
    """Number 1 of the list, with an account in the LMS."""
    lists.has(TWO)
    ((listed,),) = lists.tool.rows(
        select(roster_entry.c.person_id).where(roster_entry.c.key == "1")
    )
    browser = launched(lists)
    actor = Actor(lists.person_id, lists.tool.municipality_id, None, frozenset())
    with lists.tool.database.writing() as session:
        code = make_code_for(session, actor, listed, datetime.now(UTC))
    assert lists.tool.post(browser, "/accounts", go="link", mine="1", code=code).status_code == 303
    assert name_of(lists, listed) == "Sample one"
    return int(listed)


def launched(lists: Lists) -> FlaskClient:
    return lists.tool.launch(sub="one", school=False, changes={"name": "Sample one"})


def test_no_launch_brings_the_name_of_a_protected_person_back(lists: Lists):
    who = who_has_come_in(lists)
    lists.has(PROTECTED)
    assert name_of(lists, who) is None

    launched(lists)

    assert name_of(lists, who) is None


def test_a_list_that_says_nothing_of_it_leaves_the_mark(lists: Lists):
    who = who_has_come_in(lists)
    lists.has(PROTECTED)

    short = f"Ansattnr;Navn;Orgnr;Stilling\n1;Sample one;{UNIT_A};Lærer\n{TWO[1][:-1]}\n"
    made = lists.take_in(short)
    assert lists.would_change(made).people_renamed == 0
    with lists.tool.database.reading() as session:
        assert ("name",) not in [c.effects for c in changes(session, import_of(session, made))]
    lists.apply(made)
    launched(lists)

    assert name_of(lists, who) is None
    assert "Sample one" not in str(lists.working())


def test_the_mark_goes_when_its_source_says_so_and_by_no_other(lists: Lists):
    who = who_has_come_in(lists)
    with lists.tool.database.writing() as session:
        session.execute(update(person).where(person.c.id == who).values(protected_by="ss12000"))
        session.execute(update(person).where(person.c.id == who).values(name=None))
    lists.has(OPEN)
    assert name_of(lists, who) is None

    lists.has(PROTECTED)
    with lists.tool.database.writing() as session:
        session.execute(update(person).where(person.c.id == who).values(protected_by="list"))
    made = lists.staff(OPEN)
    assert lists.would_change(made).people_renamed == 1
    lists.apply(made)

    assert name_of(lists, who) == "Sample one"
    launched(lists)
    assert name_of(lists, who) == "Sample one"


def test_two_rows_of_one_person_and_one_says_protected(lists: Lists):
    who = who_has_come_in(lists)
    lists.has(PROTECTED)

    lists.has([*OPEN, f"1;Sample one;{UNIT_B};Lærer;ja"])
    launched(lists)

    assert name_of(lists, who) is None


# --- faults


def test_one_fault_and_nothing_is_applied(lists: Lists):
    before = lists.tool.counts()
    made = lists.staff([*TWO, f"3;Sample three;{organisation_number(9)};Lærer;"])

    assert lists.would_change(made).faults == 1
    assert lists.apply(made) == State.READY
    with lists.tool.database.reading() as session:
        found = faults(session, made)
    assert [(f.line, f.code, f.value) for f in found] == [
        (4, "unknown-unit", organisation_number(9))
    ]
    after = lists.tool.counts()
    grown = {name for name in after if after[name] != before[name]}
    assert grown == {"roster_import", "roster_piece", "roster_row"}


def test_one_number_with_two_names_is_a_fault_in_both_rows(lists: Lists):
    made = lists.staff([TWO[0], f"1;Another;{UNIT_B};Lærer;"])

    with lists.tool.database.reading() as session:
        assert [(f.line, f.code) for f in faults(session, made)] == [
            (2, "two-names"),
            (3, "two-names"),
        ]
    assert lists.tool.count(roster_row, roster_row.c.name.is_not(None)) == 0


def test_a_unit_twice_with_two_names_is_a_fault(lists: Lists):
    made = lists.units([f"{UNIT_A};Unit A;1-10;;", f"{UNIT_A};Unit Z;1-10;;"])

    assert lists.would_change(made).faults == 2


def test_another_municipalitys_unit_is_unknown(lists: Lists):
    from tracks.people.actions import add_municipality, add_school
    from tracks.people.rules import SchoolKind

    foreign = organisation_number(7)
    with lists.tool.database.writing() as session:
        other = add_municipality(session, "Another sample municipality", country="NO")
        add_school(session, other, code=foreign, name="Theirs", kind=SchoolKind.COMBINED)

    made = lists.staff([f"1;Sample one;{foreign};Lærer;"])

    assert lists.would_change(made).faults == 1


def test_a_file_that_cannot_be_read_says_so_and_leaves_nothing(lists: Lists):
    many = "".join(f"{n};Sample {n};{UNIT_A};;\n" for n in range(1, 1500))
    made = lists.take_in(f'{STAFF_HEAD}\n{many}1500;"open;{UNIT_A};;\n')

    assert lists.state(made) == State.REFUSED
    (row,) = lists.tool.rows(select(roster_import.c.fault).where(roster_import.c.id == made))
    assert row.fault == "unreadable"
    assert lists.tool.count(roster_row) == 0


def test_reading_again_after_a_crash_begins_from_the_beginning(lists: Lists):
    made = lists.staff(TWO)
    with lists.tool.database.writing() as session:
        move(session, made, State.READING, datetime.now(UTC))

    lists.run(read_list, made)

    assert lists.would_change(made) == Counts(people_new=2, tasks_new=2)
    lists.run(read_list, made)  # handed out twice: it is ready, nothing is read
    assert lists.tool.count(roster_row) == 2


# --- many gone at once


@pytest.mark.parametrize(
    ("known", "gone", "expected"),
    [
        (100, 0, Guard.FREE),
        (100, 10, Guard.FREE),
        (100, 11, Guard.ASK),
        (100, 30, Guard.ASK),
        (100, 31, Guard.TYPE),
        (100, 100, Guard.TYPE),
        (10, 2, Guard.FREE),
        (10, 3, Guard.ASK),
        (2, 2, Guard.TYPE),
        (1, 1, Guard.TYPE),
        (0, 0, Guard.FREE),
    ],
)
def test_how_sure_somebody_has_to_be(known: int, gone: int, expected: Guard):
    assert guard(known=known, gone=gone) is expected


def test_more_gone_than_somebody_has_said_stops_it(lists: Lists):
    lists.has(TWO)
    shorter = lists.staff(TWO[1:])

    assert lists.apply(shorter, gone=0) == State.READY
    assert {key for key, *_ in lists.working()} == {"1", "2"}
    assert lists.apply(shorter, gone=2) == State.READY
    assert lists.apply(shorter, gone=1) == State.APPLIED


# --- units


def test_units_are_made_renamed_and_counted(lists: Lists):
    other = organisation_number(5)
    made = lists.units(
        [
            f"{UNIT_A};Unit A, renamed;1-10;22;2026-10-15",
            f"{UNIT_B};Unit B;8-10;;",
            f"{other};Unit C;barnehage;9;2026-10-15",
        ]
    )

    assert lists.would_change(made) == Counts(units_new=1, units_changed=1, units_unchanged=1)
    lists.apply(made)

    known = lists.tool.rows(
        select(school.c.name, school.c.kind, school.c.teachers).where(
            school.c.code.in_([UNIT_A, UNIT_B, other])
        )
    )
    assert {tuple(row) for row in known} == {
        ("Unit A, renamed", "1-10", 22),
        ("Unit B", "8-10", None),
        ("Unit C", "preschool", 9),
    }
    history = lists.tool.rows(
        select(teacher_count.c.counted_on, teacher_count.c.teachers)
        .join(school, school.c.id == teacher_count.c.school_id)
        .where(school.c.code == UNIT_A)
    )
    assert {tuple(row) for row in history} == {
        (date(2026, 10, 1), 20),
        (date(2026, 10, 15), 22),
    }


def test_what_a_list_does_not_say_of_a_unit_stays(lists: Lists):
    with lists.tool.database.writing() as session:
        session.execute(update(school).where(school.c.code == UNIT_A).values(device="ipad"))

    lists.apply(lists.units([f"{UNIT_A};Unit A, renamed;1-10;22;2026-10-15"]))

    rows = lists.tool.rows(select(school.c.name, school.c.device).where(school.c.code == UNIT_A))
    assert [tuple(row) for row in rows] == [("Unit A, renamed", "ipad")]


def test_an_older_count_joins_the_history_and_replaces_nothing(lists: Lists):
    made = lists.units([f"{UNIT_A};Unit A;1-10;18;2025-10-01"])

    lists.apply(made)

    (row,) = lists.tool.rows(select(school.c.teachers).where(school.c.code == UNIT_A))
    assert row.teachers == 20
    assert lists.tool.count(teacher_count, teacher_count.c.teachers == 18) == 1


@pytest.mark.parametrize(
    ("teachers", "day", "is_taken"),
    [
        ("20", "2026-10-01", False),
        ("21", "2026-10-01", True),  # of one day the later list is right
        ("20", "2026-10-02", True),
        ("21", "2026-09-30", False),
        ("21", "", False),
        ("", "2026-10-02", False),
    ],
)
def test_what_is_said_before_is_what_becomes_of_a_unit(
    lists: Lists, teachers: str, day: str, is_taken: bool
):
    counted = select(school.c.teachers, school.c.teachers_as_of).where(school.c.code == UNIT_A)
    before = lists.tool.rows(counted)
    made = lists.units([f"{UNIT_A};Unit A;1-10;{teachers};{day}"])

    said = lists.would_change(made)
    lists.apply(made)

    assert said == Counts(units_changed=int(is_taken), units_unchanged=int(not is_taken))
    assert (lists.tool.rows(counted) != before) is is_taken


@pytest.mark.parametrize(("days", "codes"), [(0, ["closed-unit"]), (1, [])])
def test_a_unit_is_closed_from_the_day_on(lists: Lists, days: int, codes: list[str]):
    closed_on = local_day(datetime.now(UTC)) + timedelta(days=days)
    with lists.tool.database.writing() as session:
        session.execute(update(school).where(school.c.code == UNIT_A).values(closed_on=closed_on))

    made = lists.staff(TWO[:1])

    with lists.tool.database.reading() as session:
        assert [each.code for each in faults(session, made)] == codes


# --- the file


def test_the_file_is_gone_once_it_is_applied_or_thrown_away(lists: Lists):
    applied, thrown = lists.staff(TWO), lists.staff(TWO)

    lists.apply(applied)
    with lists.tool.database.writing() as session:
        assert throw_away(session, thrown, datetime.now(UTC))
        assert not throw_away(session, applied, datetime.now(UTC))

    assert lists.tool.count(roster_piece) == 0
    assert lists.tool.count(roster_row) == 0


def test_a_list_that_nobody_goes_on_with_is_thrown_away(lists: Lists):
    made = lists.staff(TWO)
    now = datetime.now(UTC)
    with lists.tool.database.writing() as session:
        forget_old_lists(session, now + KEPT_FOR / 2)
    assert lists.state(made) == State.READY

    with lists.tool.database.writing() as session:
        forget_old_lists(session, now + KEPT_FOR * 2)

    assert lists.state(made) == State.THROWN_AWAY
    assert lists.tool.count(roster_piece) == 0


def test_two_who_press_at_once_apply_it_once(lists: Lists, tool: Tool):
    made = lists.staff(TWO)
    now = datetime.now(UTC)

    with tool.database.writing() as session:
        assert move(session, made, State.APPLYING, now, confirmed_gone=0)
    with tool.database.writing() as session:
        assert not move(session, made, State.APPLYING, now, confirmed_gone=0)


# --- whatever lists come one after another, the last one is true

_ROWS = st.lists(
    st.tuples(
        st.sampled_from("123456"),
        st.sampled_from([UNIT_A, UNIT_B]),
        st.sampled_from(["Lærer", "Rektor", "Assistent"]),
    ),
    min_size=1,
    max_size=8,
)
_CODES = {"Lærer": "teacher", "Rektor": "school_leader", "Assistent": "assistant"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(_ROWS, min_size=1, max_size=3))
def test_after_any_lists_the_last_is_what_is_true(
    lists: Lists, several: list[list[tuple[str, ...]]]
):
    for rows in several:
        lists.has(f"{key};Sample {key};{unit};{task};" for key, unit, task in rows)

    names = {UNIT_A: "Unit A", UNIT_B: "Unit B"}
    assert lists.working() == {
        (key, names[unit], _CODES[task], f"Sample {key}") for key, unit, task in several[-1]
    }
    held = select(person.c.name, role_grant.c.role, school.c.name).where(
        role_grant.c.until.is_(None),
        person.c.id == role_grant.c.person_id,
        school.c.id == role_grant.c.school_id,
    )
    assert sorted(tuple(row) for row in lists.tool.rows(held)) == sorted(
        (f"Sample {key}", _CODES[task], names[unit])
        for key, unit, task in set(several[-1])
        if task != "Lærer"
    )
