"""Two pages of one author that write a draft in the same moment: what either typed is there."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from content.merging import Merged
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, field, follow, send, text_of
from tests.tracks.authoring.test_editor import LIBRARY_TEXT
from tracks.authoring import actions
from tracks.authoring.queries import Draft, draft_of
from tracks.authoring.views import merging, saving

MINE, LATER = (LIBRARY_TEXT.replace("Fortell kort.", word) for word in ("Mitt.", "Senere."))


@pytest.fixture
def page(tool: Tool, author: FlaskClient, other: FlaskClient) -> TestResponse:
    """With a draft, and another text in the library by now."""
    page = follow(tool, author, send(tool, author, tool.get(author, FILE), MINE))
    theirs = LIBRARY_TEXT.replace("Hvordan gikk det?", "Gikk det?")
    send(tool, other, tool.get(other, FILE), theirs, go="save")
    return page


def written_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, tool: Tool, author: FlaskClient
) -> None:
    """While `module` puts texts together another page saves the draft."""
    real, before = module.merged, tool.get(author, FILE)

    def merged(*given: str) -> Merged:
        monkeypatch.setattr(module, "merged", real)
        assert send(tool, author, before, LATER).status_code == 303
        return real(*given)

    monkeypatch.setattr(module, "merged", merged)


def test_a_draft_written_while_it_is_put_into_the_library_stays(
    tool: Tool, author: FlaskClient, page: TestResponse, monkeypatch: pytest.MonkeyPatch
):
    written_before(monkeypatch, saving, tool, author)

    answer = send(tool, author, page, MINE, go="save")

    assert answer.headers["Location"] == f"{FILE}/merge"
    assert text_of(tool.get(author, FILE).text) == LATER


def test_a_draft_written_while_choices_are_made_stays(
    tool: Tool, author: FlaskClient, page: TestResponse, monkeypatch: pytest.MonkeyPatch
):
    choice = tool.get(author, f"{FILE}/merge")
    hidden = {name: field(choice.text, name) for name in ("revision", "stands")}
    written_before(monkeypatch, merging, tool, author)

    answer = tool.post(author, f"{FILE}/merge", **hidden)

    assert answer.headers["Location"] == f"{FILE}/merge"
    assert text_of(tool.get(author, FILE).text) == LATER


def test_of_two_pages_that_save_at_once_the_second_shows_both(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    """PostgreSQL lets both look before either has written."""
    page = follow(tool, author, send(tool, author, tool.get(author, FILE), MINE))
    stale: list[Draft | None] = []

    def looked_before(*given: Any) -> Draft | None:
        found = draft_of(*given)
        return stale.pop() if stale else found

    monkeypatch.setattr(actions, "draft_of", looked_before)
    with tool.database.reading() as session:
        known = session.execute(actions.draft.select()).one()
    stale_one = Draft(known.path, known.text, known.base, known.revision, known.saved_at)
    assert send(tool, author, page, LATER).status_code == 303
    stale.append(stale_one)

    answer = send(tool, author, page, MINE + "\nTredje.\n")

    assert answer.status_code == 409
    assert "Senere." in answer.text
    assert "Tredje." in answer.text
    assert text_of(tool.get(author, FILE).text) == LATER
