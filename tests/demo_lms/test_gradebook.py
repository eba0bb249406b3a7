import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti.errors import PermanentServiceError
from lti.tool.grades import LineItem, Score, StaleTimestamp
from tests.demo_lms.pages import become, cell, get, words
from tests.demo_lms.tiny_tool import LMS, TinyTool

NOW = datetime.now(UTC)
SCORE = Score("u-1", 7.5, 10, "Completed", "FullyGraded", NOW)
LINE_ITEMS = f"{LMS}/lti/courses/science/lineitems"


def without_time(text: str) -> str:
    return re.sub(r"Received .*", "Received", text)


def test_a_score_shows_in_the_gradebook(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "hypo")
    tool.send(launch, SCORE)
    page = get(browser, "/courses/science/gradebook")
    assert without_time(cell(page, "u-1", "hypo")) == "7.5 of 10 Completed Received"


def test_the_last_score_counts_and_may_take_the_grade_away(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "hypo")
    tool.send(launch, SCORE)
    tool.send(launch, replace(SCORE, given=9, timestamp=NOW + timedelta(seconds=1)))
    page = get(browser, "/courses/science/gradebook?lang=nb")
    assert cell(page, "u-1", "hypo").startswith("9 av 10 Fullført Mottatt")
    later = NOW + timedelta(seconds=2)
    tool.send(launch, replace(SCORE, given=None, activity="InProgress", timestamp=later))
    page = get(browser, "/courses/science/gradebook?lang=nb")
    assert cell(page, "u-1", "hypo").startswith("Ingen karakter Underveis")


def test_two_scores_of_one_second_are_a_conflict_as_in_moodle(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "hypo")
    tool.send(launch, replace(SCORE, timestamp=NOW.replace(microsecond=1000)))
    with pytest.raises(StaleTimestamp):
        tool.send(launch, replace(SCORE, timestamp=NOW.replace(microsecond=2000)))


def test_a_score_for_a_teacher_is_refused_for_good(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "t-1")
    launch = tool.launch(browser, "science", "hypo")
    with pytest.raises(PermanentServiceError):
        tool.send(launch, replace(SCORE, user_id="t-1"))


def test_a_learner_sees_the_own_row_and_a_teacher_all(browser: FlaskClient) -> None:
    become(browser, "u-1")
    page = words(get(browser, "/courses/science/gradebook"))
    assert ("Lærer En Nothing received" in page, "u-2" in page) == (True, False)
    become(browser, "t-1")
    page = words(get(browser, "/courses/science/gradebook"))
    assert ("Lærer En Nothing received" in page, "u-2 (name not shared)" in page) == (True, True)


def test_a_restart_keeps_the_gradebook(make_lms: Callable[[], Flask], tool_url: str) -> None:
    lms = make_lms()
    tool, browser = TinyTool(lms, tool_url), lms.test_client()
    become(browser, "u-1")
    tool.send(tool.launch(browser, "science", "hypo"), SCORE)
    again = make_lms().test_client()
    become(again, "u-1")
    page = get(again, "/courses/science/gradebook")
    assert cell(page, "u-1", "hypo").startswith("7.5 of 10 Completed")


def test_a_tools_own_line_item_becomes_a_column(browser: FlaskClient, tool: TinyTool) -> None:
    wanted = LineItem("Refleksjon", 5, resource_id="r-1", tag="reflection")
    made = tool.grades.find_or_create_line_item(
        tool.registration, "demo-deployment", LINE_ITEMS, wanted
    )
    again = tool.grades.find_or_create_line_item(
        tool.registration, "demo-deployment", LINE_ITEMS, wanted
    )
    assert made == again == replace(wanted, url=made.url)
    become(browser, "t-1")
    assert "Refleksjon out of 5" in words(get(browser, "/courses/science/gradebook"))


def test_a_line_item_of_a_link_is_in_its_launch_from_then_on(
    browser: FlaskClient, tool: TinyTool
) -> None:
    wanted = LineItem("Les", 5, resource_link_id="read")
    made = tool.grades.find_or_create_line_item(
        tool.registration, "demo-deployment", LINE_ITEMS, wanted
    )
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "read")
    assert launch.ags is not None
    assert launch.ags.lineitem == made.url


def test_a_deleted_column_stays_away_after_a_restart(
    make_lms: Callable[[], Flask], tool_url: str
) -> None:
    tool = TinyTool(make_lms(), tool_url)
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
    token = tool.tokens.token(tool.registration, "demo-deployment", [scope])
    answer = tool.http.request(
        "DELETE",
        f"{LINE_ITEMS}/1",
        headers={"authorization": f"Bearer {token}"},
        body=None,
        max_bytes=100,
    )
    assert answer.status == 204
    browser = make_lms().test_client()
    become(browser, "t-1")
    assert "No activity in this course has grades" in words(
        get(browser, "/courses/science/gradebook")
    )


def test_a_line_item_of_another_course_is_not_found(tool: TinyTool) -> None:
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
    token = tool.tokens.token(tool.registration, "demo-deployment", [scope])
    answer = tool.http.request(
        "GET",
        f"{LMS}/lti/courses/other/lineitems/1",
        headers={
            "authorization": f"Bearer {token}",
            "accept": "application/vnd.ims.lis.v2.lineitem+json",
        },
        body=None,
        max_bytes=1000,
    )
    assert answer.status == 404


def test_the_roster_endpoint_leaves_unshared_names_out(tool: TinyTool) -> None:
    scope = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
    token = tool.tokens.token(tool.registration, "demo-deployment", [scope])
    accept = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    answer = tool.http.client.get(
        "/lti/courses/science/members",
        base_url=LMS,
        headers={"authorization": f"Bearer {token}", "accept": accept},
    )
    assert answer.mimetype == accept
    assert [(m["user_id"], m.get("name")) for m in answer.get_json()["members"]] == [
        ("u-1", "Lærer En"),
        ("u-2", None),
        ("t-1", "Leder To"),
    ]


def test_an_assertion_works_once_even_after_a_restart(
    make_lms: Callable[[], Flask], tool_url: str
) -> None:
    tool = TinyTool(make_lms(), tool_url)
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    tool.tokens.token(tool.registration, "demo-deployment", [scope])
    (sent,) = tool.http.sent
    answer = (
        make_lms()
        .test_client()
        .post(
            "/lti/token",
            base_url=LMS,
            data=sent,
            content_type="application/x-www-form-urlencoded",
        )
    )
    assert answer.get_json() == {"error": "invalid_client", "error_description": "jti_reused"}


def test_many_threads_write_scores_at_once(make_lms: Callable[[], Flask], tool_url: str) -> None:
    lms = make_lms()
    tool, browser = TinyTool(lms, tool_url), lms.test_client()
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "hypo")

    def send(n: int) -> bool:
        moment = NOW.replace(microsecond=0) + timedelta(seconds=n)
        try:
            tool.send(launch, replace(SCORE, given=n, timestamp=moment))
        except StaleTimestamp:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(10)))[-1]
    page = get(browser, "/courses/science/gradebook")
    assert cell(page, "u-1", "hypo").startswith("9 of 10 Completed")
