"""What a link in the LMS leads to here, and which gradebook column goes with it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX, REMOVED
from tracks.jobs.models import outbox
from tracks.lms.actions import approve_deployment
from tracks.lms.models import resource_link, score
from tracks.people.models import municipality, school

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ITEM = "https://lms.example/items/1?type_id=1"
LINEITEMS = select(resource_link.c.lineitem_url)


def link(number: str) -> dict:
    return {PREFIX + "resource_link": {"id": number}}


@pytest.mark.parametrize(
    ("resource", "target", "leads_to"),
    [
        ("sample/maaling", "/lti/launch", "/t/sample/maaling/continue"),
        ("sample/maaling/enheter", "/lti/launch", "/t/sample/maaling/enheter"),
        ("sample/maaling/enheter#les", "/lti/launch", "/r/sample/maaling/enheter/les"),
        (" sample/maaling@1.0.0 ", "/lti/launch", "/t/sample/maaling/continue"),
        (None, "/r/sample/maaling", "/t/sample/maaling/continue"),
        (None, "/r/sample/maaling/enheter%23les", "/r/sample/maaling/enheter/les"),
        (None, "/lti/launch", "/"),
        (None, "/municipality", "/municipality"),
        (None, "/catalogue", "/catalogue"),
        (None, "/sign-out", "/"),
        ("//evil.example", "/lti/launch", "/"),
        ("javascript:alert(1)", "/lti/launch", "/"),
        ("https://evil.example/x/y", "/lti/launch", "/"),
    ],
)
def test_a_link_leads_to_what_it_names(
    tool: Tool, resource: str | None, target: str, leads_to: str
):
    tool.launch(resource=resource, target_link_uri=f"{BASE_URL}{target}")

    assert tool.landed == leads_to


def test_a_link_to_what_is_not_published_is_a_page_that_does_not_exist(tool: Tool):
    browser = tool.launch(resource="nobody/nothing")

    assert tool.get(browser, tool.landed).status_code == 404
    assert (tool.count(resource_link), tool.count(score)) == (0, 0)


def test_a_newcomer_is_asked_for_the_school_and_then_comes_where_the_link_leads(tool: Tool):
    browser = tool.launch(school=False)
    assert tool.landed == "/school?then=%2Ft%2Fsample%2Fmaaling%2Fcontinue"

    answer = tool.post(
        browser, "/school", school=str(tool.school_id), then="/t/sample/maaling/continue"
    )

    assert answer.headers["Location"] == "/t/sample/maaling/continue"
    tool.launch(browser, school=False)
    # Who is known is not sent on from page to page.
    assert tool.landed == "/t/sample/maaling/enheter/les"


def test_the_school_of_the_course_is_suggested(tool: Tool):
    with tool.database.writing() as session:
        tool.add_school(session, "Sample school 2")
    tool.launch(sub="colleague")

    browser = tool.launch(sub="newcomer", school=False)

    assert f"guess={tool.school_id}" in tool.landed
    page = tool.get(browser, tool.landed).text
    assert f'<option value="{tool.school_id}" selected>' in page


def test_the_column_of_a_link_comes_from_the_signed_launch(tool: Tool):
    tool.launch()

    assert tool.rows(LINEITEMS) == [(ITEM,)]


@pytest.mark.parametrize(
    "claim",
    [
        REMOVED,
        {"scope": [SCORE], "lineitems": "https://lms.example/items"},
        {"scope": [], "lineitem": ITEM},
        {"scope": [SCORE], "lineitem": "https://evil.example/items/1"},
        {"scope": [SCORE], "lineitem": "http://169.254.169.254/latest"},
        {"scope": [SCORE], "lineitem": "http://lms.example/items/1"},
        {"scope": [SCORE], "lineitem": "https://lms.example@evil.example/items/1"},
        {"scope": [SCORE], "lineitem": 17},
        "a string",
    ],
)
def test_without_a_column_of_its_own_lms_a_launch_works_and_sends_nothing(tool: Tool, claim):
    browser = tool.launch(changes={AGS: claim})

    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")

    assert tool.rows(LINEITEMS) == [(None,)]
    assert tool.count(outbox) == 0


def test_work_done_before_the_column_was_there_is_sent_when_it_is(tool: Tool):
    browser = tool.launch(changes={AGS: REMOVED})
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")

    tool.launch(browser)

    assert tool.rows(LINEITEMS) == [(ITEM,)]
    assert tool.rows(select(score.c.wanted)) == [(7.0,)]
    assert tool.count(outbox) == 1


def test_a_second_link_to_the_same_track_is_sent_what_is_done_already(tool: Tool):
    browser = tool.launch()
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")

    tool.launch(browser, changes=link("18"))
    tool.launch(browser, resource="sample/maaling/enheter", changes=link("19"))

    wanted = select(resource_link.c.link_id, score.c.wanted).join(
        score, score.c.resource_link_id == resource_link.c.id
    )
    assert sorted(tool.rows(wanted)) == [("17", 7.0), ("18", 7.0), ("19", 14.0)]
    assert tool.count(outbox) == 3


def test_the_same_link_id_of_another_deployment_is_another_link(tool: Tool):
    with tool.database.writing() as session:
        approve_deployment(session, tool.registration_id, "2", datetime.now(UTC))
    tool.launch()
    tool.launch(changes={PREFIX + "deployment_id": "2"})

    assert tool.count(resource_link) == 2
    assert tool.count(score) == 2


def test_a_link_that_was_changed_in_the_lms_leads_to_the_new_place(tool: Tool):
    tool.launch()
    tool.launch(resource="sample/maaling/feil")

    assert tool.rows(select(resource_link.c.address)) == [("sample/maaling/feil",)]


def test_a_guess_is_never_a_school_of_another_municipality(tool: Tool):
    with tool.database.writing() as session:
        other = session.execute(
            insert(municipality).values(name="Other", country="SE").returning(municipality.c.id)
        ).scalar_one()
        foreign = session.execute(
            insert(school)
            .values(municipality_id=other, code="f", name="Foreign school", kind="1-7")
            .returning(school.c.id)
        ).scalar_one()
    browser = tool.launch(school=False)

    page = tool.get(browser, f"/school?guess={foreign}").text
    assert "Foreign school" not in page
    assert tool.post(browser, "/school", school=str(foreign)).status_code == 400
