"""What a course list changes: decided without a database (S14, S15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.roles import Roles
from lti.tool.roster import Member
from tracks.lms.course_list import (
    CourseRole,
    Enrolled,
    Held,
    changes_by_differences,
    changes_by_whole_list,
    course_role,
    enrolled,
)

ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
SUBS = [f"u{n}" for n in range(12)]


def people(count: int, **changes: Enrolled) -> dict[str, Enrolled]:
    return {f"u{n}": one(f"Name {n}") for n in range(count)} | changes


def one(name: str | None = None, **said: object) -> Enrolled:
    return Enrolled(CourseRole.PARTICIPANT, name, **said)  # type: ignore[arg-type]


LEFT = one(is_active=False)


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["Learner"], CourseRole.PARTICIPANT),
        (["Instructor"], CourseRole.LEADER),
        (["Learner", ASSISTANT], CourseRole.LEADER),
        (["Learner", "Instructor"], CourseRole.LEADER),
        (["Mentor"], CourseRole.OTHER),
        (["Administrator"], CourseRole.OTHER),
        (["Learner", TEST_USER], CourseRole.OTHER),
        ([], CourseRole.OTHER),
    ],
)
def test_what_is_kept_of_the_roles(roles: list[str], role: CourseRole):
    assert course_role(Roles.parse(roles)) is role


def test_whoever_is_not_active_leaves_no_name():
    learner = Roles.parse([ROLE + "Learner"])

    assert enrolled(Member("u", learner, "Active", "Sample person")) == one("Sample person")
    assert enrolled(Member("u", learner, "Active", "x" * 300)).name == "x" * 200
    assert enrolled(Member("u", learner, "Deleted", "Sample person")) == LEFT


def test_missing_once_changes_nothing_that_shows_and_twice_is_gone():
    known = people(10)
    first = changes_by_whole_list(known, people(9))
    assert first == {"u9": one("Name 9", missing=1)}

    second = changes_by_whole_list(known | first, people(9))
    assert second == {"u9": LEFT}

    assert changes_by_whole_list(known | second, people(9)) == {}


def test_missing_must_be_in_a_row():
    known = people(10, u9=one("Name 9", missing=1))

    assert changes_by_whole_list(known, people(10)) == {"u9": one("Name 9")}


@pytest.mark.parametrize(
    ("known", "listed", "is_held"),
    [
        (10, 7, False),
        (10, 6, True),
        (100, 70, False),
        (100, 69, True),
        (30, 21, False),
        (3, 2, True),
        (0, 1, False),
        (10, 0, True),
        (1, 0, True),
        (0, 0, True),
    ],
)
def test_more_than_30_percent_fewer_or_none_at_all_is_held(known: int, listed: int, is_held: bool):
    found = changes_by_whole_list(people(known), people(listed))

    assert (found == Held(listed, known)) is is_held


def test_a_list_that_keeps_everybody_but_calls_them_inactive_has_shrunk():
    listed = dict.fromkeys(people(10), LEFT)

    assert changes_by_whole_list(people(10), listed) == Held(0, 10)


def test_a_shrunken_list_that_a_leader_has_accepted_counts_at_once():
    changes = changes_by_whole_list(people(10), people(5), accepted=5)
    assert changes == {f"u{n}": LEFT for n in range(5, 10)}

    assert changes_by_whole_list(people(10), people(4), accepted=5) == Held(4, 10)
    assert changes_by_whole_list(people(10), people(9), accepted=5) == {
        "u9": one("Name 9", missing=1)
    }


def test_somebody_unknown_who_has_left_is_not_written_down():
    assert changes_by_whole_list(people(3), people(3, x=LEFT)) == {}
    assert changes_by_differences(people(3), {"x": LEFT, "u1": LEFT}) == {"u1": LEFT}


def test_differences_say_nothing_about_the_others():
    known = people(10, u1=one("Name 1", missing=1))

    assert changes_by_differences(known, {"u0": one("New name"), "x": one()}) == {
        "u0": one("New name"),
        "x": one(),
    }


_ONE = st.builds(one, st.none() | st.sampled_from(["A", "B"]), is_active=st.booleans()).map(
    lambda m: m if m.is_active else LEFT
)
_LIST = st.dictionaries(st.sampled_from(SUBS), _ONE)


@given(st.lists(_LIST, max_size=8))
def test_whatever_lists_come(lists: list[dict[str, Enrolled]]):
    """Nobody is forgotten; nobody leaves unseen, on one list, or with most of the others."""
    known: dict[str, Enrolled] = {}
    for listed in lists:
        changes = changes_by_whole_list(known, listed)
        if isinstance(changes, Held):
            continue
        new = known | changes
        assert set(new) >= set(known)
        for sub, before in known.items():
            if before.is_active and not new[sub].is_active:
                assert sub in listed or before.missing == 1
        for sub, member in listed.items():
            assert new.get(sub, LEFT) == member
        assert all(m.name is None and m.missing == 0 for m in new.values() if not m.is_active)
        active = [sum(m.is_active for m in state.values()) for state in (known, listed)]
        assert 10 * active[1] >= 7 * active[0]
        known = new


@given(_LIST, _LIST)
def test_the_same_whole_list_three_times_ends_as_it_says(
    known: dict[str, Enrolled], listed: dict[str, Enrolled]
):
    for _ in range(3):
        changes = changes_by_whole_list(known, listed)
        if isinstance(changes, Held):
            return
        last, known = changes, known | changes

    assert last == {}
    assert {s for s, m in known.items() if m.is_active} == {
        s for s, m in listed.items() if m.is_active
    }
    assert changes_by_differences(known, listed) == {}
