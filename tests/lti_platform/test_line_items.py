from typing import Any

import pytest

from lti.platform import LineItem, LineItemDraft
from tests.lti_platform.school import AGS, LMS, MemoryGradebook, School, said, with_rules

ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
SCOPE = f"{AGS}lineitem"


@pytest.fixture
def many() -> School:
    drafts = [
        LineItemDraft(f"L{n}", n, resource_id=f"r-{n}", tag="even" if n % 2 == 0 else None)
        for n in range(1, 6)
    ]
    return School(gradebook=MemoryGradebook(*drafts))


def listed(school: School, *query: tuple[str, str]) -> tuple[list[str], str | None]:
    answer = school.grades.line_items(school.request("GET", SCOPE, accept=ITEMS, query=query))
    status, items = said(answer)
    assert (status, answer.headers["Content-Type"]) == (200, ITEMS)
    return [item["label"] for item in items], answer.headers.get("Link")


def test_a_line_item_is_named_by_its_own_url(school: School) -> None:
    answer = school.grades.line_item(school.request("GET", SCOPE, accept=ITEM), "1")
    assert answer.headers["Content-Type"] == ITEM
    assert said(answer) == (
        200,
        {
            "id": f"{LMS}/ags/1/1",
            "label": "Link one",
            "scoreMaximum": 10,
            "resourceLinkId": "link-1",
        },
    )


def test_a_line_item_of_another_course_is_not_found(school: School) -> None:
    for method, sent in (("GET", {"accept": ITEM}), ("DELETE", {})):
        answer = school.grades.line_item(school.request(method, SCOPE, **sent), "99")  # type: ignore[arg-type]  # a table of keywords
        assert answer.status == 404


def test_filters(many: School) -> None:
    assert listed(many, ("tag", "even")) == (["L2", "L4"], None)
    assert listed(many, ("resource_id", "r-3")) == (["L3"], None)
    assert listed(many, ("resource_link_id", "link-1")) == ([], None)


def test_an_unknown_query_parameter_changes_nothing(many: School) -> None:
    assert listed(many, ("surprise", "1"), ("line_item_id", "2"))[0] == [
        "L1",
        "L2",
        "L3",
        "L4",
        "L5",
    ]


def test_paging_goes_to_the_end_by_a_quoted_link(many: School) -> None:
    assert listed(many, ("limit", "2")) == (
        ["L1", "L2"],
        f'<{LMS}/ags/1?limit=2&page=2>; rel="next"',
    )
    assert listed(many, ("limit", "2"), ("page", "2")) == (
        ["L3", "L4"],
        f'<{LMS}/ags/1?limit=2&page=3>; rel="next"',
    )
    assert listed(many, ("limit", "2"), ("page", "3")) == (["L5"], None)


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "٣", "9999999"])
def test_a_page_or_limit_that_is_no_number_is_400(many: School, value: str) -> None:
    for name in ("page", "limit"):
        request = many.request("GET", SCOPE, accept=ITEMS, query=((name, value),))
        assert many.grades.line_items(request).status == 400


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", ITEM])
def test_a_get_needs_its_exact_accept_as_in_moodle(school: School, accept: str | None) -> None:
    request = school.request("GET", SCOPE, accept=accept)
    assert school.grades.line_items(request).status == 406


def test_other_platforms_take_any_accept() -> None:
    school = with_rules(exact_accept=False)
    assert school.grades.line_items(school.request("GET", SCOPE, accept="*/*")).status == 200


def created(school: School, body: Any, content: str | None = ITEM) -> tuple[int, Any]:
    return said(school.grades.line_items(school.request("POST", SCOPE, content=content, body=body)))


def test_a_tool_makes_a_line_item(school: School) -> None:
    body = {
        "label": "New",
        "scoreMaximum": 2.5,
        "resourceId": "r",
        "tag": "t",
        "id": "mine",
        "resourceLinkId": "link-2",
        "endDateTime": "2026-11-03T12:00:00Z",
    }
    assert created(school, body) == (
        201,
        {
            "id": f"{LMS}/ags/1/2",
            "label": "New",
            "scoreMaximum": 2.5,
            "resourceId": "r",
            "tag": "t",
            "resourceLinkId": "link-2",
        },
    )
    assert school.gradebook.items["2"] == LineItem(
        "2", LineItemDraft("New", 2.5, "r", "t", "link-2")
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"label": "New"},
        {"scoreMaximum": 1},
        {"label": " ", "scoreMaximum": 1},
        {"label": 3, "scoreMaximum": 1},
        {"label": "New", "scoreMaximum": 0},
        {"label": "New", "scoreMaximum": "10"},
        {"label": "New", "scoreMaximum": True},
        {"label": "New", "scoreMaximum": 10**400},
        {"label": "New", "scoreMaximum": 1, "tag": 1},
        {"label": "New", "scoreMaximum": 1, "resourceLinkId": "of another course"},
        [],
        b"no JSON",
        b'{"label": "a", "label": "b", "scoreMaximum": 1}',
        b'{"label": "a", "scoreMaximum": NaN}',
    ],
)
def test_a_line_item_that_is_none_is_400(school: School, body: Any) -> None:
    assert created(school, body)[0] == 400
    assert list(school.gradebook.items) == ["1"]


def test_a_line_item_needs_its_media_type(school: School) -> None:
    for content in (None, "application/json"):
        assert created(school, {"label": "New", "scoreMaximum": 1}, content)[0] == 415


def test_a_body_has_a_largest_size(school: School) -> None:
    assert created(school, {"label": "x" * 70_000, "scoreMaximum": 1})[0] == 413


def test_put_replaces_what_a_tool_may_change(school: School) -> None:
    body = {
        "label": "Renamed",
        "scoreMaximum": 20,
        "tag": "t",
        "resourceLinkId": "link-1",
        "id": f"{LMS}/ags/1/77",
    }
    request = school.request("PUT", SCOPE, content=ITEM, body=body)
    assert said(school.grades.line_item(request, "1")) == (
        200,
        {**body, "id": f"{LMS}/ags/1/1"},
    )
    assert school.gradebook.items == {
        "1": LineItem("1", LineItemDraft("Renamed", 20, None, "t", "link-1"))
    }


def test_a_line_item_never_moves_to_another_link(school: School) -> None:
    body = {"label": "Moved", "scoreMaximum": 10, "resourceLinkId": "link-2"}
    request = school.request("PUT", SCOPE, content=ITEM, body=body)
    assert school.grades.line_item(request, "1").status == 400
    assert school.gradebook.items["1"].draft.label == "Link one"


def test_delete(school: School) -> None:
    answer = school.grades.line_item(school.request("DELETE", SCOPE), "1")
    assert (answer.status, answer.body, school.gradebook.items) == (204, b"", {})
