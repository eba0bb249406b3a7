import json
from dataclasses import replace

import pytest
from msgspec import structs

from lti.errors import ServiceError
from lti.ports import HttpAnswer, Registration
from lti.tool.grades import SCOPE_LINEITEM, LineItem
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import Sent
from tests.lti.tool.gradebook import ITEMS, Book, array

WANTED = LineItem("Module 1", 12.5, resource_id="asker/track/m1", tag="grade")


def test_line_item_that_is_there_is_taken():
    book = Book()
    other = {"id": "https://platform.example/items/8", "scoreMaximum": 1, "tag": "grade"}
    odd = {"resourceId": "asker/track/m1", "tag": "grade"}
    there = {
        "id": "https://platform.example/items/9",
        "label": "Renamed by a teacher",
        "scoreMaximum": 100,
        "resourceId": "asker/track/m1",
        "tag": "grade",
        "resourceLinkId": "17",
    }
    book.http.answers[ITEMS + "&resource_id=asker%2Ftrack%2Fm1"] = array(other, odd, there)

    found = book.grades.find_or_create_line_item(REGISTRATION, "1", ITEMS, WANTED)

    assert found == LineItem(
        "Renamed by a teacher",
        100.0,
        "asker/track/m1",
        "grade",
        "17",
        "https://platform.example/items/9",
    )
    assert [(call.method, call.headers["accept"]) for call in book.calls] == [
        ("GET", "application/vnd.ims.lis.v2.lineitemcontainer+json")
    ]
    assert book.scopes == {(SCOPE_LINEITEM,)}


def _created(wanted: LineItem, registration: Registration = REGISTRATION) -> tuple[LineItem, Sent]:
    book = Book()

    def items(sent: Sent) -> HttpAnswer:
        if sent.method == "GET":
            return array()
        return HttpAnswer(201, {}, b'{"id":"https://platform.example/items/9"}')

    book.http.answers["https://platform.example/items"] = items
    made = book.grades.find_or_create_line_item(registration, "1", ITEMS, wanted)
    return made, book.calls[-1]


def test_line_item_that_is_not_there_is_made():
    made, call = _created(WANTED)

    assert made == replace(WANTED, url="https://platform.example/items/9")
    assert (call.method, call.url) == ("POST", ITEMS)
    assert call.headers["content-type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert json.loads(call.body) == {
        "label": "Module 1",
        "scoreMaximum": 12.5,
        "resourceId": "asker/track/m1",
        "tag": "grade",
    }


def test_open_edx_wants_whole_points():
    _, call = _created(WANTED, structs.replace(REGISTRATION, platform_family="openedx"))

    assert json.loads(call.body)["scoreMaximum"] == 13


def test_line_item_must_be_findable():
    with pytest.raises(ValueError, match="needs a resource_id"):
        Book().grades.find_or_create_line_item(REGISTRATION, "1", ITEMS, LineItem("x", 1.0))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HttpAnswer(201, {}, b"{}"), "line_item_without_id"),
        (HttpAnswer(201, {}, b""), "line_item_without_id"),
        (HttpAnswer(201, {}, b'{"id":"https://evil.example/items/9"}'), "host_not_allowed"),
        (HttpAnswer(403, {}, b""), "status_403"),
    ],
)
def test_line_item_that_cannot_be_made(answer: HttpAnswer, reason: str):
    book = Book()
    book.http.answers["https://platform.example/items"] = lambda sent: (
        array() if sent.method == "GET" else answer
    )

    with pytest.raises(ServiceError) as caught:
        book.grades.find_or_create_line_item(REGISTRATION, "1", ITEMS, WANTED)
    assert caught.value.reason == reason
