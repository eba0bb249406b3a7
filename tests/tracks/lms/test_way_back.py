"""The way back to the course: of a signed launch, on the LMS's own host, offered and no more."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from tests.factories.tool import Tool
from tests.fakes.forge import PREFIX, REMOVED
from tracks.people.models import person, sign_in

PRESENTATION = PREFIX + "launch_presentation"
BACK = "https://lms.example/course/view?id=7"
TRACK_PAGE = "/t/sample/maaling?lang=en"


def came_from(url: Any, **more: str) -> dict[str, Any]:
    return {PRESENTATION: {"return_url": url, **more}}


def links_back(page: str) -> list[str]:
    return [
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')[1:]
        if part.startswith("http")
    ]


def test_a_finished_track_offers_the_way_back_with_a_word(tool: Tool):
    browser = tool.launch(changes=came_from(BACK), leads=True)
    assert links_back(tool.get(browser, TRACK_PAGE).text) == []

    finish(tool, browser)

    (link,) = links_back(tool.get(browser, TRACK_PAGE).text)
    assert link.startswith(BACK + "&")
    assert parse_qs(urlsplit(link).query)["lti_msg"] == ["You have done all of this track."]
    assert 'target="_top"' in tool.get(browser, TRACK_PAGE).text


def finish(tool: Tool, browser: Any) -> None:
    for step in tool.edition.steps:
        if step.phase.is_joint:
            path = f"/t/sample/maaling/{step.module_slug}/together/{step.phase.value}"
            tool.post(browser, path, present=str(tool.person_id("teacher-1")))
            continue
        path = f"/t/sample/maaling/{step.module_slug}/{step.slug}"
        tool.post(browser, path, go="done", text="x", revision="0", choice=["0"])


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://lms.example@evil.example/",
        "https://lms.example.evil.example/",
        "http://lms.example/course",
        "javascript:alert(1)",
        "//evil.example",
        "https://lms.example\\@evil.example/",
        "https://lms.example/" + "x" * 2000,
        "",
        7,
        REMOVED,
    ],
)
def test_no_other_place_is_ever_kept(tool: Tool, url: Any):
    browser = tool.launch(changes=came_from(url) if url is not REMOVED else {PRESENTATION: url})

    assert tool.rows(select(sign_in.c.way_back)) == [(None,)]
    assert links_back(tool.get(browser, "/t/nothing/here").text) == []


def test_an_error_page_offers_it_with_the_error(tool: Tool):
    browser = tool.launch(changes=came_from(BACK))

    (link,) = links_back(tool.get(browser, "/t/nothing/here?lang=en").text)

    said = parse_qs(urlsplit(link).query)
    assert said["lti_errormsg"] == ["This page does not exist"]
    assert len(said["lti_errorlog"][0]) == 8


def test_nobody_unknown_is_offered_anything(tool: Tool):
    tool.launch(changes=came_from(BACK))

    assert links_back(tool.get(tool.client(), f"/t/nothing/here?back={BACK}").text) == []


def test_a_launch_that_is_refused_after_the_signature_offers_it(tool: Tool):
    refused = tool.click(tool.prepare({**came_from(BACK, locale="sv"), PREFIX + "version": "1"}))

    (link,) = links_back(refused.text)
    said = parse_qs(urlsplit(link).query)
    # in the language of the launch, whatever the browser prefers
    assert 'lang="sv"' in refused.text
    assert said["lti_errormsg"] == ["Lärplattformen skickade något vi inte kan godta"]
    assert said["lti_errorlog"][0].startswith("Learning Tracks: version_unknown (")


def test_one_that_was_not_signed_does_not(tool: Tool):
    prepared = tool.prepare(came_from(BACK))
    head, body, _ = prepared.form["id_token"].split(".")
    prepared.form["id_token"] = f"{head}.{body}.{'A' * 342}"

    refused = tool.click(prepared)

    assert ("signature_invalid" in refused.text, links_back(refused.text)) == (True, [])


def test_a_suspended_person_gets_back_to_the_course(tool: Tool):
    tool.launch()
    with tool.database.writing() as session:
        session.execute(update(person).values(is_suspended=True))

    refused = tool.click(tool.prepare({"sub": "teacher-1", **came_from(BACK)}))

    assert refused.status_code == 403
    assert links_back(refused.text)[0].startswith(BACK + "&lti_errormsg=")
