"""From the editor to what differs from the version that teachers see."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, send, text_of
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.subscriptions import reactions

TO = "What differs from version 7.0, which teachers see"


@pytest.fixture(autouse=True)
def published(tool: Tool, author: FlaskClient) -> None:
    """As the site has it: what is published is kept in the repository."""
    tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))
    assert tool.post(author, "/authoring/maaling/publish", version="7.0").status_code == 303


def shown(tool: Tool, client: FlaskClient, file: str = FILE) -> str:
    return tool.get(client, f"{file}/published?lang=en").text


def links(tool: Tool, client: FlaskClient, file: str = FILE) -> int:
    page = tool.get(client, f"{file}?lang=en").text
    found: int = len(re.findall(rf'<a [^>]*href="{file}/published">{TO}</a>', page))
    return found


def draft(tool: Tool, client: FlaskClient, old: str, new: str, go: str) -> None:
    page = tool.get(client, FILE)
    assert old in text_of(page.text)
    send(tool, client, page, text_of(page.text).replace(old, new), go=go)


@pytest.mark.parametrize(
    ("go", "whose"),
    [("check", "Your draft, beside"), ("save", "The text of the library, beside")],
)
def test_where_there_is_a_difference_editor_and_preview_lead_to_it(
    tool: Tool, author: FlaskClient, other: FlaskClient, go: str, whose: str
):
    assert links(tool, author) == 0
    assert "The two texts are the same." in shown(tool, author)

    draft(tool, author, "Fortell kort.", "Fortell <b>lenge</b>.", go)

    assert links(tool, author) == 2
    page = shown(tool, author)
    assert TO in page
    assert whose in page
    assert re.search(r"<del[^>]*>.*Fortell kort\.</del>", page)
    assert re.search(r"<ins[^>]*>.*Fortell &lt;b&gt;lenge&lt;/b&gt;\.</ins>", page)
    # a draft is its author's
    assert links(tool, other) == (0 if go == "check" else 2)
    assert ("lenge" in shown(tool, other)) is (go == "save")


def test_what_is_published_again_differs_no_more(tool: Tool, author: FlaskClient):
    draft(tool, author, "Fortell kort.", "Fortell lenge.", "save")
    tool.post(author, "/authoring/maaling/publish", version="7.1")

    assert "which teachers see</a>" not in tool.get(author, f"{FILE}?lang=en").text
    page = shown(tool, author)
    assert "What differs from version 7.1" in page
    assert "The two texts are the same." in page


def test_a_session_that_has_moved_is_the_same(tool: Tool, author: FlaskClient):
    tool.post(author, "/authoring/maaling", go="down", module="enheter")

    assert links(tool, author, "/authoring/maaling/02-enheter.nb.md") == 0


def test_a_new_session_is_new_as_a_whole(tool: Tool, author: FlaskClient, folder: Path):
    tool.post(author, "/authoring/maaling", title="Siste", go="add")
    (name,) = (place.name for place in (folder / "maaling").glob("*-siste.nb.md"))
    file = f"/authoring/maaling/{name}"

    assert links(tool, author, file) == 2
    page = shown(tool, author, file)
    assert "This file is not in version 7.0: all of it is new." in page
    assert "<del" not in page


def test_what_is_not_published_has_no_such_page(tool: Tool, author: FlaskClient):
    tool.post(author, "/authoring", title="Ny", language="nb")

    assert links(tool, author, "/authoring/ny/track.nb.md") == 0
    for file in ("ny/track.nb.md", "maaling/09-none.nb.md", "maaling/x.md"):
        assert tool.get(author, f"/authoring/{file}/published").status_code == 404
