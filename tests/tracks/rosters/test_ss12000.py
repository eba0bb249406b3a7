"""SS 12000:2020: what its records become."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.fakes.school_system import duty, person, unit
from tracks.people.rules import SchoolKind
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, StaffRow, Task, UnitRow
from tracks.rosters.ss12000 import Calendar, has_changed, read

TODAY = date(2026, 11, 26)
SINCE = datetime(2026, 11, 25, tzinfo=UTC)


class Service:
    """Answers in pages of two, each token good for one page."""

    def __init__(self, **resources: Any) -> None:
        self.resources = resources
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, resource: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        self.asked.append((resource, query))
        if resource == "deletedEntities":
            return {"data": self.resources.get(resource, {})}
        entities = self.resources.get(resource, [])
        first = int(query.get("pageToken", "0"))
        more = {"pageToken": str(first + 2)} if first + 2 < len(entities) else {"pageToken": None}
        return {"data": entities[first : first + 2], **more}


def rows_of(service: Any, calendar: Calendar | None = None) -> list[Any]:
    return list(read(service, calendar or Calendar(TODAY)).rows)


def test_units_persons_and_duties():
    service = Service(
        organisations=[unit(1), unit(2, schoolTypes=["FS"]), unit(3, endDate="2025-06-30")],
        persons=[person(n) for n in range(1, 6)],
        duties=[
            duty(1),
            duty(2, "Rektor", at=2),
            duty(3, "Speciallärare/specialpedagog"),
            duty(4, endDate="2026-11-25"),
            duty(5, "Skolsköterska"),
            duty(1, at=3),
        ],
    )
    reading = read(service, Calendar(TODAY))
    assert reading.is_complete
    assert list(reading.rows) == [
        UnitRow(1, "10000001", "Enhet 1", SchoolKind.COMBINED),
        UnitRow(2, "10000002", "Enhet 2", SchoolKind.PRESCHOOL),
        StaffRow(1, "p1", "Prov Person 1", "10000001", Task.TEACHER),
        StaffRow(2, "p2", "Prov Person 2", "10000002", Task.SCHOOL_LEADER),
        StaffRow(3, "p3", "Prov Person 3", "10000001", Task.SPECIAL_EDUCATOR),
        StaffRow(5, "p5", "Prov Person 5", "10000001", Task.OTHER),
    ]
    # A token stands for the whole question (a filter beside it is refused).
    assert all(set(q) == {"pageToken"} for _, q in service.asked if "pageToken" in q)


@pytest.mark.parametrize("marking", ["Sekretessmarkering", "Skyddad folkbokföring", "Nytt slag"])
def test_of_protected_persons_not_even_the_name(marking: str):
    service = Service(
        organisations=[unit(1)], persons=[person(1, securityMarking=marking)], duties=[duty(1)]
    )
    _, row = rows_of(service)
    assert row == StaffRow(1, "p1", None, "10000001", Task.TEACHER, is_protected=True)


def test_a_person_with_several_duties_and_pupils_with_none():
    service = Service(
        organisations=[unit(1), unit(2)],
        persons=[person(7), person(1), person(8)],
        duties=[duty(1), duty(1, "Rektor", at=2)],
    )
    assert [(r.key, r.unit_code, r.task) for r in rows_of(service)[2:]] == [
        ("p1", "10000001", Task.TEACHER),
        ("p1", "10000002", Task.SCHOOL_LEADER),
    ]


def test_what_is_no_school_unit_is_passed_over():
    service = Service(
        organisations=[
            unit(1),
            unit(2, organisationType="Huvudman"),
            unit(3, schoolUnitCode=""),  # a preschool: it has no such code
        ],
        persons=[person(1), person(2), person(3)],
        duties=[duty(1), duty(2, at=2), duty(3, at=3)],
    )
    assert [getattr(row, "key", row.line) for row in rows_of(service)] == [1, "p1"]


def test_faults_say_where():
    service = Service(
        organisations=[unit(1), unit(2, schoolUnitCode="123"), unit(3, displayName=" ")],
        persons=[person(1, id="191212121212"), person(2)],
        duties=[duty(1, person={"id": "191212121212"}), duty(9), duty(2, at=2)],
    )
    assert rows_of(service) == [
        UnitRow(1, "10000001", "Enhet 1", SchoolKind.COMBINED),
        Fault(2, "bad-unit-code", "organisations: schoolUnitCode", "123"),
        Fault(3, "missing-value", "organisations: displayName"),
        Fault(1, "identity-number", "persons"),
        Fault(2, "unknown-person", "duties: person"),
    ]


@pytest.mark.parametrize(
    "page", [{}, {"data": None}, {"data": {"a": 1}}, {"error": {"message": "no"}}]
)
def test_an_answer_that_is_none_is_no_empty_list(page: Mapping[str, Any]):
    with pytest.raises(BadFile) as refused:
        rows_of(lambda _resource, _query: page)
    assert refused.value.code == "service-failed"


def test_a_token_that_goes_in_a_circle_ends():
    asked = []

    def circle(resource: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        asked.append(resource)
        token = {"": "a", "a": "b", "b": "a"}[query.get("pageToken", "")]
        return {"data": [unit(1)], "pageToken": token}

    with pytest.raises(BadFile) as refused:
        rows_of(circle)
    assert (refused.value.code, len(asked)) == ("service-failed", 3)


def test_a_list_without_end_ends(monkeypatch):
    monkeypatch.setattr("tracks.rosters.ss12000.MOST_PAGES", 30)
    asked = []

    def endless(resource: str, _query: Mapping[str, str]) -> Mapping[str, Any]:
        asked.append(resource)
        return {"data": [unit(1)], "pageToken": str(len(asked))}

    with pytest.raises(BadFile) as refused:
        rows_of(endless)
    assert (refused.value.code, len(asked)) == ("too-large", 30)


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ({"endDate": "2026-11-26"}, True),
        ({"endDate": "2026-11-25"}, False),
        ({"startDate": "2026-11-26"}, True),
        ({"startDate": "2026-11-27"}, False),
        ({"startDate": "2026-11-26", "endDate": "2026-11-26"}, True),
    ],
)
def test_a_duty_holds_on_its_first_and_on_its_last_day(dates: dict[str, str], holds: bool):
    service = Service(organisations=[unit(1)], persons=[person(1)], duties=[{**duty(1), **dates}])
    staff = [row for row in rows_of(service) if isinstance(row, StaffRow)]
    assert bool(staff) is holds


def test_the_next_day_on_which_something_changes_by_itself():
    calendar = Calendar(TODAY)
    service = Service(
        organisations=[unit(1)],
        persons=[person(1), person(2)],
        duties=[
            duty(1, startDate="2027-01-10"),
            duty(2, endDate="2026-12-31"),
            duty(1, endDate="2026-11-20"),
            duty(2, endDate="9999-12-31"),
        ],
    )
    rows_of(service, calendar)
    assert calendar.turns_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("resources", "changed"),
    [
        ({}, False),
        ({"organisations": [unit(1)]}, True),
        ({"persons": [person(1)]}, True),
        ({"duties": [duty(1)]}, True),
        ({"deletedEntities": {"persons": ["p1"]}}, True),
        ({"deletedEntities": {"duties": ["d1"], "persons": []}}, True),
        ({"deletedEntities": {"persons": []}}, False),
    ],
)
def test_whether_anything_has_changed(resources: Any, changed: bool):
    service = Service(**resources)
    assert has_changed(service, SINCE) is changed
    moments = {query.get("meta.modified.after") or query.get("after") for _, query in service.asked}
    assert moments == {"2026-11-25T00:00:00+00:00"}
