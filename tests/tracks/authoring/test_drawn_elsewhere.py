"""Check 24: what is not published is never drawn in the web server's own process, and what is
published is drawn before anything is written."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from content.rendering.rules import StepRenderer
from content.workers import drawing
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, text_of
from tests.tracks.authoring.test_publishing import PUBLISH, change, field, fresh, versions
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
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    open_now: list[str] = []
    seen: list[list[str]] = []
    writing, real = Database.writing, catalogue_drawn.draw

    class Noted:
        def __init__(self, database: Database) -> None:
            self.inner = writing(database)

        def __enter__(self) -> Any:
            open_now.append("writing")
            return self.inner.__enter__()

        def __exit__(self, *why: Any) -> Any:
            open_now.pop()
            return self.inner.__exit__(*why)

    def draw(*given: Any) -> Drawn:
        seen.append([*open_now])
        return real(*given)

    monkeypatch.setattr(Database, "writing", lambda self: Noted(self))
    monkeypatch.setattr(catalogue_drawn, "draw", draw)

    assert tool.post(author, PUBLISH, version="7.0").status_code == 303
    assert seen == [[]]
