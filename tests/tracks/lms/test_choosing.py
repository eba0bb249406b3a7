"""Choosing content for a course: what is offered, found and linked (D9 to D11), over HTTP."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.choosing import (
    ITEMS,
    answered,
    choosing,
    send,
)
from tests.factories.many_tracks import publish_many
from tests.factories.tool import TRACK, Tool
from tests.fakes.forge import PREFIX
from tracks.catalogue.models import track
from tracks.lms.models import resource_link, score

SESSION = f"{TRACK}/enheter"
RESOURCE = f"{TRACK}/enheter#les"


def titles(claims: dict[str, Any]) -> list[str]:
    return [item["title"] for item in claims[ITEMS]]


# D9: plain text


def test_d9_titles_are_plain_text_of_one_line_and_not_too_long(tool: Tool, monkeypatch: Any):
    client, path = choosing(tool)
    with tool.database.reading() as session:
        shelf = tool.app.extensions["tracks.shelf"]
        edition = shelf.current(session, *TRACK.split("/"))
    monkeypatch.setitem(edition.texts["nb"], "title", "A\u0007 title\n<b>" + "long " * 100)

    (item,) = answered(tool, send(tool, client, path, TRACK))[ITEMS]

    assert item["title"].startswith("A title <b>long long")
    assert len(item["title"]) <= 255
    assert item["title"].isprintable()
    assert set(item) == {"type", "url", "title", "text", "custom", "lineItem"}


# D10, D11: which content


@pytest.mark.parametrize(
    "address",
    [
        "nobody/nothing",
        f"{TRACK}/nothing",
        f"{TRACK}/enheter#nothing",
        f"{TRACK}/enheter#tanker",  # a step without a life of its own
        f"{TRACK}@1.0.0",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_d10_what_is_not_offered_cannot_be_added(tool: Tool, address: str):
    client, path = choosing(tool)

    answer = send(tool, client, path, address)

    assert answer.status_code == 422
    assert "JWT" not in answer.text
    assert titles(answered(tool, send(tool, client, path, address, TRACK, TRACK))) == [
        "Måling i klasserommet"
    ]


def test_d10_a_link_to_what_is_gone_is_refused_kindly_at_the_launch(tool: Tool):
    client, path = choosing(tool)
    (item,) = answered(tool, send(tool, client, path, TRACK))[ITEMS]
    with tool.database.writing() as session:
        session.execute(track.update().values(version_id=None))
    tool.app.extensions["tracks.shelf"]._current.clear()

    browser = tool.launch(sub="learner-1", changes={PREFIX + "custom": item["custom"]})

    page = tool.get(browser, f"{tool.landed}?lang=en")
    assert (page.status_code, "This page does not exist" in page.text) == (404, True)
    assert (tool.count(resource_link), tool.count(score)) == (0, 0)


def test_d11_only_what_is_published_is_offered(tool: Tool):
    client, path = choosing(tool)
    with tool.database.writing() as session:
        session.execute(track.update().values(version_id=None))

    assert "Måling i klasserommet" not in tool.get(client, path).text
    assert send(tool, client, path, TRACK).status_code == 422


# the links that come back, and what is counted


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        (TRACK, "/t/sample/maaling/continue"),
        (SESSION, "/t/sample/maaling/enheter"),
        (RESOURCE, "/r/sample/maaling/enheter/les"),
    ],
)
def test_a_link_that_was_chosen_leads_there_also_in_a_copied_course(
    tool: Tool, address: str, leads_to: str
):
    client, path = choosing(tool)
    (item,) = answered(tool, send(tool, client, path, address))[ITEMS]

    for course, link in (("this-year", "l-1"), ("next-year", "l-2")):
        browser = tool.launch(
            sub=f"learner-{course}",
            target_link_uri=item["url"],
            changes={
                PREFIX + "custom": item["custom"],
                PREFIX + "context": {"id": course},
                PREFIX + "resource_link": {"id": link},
            },
        )
        assert tool.landed == leads_to
        assert tool.get(browser, tool.landed).status_code in (200, 303)
    assert tool.rows(select(resource_link.c.address)) == [(address,), (address,)]


def test_choosing_counts_as_nobodys_work(tool: Tool):
    client = tool.launch(sub="author-1", leads=True)
    before = tool.counts()

    client, path = choosing(tool, client)
    tool.get(client, path)
    send(tool, client, path, TRACK, SESSION)

    changed = {n: count for n, count in tool.counts().items() if count != before[n]}
    assert set(changed) <= {"deep_link_selection", "used_nonce", "sign_in"}


# the page


def page_of(tool: Tool, query: str = "", lang: str = "en") -> str:
    client, path = choosing(tool)
    return unescape(tool.get(client, f"{path}?lang={lang}&{query}").text)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", {TRACK, SESSION, RESOURCE}),
        ("q=MÅLING", {TRACK, SESSION, RESOURCE}),
        ("q=enheter", {SESSION, RESOURCE}),
        ("q=les+enheter", {RESOURCE}),
        ("q=måling+målefeil", set()),
        ("q=xyzzy", set()),
        ("subject=NAT01-05&grade=8-10&language=sv", {TRACK, SESSION, RESOURCE}),
        ("minutes=110", {SESSION, RESOURCE}),
        ("minutes=10", {RESOURCE}),
        ("minutes=5", set()),
        # what no list offers is as if it had not been asked for
        ("subject=X&grade=X&language=xx&minutes=x&page=x", {TRACK, SESSION, RESOURCE}),
    ],
)
def test_search_and_filters(tool: Tool, query: str, there: set[str]):
    page = page_of(tool, query)

    offered = set(re.findall(r'name="pick" value="([^"]+)"', page))
    assert offered & {TRACK, SESSION, RESOURCE} == there


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", {TRACK, "many/t00"}),
        ("subject=NAT01-05", {TRACK}),
        ("grade=9", {TRACK}),
        ("language=sv", {TRACK}),
        ("language=nb", {TRACK, "many/t00"}),
    ],
)
def test_each_filter_takes_away_what_is_about_something_else(
    tool: Tool, query: str, left: set[str]
):
    publish_many(tool, 1)  # in Norwegian, for no subject and no grade

    offered = re.findall(r'name="pick" value="([^"]+)"', page_of(tool, query))

    assert {"/".join(re.split("[/#]", address)[:2]) for address in offered} == left


def test_what_is_ticked_stays_when_the_filter_changes_and_is_named(tool: Tool):
    page = page_of(tool, f"q=xyzzy&pick={TRACK}&pick={SESSION}&pick=nobody/nothing")

    assert re.findall(r'name="pick" value="([^"]+)"[^>]* checked', page) == [TRACK, SESSION]
    assert "Add (2)" in page
    assert re.findall(r'class="picked-one"[^>]*>([^<]+)<', page) == [
        "Måling i klasserommet",
        "Enheter",
    ]


def test_nothing_ticked_is_said_on_the_page(tool: Tool):
    client, path = choosing(tool)

    answer = tool.post(client, f"{path}?lang=en", q="enheter")

    assert answer.status_code == 422
    assert "Tick at least one thing to add." in answer.text
    assert 'value="enheter"' in answer.text


def test_the_course_is_named(tool: Tool):
    assert "Course: Track 1" in page_of(tool)


def test_many_tracks_come_twenty_a_page_and_their_resources_when_asked_for(tool: Tool):
    publish_many(tool, 24)
    client, path = choosing(tool)

    def listed(query: str) -> list[str]:
        page = tool.get(client, f"{path}?lang=en&{query}").text
        return re.findall(r'name="pick" value="([^"]+)"', page)

    first, second = listed(""), listed("page=2")
    assert len(first) == 20 * 2
    assert [a for a in [*first, *second] if "#" in a] == []
    # Twenty-four, and the five addresses of the test library's own track but for its resources.
    assert len(second) == 4 * 2 + 3
    assert [a for a in listed("open=many/t01") if "#" in a] == ["many/t01/m#s1", "many/t01/m#s2"]
    assert [a for a in listed("pick=many/t02/m%23s2") if "#" in a] == [
        "many/t02/m#s1",
        "many/t02/m#s2",
    ]
    assert "Page 1 of 2" in tool.get(client, f"{path}?lang=en").text
    assert listed("page=99") == second


@pytest.mark.parametrize(("language", "name"), [("nb", "Naturfag"), ("en", "Science")])
def test_a_subject_is_chosen_by_its_name(tool: Tool, language: str, name: str):
    client, path = choosing(tool)

    page = tool.get(client, f"{path}?subject=NAT01-05&lang={language}").text

    assert re.findall(r'<option value="NAT01-05"( selected)?>([^<]+)<', page) == [
        (" selected", name)
    ]
