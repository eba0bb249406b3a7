"""A resource on its own is counted as that, and never as progress in its track (F-13)."""

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.fakes.forge import PREFIX
from tracks.adoption.models import resource_use, school_track
from tracks.lms.models import score
from tracks.progress.models import step_work, track_work

RESOURCE = "/r/sample/maaling/enheter/les"
IN_TRACK = "/t/sample/maaling/enheter/les"
USES = select(resource_use.c.way).order_by(resource_use.c.way)


def test_used_on_its_own_it_is_no_progress_in_the_track(tool: Tool):
    browser = tool.launch(resource=None)
    tool.post(browser, "/school", school=str(tool.school_id))

    answer = tool.post(browser, RESOURCE, go="done")

    assert answer.headers["Location"] == f"{RESOURCE}#answer"
    assert tool.rows(select(step_work.c.alone)) == [(True,)]
    assert tool.rows(USES) == [("independent",)]
    assert (tool.count(track_work), tool.count(school_track)) == (0, 0)
    assert "0 of 14 done" in tool.get(browser, "/t/sample/maaling?lang=en").text


def test_done_in_the_track_it_counts_there_and_only_there(tool: Tool):
    browser = tool.launch()

    tool.post(browser, IN_TRACK, go="done")

    assert tool.rows(select(step_work.c.alone)) == [(False,)]
    assert tool.rows(USES) == [("programme",)]
    page = tool.get(browser, f"{RESOURCE}?lang=en").text
    assert "Mark as read" in page


def test_both_uses_are_two_uses_each_counted_once(tool: Tool):
    browser = tool.launch()
    for _ in range(2):
        tool.post(browser, IN_TRACK, go="done")
        tool.post(browser, RESOURCE, go="done")

    assert tool.rows(USES) == [("independent",), ("programme",)]


def test_a_link_to_a_resource_opens_it_and_counts_as_use_on_its_own(tool: Tool):
    tool.launch()
    browser = tool.launch(
        resource="sample/maaling/enheter#les", changes={PREFIX + "resource_link": {"id": "18"}}
    )

    assert tool.landed == RESOURCE
    assert tool.rows(USES) == [("independent",)]
    assert tool.rows(select(score.c.wanted)) == [(None,), (None,)]
    tool.post(browser, RESOURCE, go="done")
    # Done for its own link; the track's link is as far as it was.
    assert sorted(tool.rows(select(score.c.wanted)), key=str) == [(100.0,), (None,)]


@pytest.mark.parametrize(
    "path",
    [
        "/r/sample/maaling/enheter/tanker",  # a step that is no resource
        "/r/sample/maaling/enheter/nothing",
        "/r/sample/maaling/nothing/les",
        "/r/sample/nothing/enheter/les",
        "/r/sample/maaling/enheter%23tanker",
        "/r/sample/maaling/enheter%23nothing",
        "/r/Sample/Maaling",
        "/r/%00/x",
        "/r/" + "x/" * 2000,
    ],
)
def test_what_is_no_resource_is_no_page(tool: Tool, path: str):
    browser = tool.launch()

    assert tool.get(browser, path).status_code == 404
    assert tool.post(browser, path, go="done").status_code in (404, 405)
    assert tool.count(step_work) == 0


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("sample/maaling", "/t/sample/maaling"),
        ("sample/maaling/enheter", "/t/sample/maaling/enheter"),
        ("sample/maaling/enheter%23les", RESOURCE),
        ("sample/maaling/enheter%23les@1.0.0", RESOURCE),
    ],
)
def test_an_address_leads_to_the_page_of_what_it_names(tool: Tool, address: str, leads_to: str):
    answer = tool.get(tool.client(), f"/r/{address}")

    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)


def test_anybody_reads_a_resource_and_nobody_unknown_answers(tool: Tool):
    page = tool.get(tool.client(), f"{RESOURCE}?lang=en")

    assert (page.status_code, "To answer and keep your work" in page.text) == (200, True)
    assert "<form" not in page.text
    answer = tool.client().post(RESOURCE, base_url="https://tracks.example")
    assert (answer.status_code, tool.count(step_work)) == (401, 0)
