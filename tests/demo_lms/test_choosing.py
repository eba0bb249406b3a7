"""A course's teacher chooses content: from the page in the course to the link a learner opens."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti.tool.deep_linking import LineItem, ResourceLinkItem, response_claims
from lti.tool.grades import Score
from lti.tool.launch import Launch
from tests.demo_lms.pages import become, cell, get, words
from tests.demo_lms.tiny_tool import LMS, TOOL_KEYS, TinyTool, form_of

CHOSEN = f"{LMS}/courses/science/chosen"


def item(tool: TinyTool, title: str, *, graded: bool = True) -> ResourceLinkItem:
    address = f"a/{title.lower()}"
    line_item = LineItem(title, 100, address, "tag") if graded else None
    return ResourceLinkItem(
        f"{tool.base_url}/lti/launch", title, {"resource": address}, "", line_item
    )


def request(browser: FlaskClient, tool: TinyTool, course: str = "science") -> Launch:
    start = get(browser, f"/courses/{course}/choose/start?target=iframe")
    address, cookies = tool.answer_login(start.location)
    return tool.accept(form_of(get(browser, address)), cookies)


def respond(
    browser: FlaskClient,
    tool: TinyTool,
    launch: Launch,
    items: Sequence[ResourceLinkItem],
    **changes: Any,
) -> Any:
    """The form from the tool's page: another site's, so that it brings no cookie."""
    assert launch.deep_linking is not None
    now = datetime.now(UTC)
    claims = response_claims(
        launch.deep_linking, tool.registration, "demo-deployment", items, now=now
    )
    token = TOOL_KEYS.sign({**claims, **changes}, now)
    stranger = browser.application.test_client(use_cookies=False)
    return stranger.post(launch.deep_linking.return_url, data={"JWT": token})


def test_only_the_teacher_of_the_course_is_asked(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    assert "Choose content" not in words(get(browser, "/courses/science?lang=en"))
    assert get(browser, "/courses/science/choose").status_code == 403
    assert get(browser, "/courses/science/choose/start").status_code == 403
    become(browser, "t-1")
    assert "Choose content" in words(get(browser, "/courses/science?lang=en"))
    page = get(browser, "/courses/science/choose")
    assert '<iframe src="/courses/science/choose/start?target=iframe"' in page.text
    assert get(browser, "/courses/other/choose").status_code == 403  # a learner there


def test_the_request_has_no_link_and_names_where_the_answer_goes(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "t-1")
    launch = request(browser, tool)
    assert (launch.message_type, launch.resource_link) == ("LtiDeepLinkingRequest", None)
    asked = launch.deep_linking
    assert asked is not None
    assert asked.return_url == f"{CHOSEN}?v=1&request={asked.data}"
    assert (asked.accept_multiple, asked.accept_lineitem) == (True, True)


def test_links_come_into_the_course_with_their_columns_and_can_be_launched(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "t-1")
    launch = request(browser, tool)
    items = [item(tool, "First"), item(tool, "Second", graded=False)]
    page = respond(browser, tool, launch, items)
    assert page.status_code == 200
    assert "First Second" in words(page)

    become(browser, "u-1")
    course = get(browser, "/courses/science")
    first, second = re.findall(r'/links/(science-added-\w+)"', course.text)
    launched = tool.launch(browser, "science", first)
    assert dict(launched.custom) == {"resource": "a/first"}
    assert launched.resource_link is not None
    assert (launched.resource_link.id, launched.resource_link.title) == (first, "First")
    tool.send(launched, Score("u-1", 40.0, 100.0, "InProgress", "FullyGraded", datetime.now(UTC)))
    assert "40" in cell(get(browser, "/courses/science/gradebook"), "u-1", first)
    plain = tool.launch(browser, "science", second)
    assert plain.ags is not None
    assert plain.ags.lineitem is None


def test_nothing_chosen_leaves_the_course_as_it_is(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "t-1")
    page = respond(browser, tool, request(browser, tool), [])
    assert page.status_code == 200
    assert "science-added" not in get(browser, "/courses/science").text


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"https://purl.imsglobal.org/spec/lti-dl/claim/data": "somebody else's"},
        {"exp": 1},
    ],
)
def test_an_answer_that_does_not_hold_adds_nothing(
    browser: FlaskClient, tool: TinyTool, changes: dict[str, Any]
) -> None:
    become(browser, "t-1")
    launch = request(browser, tool)
    page = respond(browser, tool, launch, [item(tool, "First")], **changes)
    assert page.status_code == 400
    assert "science-added" not in get(browser, "/courses/science").text


def test_an_answer_is_taken_once_and_only_for_its_course(
    browser: FlaskClient, tool: TinyTool, lms: Flask
) -> None:
    become(browser, "t-1")
    launch = request(browser, tool)
    assert respond(browser, tool, launch, [item(tool, "First")]).status_code == 200
    assert respond(browser, tool, launch, [item(tool, "First")]).status_code == 400
    unasked = lms.test_client(use_cookies=False).post(f"{CHOSEN}?request=guess", data={"JWT": "x"})
    assert unasked.status_code == 400
    assert get(browser, "/courses/science").text.count("science-added") == 2  # its two addresses
