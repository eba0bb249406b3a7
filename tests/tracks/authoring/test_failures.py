"""The failures that journey 5.4 names, where no other file of this folder walks them."""

import html
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from content.workers.loading import ReadingFailed
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of
from tests.tracks.authoring.test_publishing import versions

BASE = "/authoring/maaling"
PUBLISH = f"{BASE}/publish?lang=en"
SWEDISH = FILE.replace(".nb.", ".sv.")


def write_both(tool: Tool, client: FlaskClient, new: str) -> None:
    """At the end of each language's text, into the library."""
    for file in (FILE, SWEDISH):
        page = tool.get(client, file)
        follow(tool, client, send(tool, client, page, text_of(page.text) + new, go="save"))


def test_a_film_without_captions_blocks_until_the_reason_is_said(tool: Tool, author: FlaskClient):
    film = "\n::: video {{#film src=https://video.example/x{}}}\nSe etter.\n:::\n"
    write_both(tool, author, film.format(""))

    page = tool.get(author, PUBLISH).text
    refused = tool.post(author, PUBLISH, version="8.0")

    assert page.count("no captions") == 2
    assert 'link-only="' in html.unescape(page)
    assert refused.status_code == 422
    assert versions(tool) == [tool.edition.version]
    for file in (FILE, SWEDISH):
        shown = tool.get(author, file)
        text = text_of(shown.text).replace("/x}", '/x link-only="Ingen tale"}')
        send(tool, author, shown, text, go="save")
    follow(tool, author, tool.post(author, PUBLISH, version="8.0"))
    assert versions(tool) == [tool.edition.version, "8.0"]


def test_a_session_with_nothing_in_it_is_not_published(tool: Tool, author: FlaskClient):
    tool.post(author, BASE, title="Tom", go="add")

    page = tool.get(author, PUBLISH).text
    refused = tool.post(author, PUBLISH, version="8.0")

    assert page.count("a step without text") == 6  # three steps of reading, in two languages
    assert "03-tom.nb.md:" in page
    assert 'name="version"' not in page
    assert refused.status_code == 422
    assert versions(tool) == [tool.edition.version]


def test_a_resource_that_other_tracks_borrow_is_not_taken_out(
    tool: Tool, author: FlaskClient, folder: Path
):
    borrowers = [f"lan-{number}" for number in range(4)]
    for track in borrowers:
        shutil.copytree(folder / "maaling", folder / track)
        for each in ("nb", "sv"):
            place = folder / track / f"02-feil.{each}.md"
            text = place.read_text("utf-8")
            block = "### L {#l}\n\n::: include {resource=maaling/enheter#les}\n:::\n\n"
            place.write_text(text.replace("## B", f"{block}## B", 1), "utf-8")
    steps = f"{FILE}/steps?lang=en"

    refused = tool.post(author, steps, go="out", step="les")

    assert refused.status_code == 422
    listed = [f'href="/authoring/{track}/02-feil.nb.md"' for track in borrowers]
    assert all(each in refused.text for each in listed)
    assert "{#les" in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")
    # with something in its place all of them borrow that
    done = tool.post(author, steps, go="out", step="les", instead="maaling/enheter#del")
    follow(tool, author, done)
    for track in borrowers:
        text = (folder / track / "02-feil.sv.md").read_text("utf-8")
        assert "resource=maaling/enheter#del}" in text
        assert "enheter#les" not in text


def test_a_track_that_has_another_name_by_now_stops_no_other(
    tool: Tool, author: FlaskClient, folder: Path
):
    """Its name stands in library.yaml, and the track is not read when another is checked."""
    place = folder / "library.yaml"
    place.write_text(place.read_text("utf-8") + "renamed: {maling: maaling}\n", "utf-8")
    shutil.copytree(folder / "maaling", folder / "annet")

    assert "maling became maaling" not in tool.get(author, "/authoring/annet?lang=en").text
    assert tool.post(author, "/authoring/annet/publish", version="2.0").status_code == 303


def test_html_is_told_as_it_stands_and_never_shown(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    text = text_of(page.text).replace("Fortell kort.", "Fortell <script>alert(1)</script> kort.")

    answer = follow(tool, author, send(tool, author, page, text))

    english = tool.get(author, f"{FILE}?lang=en").text
    assert "raw HTML: '<script>'" in html.unescape(english)
    assert text_of(answer.text) == text
    assert "<script>alert" not in tool.get(author, f"{FILE}/preview").text


def test_a_check_that_breaks_off_is_said_to_be_ours(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    page = tool.get(author, FILE)

    def broken(*_: object) -> None:
        raise ReadingFailed("no such luck")

    monkeypatch.setattr("tracks.authoring.checking.load_library", broken)
    answer = follow(tool, author, send(tool, author, page, "et utkast"))

    assert text_of(answer.text) == "et utkast"
    told = tool.get(author, f"{FILE}?lang=en").text
    assert "check-failed" in told
    assert "our mistake" in told
    home = tool.get(author, f"{BASE}?lang=en").text
    assert "1 thing to mend before it can be published" in home
    assert tool.post(author, PUBLISH, version="8.0").status_code == 422
    assert versions(tool) == [tool.edition.version]
