"""SS 12000:2020 through a service that answers in pages."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracks.people.rules import SchoolKind
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, Leaver, StaffRow, Task, UnitRow
from tracks.rosters.ss12000 import read

TODAY = date(2026, 11, 26)


def unit(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"o{n}",
        "displayName": f"Enhet {n}",
        "organisationType": "Skolenhet",
        "schoolUnitCode": f"1000000{n}",
        "schoolTypes": ["GR", "FTH"],
        **more,
    }


def person(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"p{n}",
        "givenName": "Prov",
        "familyName": f"Person {n}",
        "civicNo": {"value": "191212121212", "nationality": "SWE"},
        "securityMarking": "Ingen",
        **more,
    }


def duty(n: int, role: str = "Lärare", at: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"d{n}",
        "person": {"id": f"p{n}"},
        "dutyAt": {"id": f"o{at}"},
        "dutyRole": role,
        "startDate": "2026-08-01",
        **more,
    }


class Service:
    """Answers in pages of two, each token good for one page."""

    def __init__(self, **resources: list[dict[str, Any]]) -> None:
        self.resources: dict[str, Any] = resources
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, resource: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        self.asked.append((resource, query))
        if resource == "deletedEntities":
            return {"data": {"persons": self.resources.get(resource, [])}}
        entities = self.resources.get(resource, [])
        first = int(query.get("pageToken", "0"))
        more = {"pageToken": str(first + 2)} if first + 2 < len(entities) else {"pageToken": None}
        return {"data": entities[first : first + 2], **more}


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

    reading = read(service, TODAY)

    assert list(reading.rows) == [
        UnitRow(1, "10000001", "Enhet 1", SchoolKind.COMBINED),
        UnitRow(2, "10000002", "Enhet 2", SchoolKind.PRESCHOOL),
        StaffRow(1, "p1", "Prov Person 1", "10000001", Task.TEACHER),
        StaffRow(2, "p2", "Prov Person 2", "10000002", Task.SCHOOL_LEADER),
        StaffRow(3, "p3", "Prov Person 3", "10000001", Task.SPECIAL_EDUCATOR),
        StaffRow(5, "p5", "Prov Person 5", "10000001", Task.OTHER),
    ]
    assert reading.is_complete
    assert service.asked[1] == ("organisations", {"pageToken": "2"})


@pytest.mark.parametrize("marking", ["Sekretessmarkering", "Skyddad folkbokföring", "Nytt ord"])
def test_who_is_protected_has_no_name(marking: str):
    service = Service(
        organisations=[unit(1)], persons=[person(1, securityMarking=marking)], duties=[duty(1)]
    )

    (_, row) = read(service, TODAY).rows

    assert row == StaffRow(1, "p1", None, "10000001", Task.TEACHER, is_protected=True)


def test_no_identity_number_gets_further_than_the_answer():
    service = Service(organisations=[unit(1)], persons=[person(1)], duties=[duty(1)])

    assert "1212" not in repr(list(read(service, TODAY).rows))


def test_changes_name_who_is_gone_and_nobody_else_is():
    service = Service(organisations=[], persons=[], duties=[], deletedEntities=["p7"])  # type: ignore[list-item]

    reading = read(service, TODAY, datetime(2026, 11, 1, tzinfo=UTC))

    assert list(reading.rows) == [Leaver(1, "p7")]
    assert not reading.is_complete
    assert service.asked[-1] == (
        "deletedEntities",
        {"after": "2026-11-01T00:00:00+00:00", "entities": "persons"},
    )


def test_what_does_not_fit_together_is_told():
    service = Service(
        organisations=[unit(1, schoolUnitCode="12"), unit(2)],
        persons=[person(1)],
        duties=[duty(1, at=1), duty(9, at=2)],
    )

    assert [row for row in read(service, TODAY).rows if isinstance(row, Fault)] == [
        Fault(1, "bad-unit-code", "organisations: schoolUnitCode", "12"),
        Fault(2, "unknown-person", "duties: person"),
    ]


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": "x"}])
def test_an_answer_that_is_none_stops_it(answer: Mapping[str, Any]):
    with pytest.raises(BadFile, match="service-failed"):
        list(read(lambda _resource, _query: answer, TODAY).rows)


def test_a_service_whose_pages_never_end_is_left():
    with pytest.raises(BadFile, match="too-large"):
        list(read(lambda _r, _q: {"data": [], "pageToken": "again"}, TODAY).rows)


@pytest.mark.parametrize(
    "entity",
    [{}, {"id": 7}, {"id": None, "displayName": []}, {"schoolTypes": "GR"}, {"startDate": 3}],
)
def test_entities_of_any_shape_are_rows_faults_or_nothing(entity: dict[str, Any]):
    service = Service(organisations=[entity], persons=[entity], duties=[entity])

    assert all(isinstance(row, UnitRow | Fault) for row in read(service, TODAY).rows)
