"""Check 24: what is not published is never read or drawn in the web server's own process, and what
is published is drawn before anything is written."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from markdown_it import MarkdownIt

from content.rendering.rules import StepRenderer
from content.workers import drawing
from tests.factories.tool import Tool
from tests.tracks.authoring import test_steps as arranging
from tests.tracks.authoring import test_translating as translating
from tests.tracks.authoring.pages import FILE, send, text_of
from tests.tracks.authoring.test_publishing import PUBLISH, change, field, fresh, versions
from tracks.authoring.views import desk as desk_module
from tracks.catalogue import drawn as catalogue_drawn
from tracks.catalogue.drawn import Drawn
from tracks.db import Database


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this process draws, in spite of all."""
    here, real, found = os.getpid(), StepRenderer.render, []

    def render(self: StepRenderer, tokens: Any, *more: Any) -> str:
        if os.getpid() == here:
            found.append(repr(tokens)[:200])
        return real(self, tokens, *more)

    monkeypatch.setattr(StepRenderer, "render", render)
    return found


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Markdown that this process reads."""
    here, real, found = os.getpid(), MarkdownIt.parse, []

    def parse(self: MarkdownIt, src: str, env: Any = None) -> Any:
        if os.getpid() == here:
            found.append(src[:200])
        return real(self, src, env)

    monkeypatch.setattr(MarkdownIt, "parse", parse)
    return found


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those that write, and are open now."""
    open_now: list[str] = []
    writing = Database.writing

    class Noted:
        def __init__(self, database: Database) -> None:
            self.inner = writing(database)

        def __enter__(self) -> Any:
            open_now.append("writing")
            return self.inner.__enter__()

        def __exit__(self, *why: Any) -> Any:
            open_now.pop()
            return self.inner.__exit__(*why)

    monkeypatch.setattr(Database, "writing", lambda self: Noted(self))
    return open_now


def test_an_author_looks_and_publishes_and_nothing_is_drawn_here(
    tool: Tool, author: FlaskClient, folder: Path, drawn_here: list[str]
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    for view in ("", "?view=leader"):
        page = tool.get(author, f"{FILE}/preview{view}")
        assert "Fortell lenge." in page.text
    track = tool.get(author, "/authoring/maaling/track.nb.md/preview")
    assert track.status_code == 200
    page = tool.get(author, f"{PUBLISH}?lang=en")
    assert "Changed steps (1)" in page.text

    done = tool.post(author, PUBLISH, version=field(page.text, "version"))

    assert done.status_code == 303
    assert len(versions(tool)) == 2
    fresh(tool)
    assert "Fortell lenge." in tool.get(author, "/t/sample/maaling/enheter/del").text
    assert drawn_here == []


def test_a_step_that_is_too_complex_for_a_page_is_told_in_its_place(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    assert "too complex" not in tool.get(author, f"{FILE}/preview?lang=en").text
    tool.app.extensions["tracks.authoring"].forget_drawn()
    nothing = drawing.Bounds(0, 0, 0)
    monkeypatch.setattr("tracks.authoring.views.desk.PAGE", nothing)

    page = tool.get(author, f"{FILE}/preview?lang=en")

    assert page.status_code == 200
    assert "This is too complex to be shown" in page.text
    assert "Fortell lenge." not in page.text
    assert "Changed steps (1)" in tool.get(author, f"{PUBLISH}?lang=en").text


def test_a_version_that_is_not_drawn_in_time_is_not_published(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    monkeypatch.setattr(catalogue_drawn, "VERSION", drawing.Bounds(0, 0, 0))

    done = tool.post(author, f"{PUBLISH}?lang=en", version="7.0")

    assert done.status_code == 422
    assert "This is too complex to be shown" in done.text
    assert versions(tool) == [tool.edition.version]
    assert "7.0" not in text_of(tool.get(author, "/authoring/maaling/track.nb.md").text)


def test_no_transaction_is_open_while_a_version_is_drawn(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch, transactions: list[str]
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    seen: list[list[str]] = []
    real = catalogue_drawn.draw

    def draw(*given: Any) -> Drawn:
        seen.append([*transactions])
        return real(*given)

    monkeypatch.setattr(catalogue_drawn, "draw", draw)

    assert tool.post(author, PUBLISH, version="7.0").status_code == 303
    assert seen == [[]]


ARRANGED = [
    ("earlier", {}),
    ("later", {}),
    ("mark", {}),
    ("rename", {"id": "fortell"}),
    ("move", {"to": "enheter:C"}),
    ("out", {"instead": "maaling/enheter#les"}),
]


@pytest.mark.parametrize(("go", "more"), ARRANGED)
def test_steps_are_arranged_and_nothing_is_read_here_nor_while_something_is_written(
    tool: Tool,
    author: FlaskClient,
    go: str,
    more: dict[str, str],
    read_here: list[str],
    transactions: list[str],
    monkeypatch: pytest.MonkeyPatch,
):
    seen: list[list[str]] = []
    real = desk_module.draw

    def draw(*given: Any) -> dict[str, str]:
        seen.append([*transactions])
        return real(*given)

    monkeypatch.setattr(desk_module, "draw", draw)
    assert tool.get(author, arranging.STEPS).status_code == 200
    done = arranging.post(tool, author, go, "del", **more)

    assert done.status_code == 303, arranging.said(done)
    assert read_here == []
    assert seen
    assert not any(seen)


def test_a_text_that_is_too_complex_is_not_arranged(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    before = arranging.texts(folder)
    monkeypatch.setattr(desk_module, "PAGE", drawing.Bounds(0, 0, 0))

    page = tool.get(author, arranging.STEPS)
    done = arranging.post(tool, author, "later", "les")

    assert page.status_code == 200
    assert "too complex to be arranged" in page.text
    assert "too complex to be arranged" in arranging.said(done)
    assert arranging.texts(folder) == before


def test_a_translation_is_written_and_nothing_is_read_here(
    tool: Tool, author: FlaskClient, read_here: list[str]
):
    page = tool.get(author, translating.BESIDE)
    assert len(translating.fields(page.text)) == 12
    for go in ("save", "translated"):
        page = tool.get(author, translating.BESIDE)
        done = translating.submit(tool, author, page, go, **{"part-3": "### Annat {#les}"})
        assert done.status_code == 303
    assert read_here == []


MANY = "".join(f"## A {{phase=A}}\n\n{n}\n\n" for n in range(600))
QUOTES = ">" * 60 + "a\n" + "b\n" * 25_000


@pytest.mark.parametrize("hostile", [QUOTES, MANY], ids=["too complex", "too many parts"])
def test_what_cannot_be_taken_apart_is_translated_as_a_whole(
    tool: Tool, author: FlaskClient, hostile: str
):
    page = tool.get(author, translating.SWEDISH)
    head = text_of(page.text).partition("## ")[0]
    send(tool, author, page, head + hostile, "save")

    page = tool.get(author, f"{translating.BESIDE}?lang=en")

    assert "The whole text" in page.text
    assert translating.fields(page.text) == {"part-0": (head + hostile).strip("\n")}
    done = translating.submit(tool, author, page, "save", **{"part-0": head + "Nytt."})
    assert done.status_code == 303
    assert text_of(tool.get(author, translating.SWEDISH).text) == head + "Nytt.\n"


def test_more_parts_than_are_shown_are_not_cut_off(tool: Tool, author: FlaskClient):
    page = tool.get(author, translating.BESIDE)
    sent = {f"part-{n}": "x" for n in range(501)}
    hidden = {name: field(page.text, name) for name in ("revision", "begun")}

    done = tool.post(author, translating.BESIDE, go="save", parts="501", **hidden, **sent)

    assert done.status_code == 400
    assert text_of(tool.get(author, translating.SWEDISH).text) == translating.TEXT
