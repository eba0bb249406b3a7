"""Feide's groups: from an access token to the unit where a person's work counts."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from lti.errors import ServiceError
from lti.ports import HttpAnswer
from tests.factories.lists import Lists, organisation_number
from tests.fakes.lti_ports import RecordingHttp
from tests.tracks.rosters.conftest import UNIT_A, UNIT_B
from tracks.people.actions import add_municipality, add_school
from tracks.people.models import person, school
from tracks.people.rules import SchoolKind
from tracks.rosters.feide import (
    GROUPS_URL,
    NOWHERE,
    FeideUnits,
    place_person,
    read_groups,
    units_of,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
REALM = "kommune.example"


def org(code: str = "", affiliation: Any = "employee", **membership: Any) -> dict[str, Any]:
    return {
        "id": f"fc:org:{REALM}" + (f":unit:NO{code}" if code else ""),
        "type": "fc:org",
        "displayName": "Sample unit",
        "membership": {"basic": "admin", "affiliation": affiliation, **membership},
    }


def group(code: str, affiliation: Any = "faculty", **more: Any) -> dict[str, Any]:
    return {
        "id": f"fc:gogroup:{REALM}:b:NO{code}:10A:2026-08-01:2027-07-31",
        "type": "fc:gogroup",
        "parent": f"fc:org:{REALM}:unit:NO{code}",
        "membership": {"basic": "admin", "affiliation": affiliation},
        "notBefore": "2026-07-31T22:00:00Z",
        "notAfter": "2027-07-31T22:00:00Z",
        **more,
    }


def test_one_school():
    found = read_groups([org(), org(UNIT_A), group(UNIT_A)], NOW)
    assert found == FeideUnits(REALM, frozenset({UNIT_A}), UNIT_A)


def test_of_several_the_primary_one():
    found = read_groups([org(UNIT_A), org(UNIT_B, primarySchool=True)], NOW)
    assert found == FeideUnits(None, frozenset({UNIT_A, UNIT_B}), UNIT_B)
    nobody_knows = read_groups([org(UNIT_A), org(UNIT_B)], NOW)
    assert nobody_knows.main is None
    both = [org(UNIT_A, primarySchool=True), org(UNIT_B, primarySchool=True)]
    assert read_groups(both, NOW).main is None


@pytest.mark.parametrize(
    "affiliation", [["faculty", "member"], ["staff"], "faculty", ["employee", "student"]]
)
def test_staff_however_it_is_said(affiliation: Any):
    assert read_groups([org(UNIT_A, affiliation)], NOW).codes == {UNIT_A}


@pytest.mark.parametrize(
    "given",
    [
        org(UNIT_A, "student"),
        org(UNIT_A, ["affiliate", "member"]),
        org(UNIT_A, None),
        group(UNIT_A, "student"),
        group(UNIT_A, ["member", "student"]),
        group(UNIT_A, notAfter="2026-06-30T22:00:00Z"),
        group(UNIT_A, notBefore="2027-01-01T00:00:00Z"),
        org("123456789"),  # no organisation number
        {**org(UNIT_A), "id": f"fc:org:{REALM}:unit:{UNIT_A}:more"},
        {**org(UNIT_A), "id": f"fc:other:{REALM}:unit:NO{UNIT_A}"},
        {**org(UNIT_A), "id": None},
        {**org(UNIT_A), "membership": None},
        {**org(UNIT_A), "type": "fc:grep"},
    ],
)
def test_what_places_nobody(given: dict[str, Any]):
    assert read_groups([given], NOW) == NOWHERE


def test_times_nobody_can_read_take_nothing_away():
    for value in (None, "soon", "2020-01-01T00:00:00"):
        assert read_groups([group(UNIT_A, notAfter=value)], NOW).codes == {UNIT_A}


def test_asked_with_the_token_and_nothing_else():
    body = json.dumps([org(UNIT_A), "no group"]).encode()
    http = RecordingHttp({GROUPS_URL: HttpAnswer(200, {}, body)})
    assert units_of(http, "the-token", NOW).main == UNIT_A
    (sent,) = http.sent
    assert (sent.method, sent.url, sent.body) == ("GET", GROUPS_URL, None)
    assert sent.headers["authorization"] == "Bearer the-token"


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(401, {}, b""),
        HttpAnswer(500, {}, b""),
        HttpAnswer(302, {"location": "https://elsewhere.example"}, b""),
        HttpAnswer(200, {}, b"{}"),
        HttpAnswer(200, {}, b"<html>"),
    ],
)
def test_an_answer_that_is_none(answer: HttpAnswer):
    with pytest.raises(ServiceError):
        units_of(RecordingHttp({GROUPS_URL: answer}), "the-token", NOW)


# --- whose work counts where


def somebody(lists: Lists) -> int:
    tool = lists.tool
    with tool.database.writing() as session:
        made: int = session.execute(
            person.insert()
            .values(municipality_id=tool.municipality_id, created_at=NOW)
            .returning(person.c.id)
        ).scalar_one()
    return made


def place(lists: Lists, who: int, *codes: str, main: str | None = None) -> str | None:
    found = FeideUnits(REALM, frozenset(codes), main)
    tool = lists.tool
    with tool.database.writing() as session:
        place_person(session, who, tool.municipality_id, found)
        return session.execute(
            select(school.c.code)
            .join(person, person.c.school_id == school.c.id)
            .where(person.c.id == who, person.c.municipality_id == tool.municipality_id)
        ).scalar_one_or_none()


def test_at_the_unit_that_is_clear(lists: Lists):
    assert place(lists, somebody(lists), UNIT_A, main=UNIT_A) == UNIT_A
    # One of the two is of nobody here.
    other = organisation_number(9)
    assert place(lists, somebody(lists), UNIT_B, other, main=other) == UNIT_B
    assert place(lists, somebody(lists), UNIT_A, UNIT_B, main=UNIT_B) == UNIT_B
    assert place(lists, somebody(lists), UNIT_A, UNIT_B) is None
    assert place(lists, somebody(lists)) is None


def test_a_unit_that_was_chosen_stays(lists: Lists):
    who = somebody(lists)
    place(lists, who, UNIT_A)
    assert place(lists, who, UNIT_B) == UNIT_A


def test_neither_at_a_closed_unit_nor_at_another_municipalitys(lists: Lists):
    foreign = organisation_number(5)
    with lists.tool.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="NO")
        add_school(session, other, code=foreign, name="Foreign", kind=SchoolKind.COMBINED)
        session.execute(
            update(school)
            .where(school.c.municipality_id == lists.tool.municipality_id, school.c.code == UNIT_A)
            .values(closed_on=date(2026, 8, 1))
        )
    assert place(lists, somebody(lists), foreign) is None
    assert place(lists, somebody(lists), UNIT_A) is None
