"""A course that is copied for a new year: its links live on, and its gradebook is its own."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.fakes.forge import PREFIX
from tests.tracks.lms.conftest import Course
from tracks.lms.actions.life_cycle import note_course_copy
from tracks.lms.models import context_copy, link_copy, resource_link, score

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
OLD, NEW = "https://lms.example/items/1?type_id=1", "https://lms.example/items/2?type_id=1"


def copy(**custom: str) -> dict[str, Any]:
    """The claims of the same link in the copied course."""
    return {
        PREFIX + "resource_link": {"id": "27"},
        PREFIX + "context": {"id": "course-2", "title": "Sample course, next year"},
        PREFIX + "custom": {"resource": "sample/maaling", **custom},
        AGS: {"scope": [SCORE], "lineitem": NEW},
    }


WANTED = (
    select(resource_link.c.link_id, score.c.wanted)
    .join(score, score.c.resource_link_id == resource_link.c.id)
    .order_by(resource_link.c.link_id)
)
READ = "/t/sample/maaling/enheter/les"


def test_a_copied_link_leads_to_the_same_with_nothing_set_up(tool: Tool):
    tool.launch()
    first = tool.landed

    tool.launch(sub="somebody-new", changes=copy())

    assert tool.landed == first
    assert tool.count(resource_link) == 2


@pytest.mark.parametrize(
    "custom",
    [{"link_history": "17"}, {"link_history": "99,17,3"}, {"course_history": "course-0,course-1"}],
    ids=["link", "a copy of a copy", "course only"],
)
def test_work_in_the_copy_goes_to_its_own_column_only(tool: Tool, custom: dict[str, str]):
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    tool.post(browser, READ, go="done")
    assert tool.rows(WANTED) == [("17", 7.0)]

    tool.launch(browser, changes=copy(**custom))
    tool.post(browser, "/t/sample/maaling/enheter/en-av-tre", choice="1", go="check")

    assert tool.rows(WANTED) == [("17", 7.0), ("27", 14.0)]


def test_a_notice_of_the_copy_says_as_much(tool: Tool):
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    tool.post(browser, READ, go="done")
    (deployment,) = tool.rows(select(resource_link.c.deployment_id))
    with tool.database.writing() as session:
        note_course_copy(session, deployment[0], "course-2", ("course-1",), datetime.now(UTC))

    tool.launch(browser, changes=copy())
    tool.post(browser, "/t/sample/maaling/enheter/en-av-tre", choice="1", go="check")

    assert tool.rows(WANTED) == [("17", 7.0), ("27", 14.0)]


def test_two_links_that_are_no_copies_both_get_the_scores(tool: Tool):
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    tool.launch(browser, changes=copy(link_history="$ResourceLink.id.history"))
    tool.post(browser, READ, go="done")

    assert tool.rows(WANTED) == [("17", 7.0), ("27", 7.0)]
    assert (tool.count(link_copy), tool.count(context_copy)) == (0, 0)


def test_who_comes_back_to_the_old_course_is_scored_there_too(tool: Tool):
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    tool.launch(browser, changes=copy(link_history="17"))
    tool.post(browser, READ, go="done")
    assert tool.rows(WANTED) == [("17", None), ("27", 7.0)]

    tool.launch(browser, changes={PREFIX + "context": {"id": "course-1"}})

    assert tool.rows(WANTED) == [("17", 7.0), ("27", 7.0)]


def test_what_is_sent_goes_to_the_new_column(course: Course):
    tool = course.tool
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    course.do(browser, "les")
    course.until_quiet()
    sent = len(scores(tool, OLD))
    tool.launch(browser, changes=copy(link_history="17"))
    course.do(browser, "en-av-tre", choice="1", go="check")
    course.until_quiet()

    assert (sent, len(scores(tool, OLD))) == (1, 1)
    assert len(scores(tool, NEW)) >= 1


def scores(tool: Tool, item: str) -> list[str]:
    posted = item.replace("?", "/scores?")
    return [sent.url for sent in tool.http.sent if sent.url == posted]


def test_nobody_of_the_old_course_shows_in_the_new(tool: Tool):
    for number in range(3):
        tool.launch(sub=f"old-{number}", changes={PREFIX + "context": {"id": "course-1"}})

    tool.launch(sub="newcomer", school=False, changes=copy(link_history="17"))

    # no guess at a school from the people of the course it was copied from
    assert tool.landed == "/school?then=%2Ft%2Fsample%2Fmaaling%2Fcontinue"
    in_the_copy = (
        select(score.c.sub)
        .join(resource_link, resource_link.c.id == score.c.resource_link_id)
        .where(resource_link.c.context_id == "course-2")
    )
    assert tool.rows(in_the_copy) == [("newcomer",)]


def test_the_history_of_another_installation_counts_for_nothing(tool: Tool):
    from tracks.lms.actions import approve_deployment

    with tool.database.writing() as session:
        approve_deployment(session, tool.registration_id, "2", datetime.now(UTC))
    browser = tool.launch(changes={PREFIX + "context": {"id": "course-1"}})
    claims = {**copy(link_history="17"), PREFIX + "deployment_id": "2"}
    tool.launch(browser, changes=claims)
    tool.post(browser, READ, go="done")

    assert tool.rows(WANTED) == [("17", 7.0), ("27", 7.0)]
