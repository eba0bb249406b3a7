"""Which column of a gradebook is ours: after a copy, after a teacher's hand (S12)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lti.ports import HttpAnswer
from lti.tool.grades import LineItem
from lti.tool.line_items import match
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import Sent
from tests.lti.tool.gradebook import ITEMS, Book, array

URL = "https://platform.example/items/9"
WANTED = LineItem("Module 1", 10, resource_id="m1", tag="grade", resource_link_id="17")
BY_LINK = replace(WANTED, resource_id=None, tag=None)
BY_TAG = replace(WANTED, resource_id=None)


def column(link: str | None, resource: str | None = "m1", tag: str | None = "grade") -> LineItem:
    return LineItem("Column", 10, resource, tag, link)


@pytest.mark.parametrize(
    ("item", "wanted", "is_it"),
    [
        # the link's own column, made by the platform or by us
        (column("17", None, None), WANTED, True),
        (column("17", "m1", "other"), WANTED, True),
        (column("17", "m2"), WANTED, False),
        (column("17", None, None), BY_LINK, True),
        (column("17", "m2"), BY_LINK, False),
        (column("17", "m2"), BY_TAG, True),
        (column("17", "m2", "other"), BY_TAG, False),
        # bound to no link
        (column(None), WANTED, True),
        (column(None, "m2"), WANTED, False),
        (column(None, "m1", "other"), WANTED, False),
        (column(None, "m1", None), WANTED, False),
        (column(None, "m1", "other"), replace(WANTED, tag=None), True),
        (column(None, "m2"), BY_TAG, True),
        (column(None, None, None), BY_LINK, False),
        # of another link
        (column("18"), WANTED, False),
        (column("18", None, None), BY_LINK, False),
        (column("16"), WANTED, True),  # which this one was copied from
        (column("16", "m2"), WANTED, False),
        (column("16", None, None), BY_LINK, False),
        # for no link in particular
        (column("18"), replace(WANTED, resource_link_id=None), True),
    ],
)
def test_a_column_that_is_it_or_not(item: LineItem, wanted: LineItem, is_it: bool):
    assert match([item], wanted, copied_from=["15", "16"]) == (item if is_it else None)


def test_the_links_own_column_goes_before_a_free_one_and_that_before_the_copys():
    own, free, copied = column("17"), column(None), column("16")

    assert match([copied, free, own], WANTED, ["16"]) is own
    assert match([copied, free], WANTED, ["16"]) is free
    assert match([copied], WANTED, ["16"]) is copied
    assert match([copied], WANTED) is None
    first, second = column(None), column(None)
    assert match([first, second], WANTED) is first
    assert match([], WANTED) is None


# --- what is asked of the platform


class Gradebook(Book):
    """Filters its columns by one thing at a time, as platforms do."""

    def __init__(self, *columns: dict[str, Any]) -> None:
        super().__init__()
        self.columns = columns
        self.http.answers["https://platform.example/items"] = self._items

    def _items(self, sent: Sent) -> HttpAnswer:
        if sent.method == "POST":
            return HttpAnswer(201, {}, json.dumps({"id": URL}).encode())
        name, _, value = sent.url.rpartition("&")[2].partition("=")
        named = {"resource_id": "resourceId", "resource_link_id": "resourceLinkId", "tag": "tag"}
        return array(*(each for each in self.columns if each.get(named[name]) == value))

    def found(self, wanted: LineItem) -> LineItem:
        return self.grades.find_or_create_line_item(REGISTRATION, "1", ITEMS, wanted)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(sent.method, sent.url.removeprefix(ITEMS)) for sent in self.calls]


def test_a_column_that_the_platform_made_for_the_link_is_found_by_the_link():
    book = Gradebook({"id": URL, "scoreMaximum": 5, "resourceLinkId": "17"})

    assert book.found(WANTED) == LineItem("", 5.0, None, None, "17", URL)
    assert book.asked == [("GET", "&resource_id=m1"), ("GET", "&resource_link_id=17")]


def test_a_column_without_a_resource_is_looked_for_by_its_tag_then_by_its_link():
    book = Gradebook()
    made = book.found(BY_TAG)

    assert made == replace(BY_TAG, url=URL)
    assert book.asked == [("GET", "&tag=grade"), ("GET", "&resource_link_id=17"), ("POST", "")]
    assert json.loads(book.calls[-1].body or b"") == {
        "label": "Module 1",
        "scoreMaximum": 10,
        "tag": "grade",
        "resourceLinkId": "17",
    }


def test_a_column_by_its_link_alone_is_asked_for_once():
    book = Gradebook()
    book.found(BY_LINK)

    assert book.asked == [("GET", "&resource_link_id=17"), ("POST", "")]


@pytest.mark.parametrize(
    "odd",
    [
        {"id": URL},
        {"scoreMaximum": 5},
        {"id": 7, "scoreMaximum": 5},
        {"id": URL, "scoreMaximum": "5"},
    ],
)
def test_a_column_without_address_or_maximum_is_none(odd: dict[str, Any]):
    book = Gradebook({**odd, "resourceId": "m1", "tag": "grade"})

    assert book.found(replace(WANTED, resource_link_id=None)).label == "Module 1"
    assert book.asked == [("GET", "&resource_id=m1"), ("POST", "")]
