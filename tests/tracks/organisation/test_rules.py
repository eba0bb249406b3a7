"""Numbers of units, and who may give which role: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from tracks.organisation.actions.linking import _owners
from tracks.organisation.codes import code_hash, new_code
from tracks.organisation.queries.choices import Choices
from tracks.organisation.queries.units import ends_of
from tracks.organisation.rules import (
    ENDS_BEFORE,
    LONGEST,
    MAY_GIVE,
    MUST_END,
    NOT_A_PERCENTAGE,
    NOT_TO_YOURSELF,
    NOT_YOURS_TO_GIVE,
    ROLE_NAMES,
    SCOPES,
    WHERE_MISSING,
    Cover,
    Wanted,
    cover_of,
    known_sum,
    may_give,
    problem_of,
    unit_code,
)
from tracks.people.rules import NOWHERE, Actor, Permission, Role

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def actor(*roles: tuple[Role, int | None]) -> Actor:
    return Actor(person_id=1, municipality_id=1, school_id=7, roles=frozenset(roles))


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("NO", "974760673", "974760673"),
        ("NO", "974 760 673", "974760673"),
        ("NO", "974760674", None),  # the last one does not fit
        ("NO", "974760637", None),  # two are swapped
        ("NO", "97476067", None),
        ("NO", "9747606733", None),
        ("NO", "97476067x", None),
        ("NO", "٩٧٤٧٦٠٦٧٣", None),
        ("NO", "", None),
        *(("NO", f"10000013{n}", None) for n in range(10)),  # the check would be 10
        ("SE", "12345678", "12345678"),
        ("SE", "1234-5678", "12345678"),
        ("SE", "974760673", None),
        ("SE", "1234567", None),
    ],
)
def test_numbers_of_units(country: str, typed: str, stored: str | None):
    assert unit_code(country, typed) == stored


def test_one_last_digit_fits():
    assert [n for n in range(10) if unit_code("NO", f"97476067{n}")] == [3]


def test_what_each_may_give():
    given = {
        role.value: sorted(r.value for r in SCOPES if may_give(actor((role, 7)), r, 7))
        for role in Role
    }
    assert {who: roles for who, roles in given.items() if roles} == {
        "school_leader": ["assistant", "leader", "special_educator", "spreader", "teacher"],
        "lead_spreader": ["spreader"],
        "coordinator": sorted(set(SCOPES) - {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}),
        "administrator": sorted(SCOPES),
    }
    assert set(SCOPES) == set(Role) - {Role.NEWCOMER} == set(ROLE_NAMES)
    assert all(roles <= set(SCOPES) for roles in MAY_GIVE.values())


@pytest.mark.parametrize("role", [Role.SCHOOL_LEADER, Role.LEAD_SPREADER])
def test_a_role_at_one_school_gives_roles_there_only(role: Role):
    here = actor((role, 7))
    assert may_give(here, Role.SPREADER, 7)
    assert not may_give(here, Role.SPREADER, 8)
    assert not may_give(here, Role.SPREADER, None)
    assert not may_give(here, Role.COORDINATOR, None)


def wanted(role: Role, **given) -> Wanted:
    empty = dict.fromkeys(("school_id", "team_id", "starts", "until", "percent"))
    return Wanted(role=role, **{**empty, **given})


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (wanted(Role.SPREADER, school_id=7), None),
        (wanted(Role.SPREADER, school_id=7, percent=100, starts=days(3), until=days(4)), None),
        (wanted(Role.SPREADER), WHERE_MISSING),
        (wanted(Role.SPREADER, school_id=7, team_id=1), WHERE_MISSING),
        (wanted(Role.LEAD_SPREADER, school_id=7), WHERE_MISSING),
        (wanted(Role.LEAD_SPREADER, team_id=1, percent=40), None),
        (wanted(Role.AUTHOR, school_id=7), WHERE_MISSING),
        (wanted(Role.AUTHOR, until=days(-1)), ENDS_BEFORE),
        (wanted(Role.AUTHOR, until=NOW), ENDS_BEFORE),
        (wanted(Role.AUTHOR, starts=days(5), until=days(5)), ENDS_BEFORE),
        (wanted(Role.AUTHOR, percent=10), NOT_A_PERCENTAGE),
        (wanted(Role.SPREADER, school_id=7, percent=0), NOT_A_PERCENTAGE),
        (wanted(Role.SPREADER, school_id=7, percent=101), NOT_A_PERCENTAGE),
        (wanted(Role.RESEARCHER), MUST_END),
        (wanted(Role.RESEARCHER, until=NOW + LONGEST), None),
        (wanted(Role.RESEARCHER, until=NOW + LONGEST + timedelta(1)), MUST_END),
        (wanted(Role.RESEARCHER, starts=days(9), until=days(9) + LONGEST), None),
        (wanted(Role.RESEARCHER, starts=days(-9), until=days(-9) + LONGEST), None),
        (wanted(Role.MODERATOR), MUST_END),
        (wanted(Role.ADMINISTRATOR), NOT_YOURS_TO_GIVE),
        (wanted(Role.NEWCOMER), NOT_YOURS_TO_GIVE),
    ],
)
def test_what_a_role_needs(wish: Wanted, problem: str | None):
    assert problem_of(actor((Role.COORDINATOR, None)), 2, wish, NOW) == problem


def test_nobody_gives_a_role_to_themselves():
    admin = actor((Role.ADMINISTRATOR, None))
    assert problem_of(admin, 1, wanted(Role.AUTHOR), NOW) == NOT_TO_YOURSELF


def test_a_team_without_schools_opens_nothing():
    lead = actor((Role.LEAD_SPREADER, NOWHERE))
    assert lead.schools_where(Permission.SEE_BRANCH) == frozenset()
    assert not lead.may_at(Permission.SEE_BRANCH, 7)
    assert not may_give(lead, Role.SPREADER, 7)


def test_unknown_is_never_a_sum():
    assert known_sum([3, None]) is None
    assert known_sum([]) is None
    assert known_sum([3, 0]) == 3


def test_how_a_unit_stands():
    assert [cover_of(*pair) for pair in ((0, 0), (0, 2), (1, 2), (3, 0))] == list(Cover)


def test_a_line_of_merges_leads_to_its_end():
    assert ends_of({1: 2, 3: 2, 2: 9}) == {1: 9, 3: 9, 2: 9}


def test_codes_are_read_however_they_are_typed():
    code = new_code()
    assert code_hash(code) == code_hash(f" {code.lower().replace('-', ' ')} ")
    assert code_hash(code) != code_hash(code[:-1])
    assert len({new_code() for _ in range(2000)}) == 2000
    assert not set("01ILOU") & set("".join(new_code() for _ in range(200)))


def test_a_municipality_hides_more_never_less():
    assert Choices(small_number=10).least(5) == 10
    assert Choices(small_number=3).least(5) == 5
    assert Choices().least(5) == 5


def test_linking_knows_every_column_that_names_a_person():
    names = {f"{table.name}.{column.name}" for table, column in _owners()}
    assert {"account.person_id", "phase_work.recorded_by", "role_grant.person_id"} <= names
