"""Who follows an author is told of their new tracks and versions; bylines have the role (S-24)."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories.editing import TRACK, Edited
from tests.factories.tool import Tool
from tracks.catalogue.rules import byline
from tracks.organisation.events import AccountsMeet
from tracks.progress.actions import follow_once
from tracks.progress.models import followed_author

NAME = "Eksempelredaksjonen"
AUTHORS = f'authors: ["{NAME}"]'


def home(tool: Tool, browser: FlaskClient) -> str:
    return tool.get(browser, "/?lang=en").text


def news(page: str) -> list[str]:
    """What is said of those whom the reader follows."""
    if "New from authors you follow" not in page:
        return []
    part = page[page.index("New from authors you follow") :]
    part = part[: part.index("Whom I follow")]
    rows = re.findall(r'<li class="row">(.*?)</li>', part, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def another_track(edited: Edited, id_: str, authors: str) -> None:
    shutil.copytree(edited.root / TRACK, edited.root / id_)
    for file in (edited.root / id_).glob("track.*.md"):
        file.write_text(file.read_text("utf-8").replace(AUTHORS, authors), "utf-8")


def test_new_tracks_and_versions_of_an_author_are_told_until_they_are_seen(
    tool: Tool, tmp_path: Path
):
    mine, other = tool.launch(resource=None), tool.launch(sub="other")
    assert tool.post(mine, "/authors", go="follow", name=NAME).headers["Location"] == "/authors"
    assert news(home(tool, mine)) == []
    assert "Nothing new." in home(tool, mine)

    edited = Edited(tmp_path)
    another_track(edited, "annet", 'authors: ["eksempelredaksjonen, matematikk"]')
    another_track(edited, "fremmed", 'authors: ["Andre folk"]')
    edited.publish(tool, "1.1.0")

    told = news(home(tool, mine))
    assert sorted("New track" in line for line in told) == [False, True]
    assert sum("New version" in line for line in told) == 1
    assert len(told) == 2
    assert "fremmed" not in " ".join(told)
    assert news(home(tool, other)) == []
    assert "New from authors you follow" not in home(tool, other)

    assert tool.post(mine, "/authors", go="seen", then="/").headers["Location"] == "/"
    assert news(home(tool, mine)) == []


def test_twice_is_once_and_any_spelling_stops(tool: Tool):
    mine = tool.launch()
    for name in (NAME, f"  {NAME.upper()} "):
        assert tool.post(mine, "/authors", go="follow", name=name).status_code == 303
    assert tool.rows(select(followed_author.c.author)) == [(NAME,)]
    tool.post(mine, "/authors", go="stop", name=NAME.lower())
    assert tool.count(followed_author) == 0


def test_one_who_has_no_track_here_any_more_can_be_let_go(tool: Tool):
    mine = tool.launch()
    tool.post(mine, "/authors", go="follow", name=NAME)
    with tool.database.writing() as session:
        session.execute(followed_author.update().values(author="Gone, Ltd"))
    page = tool.get(mine, "/authors?lang=en").text
    assert "Gone, Ltd has no track here any more." in page
    tool.post(mine, "/authors", go="stop", name="Gone, Ltd")
    assert tool.count(followed_author) == 0


def test_who_cannot_be_followed(tool: Tool):
    mine = tool.launch()
    assert tool.post(mine, "/authors", go="follow", name="Nobody").status_code == 404
    assert tool.post(mine, "/authors", go="follow").status_code == 404
    assert tool.post(mine, "/authors", go="odd", name=NAME).status_code == 400
    assert tool.post(mine, "/authors", go="seen", then="//evil.example").headers["Location"] == (
        "/authors"
    )
    assert tool.get(tool.client(), "/authors?name=Nobody").status_code == 404
    assert tool.count(followed_author) == 0


def test_the_byline_has_the_role_and_leads_to_all_they_have_made(tool: Tool, tmp_path: Path):
    edited = Edited(tmp_path)
    another_track(edited, "annet", 'authors: ["Eksempel<redaksjonen>, fag & språk", "Andre"]')
    edited.publish(tool, "1.1.0")
    for path in ("/t/sample/annet", "/catalogue/sample/annet"):
        page = tool.get(tool.client(), f"{path}?lang=en").text
        assert (
            '<a class="ds-link" href="/authors?name=Eksempel%3Credaksjonen%3E">'
            "Eksempel&lt;redaksjonen&gt;</a> (fag &amp; språk), " in page
        )
    page = tool.get(tool.client(), "/authors?name=Eksempel%3Credaksjonen%3E&lang=en").text
    assert "fag &amp; språk" in page
    assert re.findall(r'href="(/t/[^"]*)"', page) == ["/t/sample/annet"]
    everybody = tool.get(tool.client(), "/authors?lang=en").text
    assert re.findall(r'<h2[^>]*id="author-\d+">(.*?)</h2>', everybody) == [
        "Andre",
        "Eksempel&lt;redaksjonen&gt;",
        NAME,
    ]
    assert "<form method" not in everybody.split("<footer")[0].replace(
        '<form method="post" action="/language"', ""
    )


def test_following_the_same_in_two_accounts_is_once(tool: Tool):
    for sub in ("one", "two"):
        tool.post(tool.launch(sub=sub), "/authors", go="follow", name=NAME)
        tool.post(tool.launch(sub=sub), f"/t/sample/{TRACK}/-/follow", go="follow")
    ids = (tool.person_id("one"), tool.person_id("two"))
    with tool.database.writing() as session:
        follow_once(session, AccountsMeet(person_ids=ids))
    assert tool.rows(select(followed_author.c.person_id)) == [(ids[0],)]


@pytest.mark.parametrize(
    ("written", "name", "role"),
    [
        ("Sample publisher, editors", "Sample publisher", "editors"),
        ("Sample publisher", "Sample publisher", ""),
        (" Sample  publisher ,  editors, science ", "Sample publisher", "editors, science"),
        (", editors", "", "editors"),
    ],
)
def test_a_byline_is_a_name_and_a_role(written: str, name: str, role: str):
    assert (byline(written).name, byline(written).role) == (name, role)


@given(st.text())
def test_a_byline_of_anything_is_read_the_same_again(text: str):
    once = byline(text)
    assert byline(str(once)) == once or not once.name
