"""A translation beside its original: what has changed since, and the mark that it was followed."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from content.loader import load_library
from content.translation import mark_of_file, source_in
from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, field, follow, send, text_of
from tracks.authoring.models import draft

SWEDISH = "/authoring/maaling/01-enheter.sv.md"
BESIDE = f"{SWEDISH}/translation"
TEXT = (LIBRARY / "maaling" / "01-enheter.sv.md").read_text("utf-8")
_PART = re.compile(r'<textarea[^>]*name="(part-\d+)"[^>]*>\n?(.*?)</textarea>', re.S)
_SOURCE = re.compile(r'<pre class="side"[^>]*>(.*?)</pre>', re.S)


def fields(page: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in _PART.findall(page)}


def submit(
    tool: Tool, client: FlaskClient, page: TestResponse, go: str, **changes: str
) -> TestResponse:
    hidden = {name: field(page.text, name) for name in ("revision", "begun", "parts")}
    return tool.post(client, BESIDE, go=go, **{**hidden, **fields(page.text), **changes})


def is_old(folder: Path) -> bool:
    return "translation-old" in {problem.code for problem in load_library(folder).problems}


def test_step_beside_step_and_sent_as_it_stands_nothing_changes(tool: Tool, author: FlaskClient):
    page = tool.get(author, BESIDE)

    sources = [html.unescape(each) for each in _SOURCE.findall(page.text)]
    mine = list(fields(page.text).values())
    assert len(sources) == len(mine) == 12
    assert sources[2].startswith("### Les om måling {#les ")
    assert mine[2].startswith("### Läs om mätning {#les ")
    assert "\n\n".join(mine) + "\n" == TEXT
    follow(tool, author, submit(tool, author, page, "save"))
    assert tool.count(draft) == 0


def test_a_step_finds_its_original_wherever_it_stands(
    tool: Tool, author: FlaskClient, folder: Path
):
    place = folder / "maaling" / "01-enheter.nb.md"
    text = place.read_text("utf-8")
    at, end = text.index("::: refleksjon"), text.index("## B")
    step = text[at:end]
    place.write_text(text.replace(step, "") + "\n" + step, "utf-8")

    page = tool.get(author, BESIDE).text

    pairs = re.findall(r'<section class="pair".*?</section>', page, re.S)
    (own,) = [each for each in pairs if 'id="pair' in each and ">tanker<" in each]
    assert "Hva vil du prøve?" in html.unescape(own)


def test_what_is_written_there_is_the_draft_and_can_be_marked(
    tool: Tool, author: FlaskClient, folder: Path
):
    page = tool.get(author, BESIDE)
    (name,) = [n for n, text in fields(page.text).items() if "{#les " in text]
    changed = fields(page.text)[name] + "\n\nNy rad."

    done = submit(tool, author, page, "translated", **{name: changed})

    assert done.headers["Location"] == f"{BESIDE}?said=translated"
    text = text_of(tool.get(author, SWEDISH).text)
    assert "Ny rad.\n\n::: quiz" in text
    assert source_in(text) == mark_of_file(folder / "maaling" / "01-enheter.nb.md")
    send(tool, author, tool.get(author, SWEDISH), text, go="save")
    assert not is_old(folder)
    assert "Beside the original" in tool.get(author, f"{SWEDISH}?lang=en").text
    assert "Beside the original" not in tool.get(author, f"{FILE}?lang=en").text


def test_a_changed_original_is_told_with_what_changed_until_it_is_followed(
    tool: Tool, author: FlaskClient, folder: Path
):
    page = tool.get(author, BESIDE)
    submit(tool, author, page, "translated")
    text = text_of(tool.get(author, SWEDISH).text)
    send(tool, author, tool.get(author, SWEDISH), text, go="save")
    assert 'id="since"' not in tool.get(author, BESIDE).text
    original = tool.get(author, FILE)
    new = text_of(original.text).replace("Fortell kort.", "Fortell lenge.")
    send(tool, author, original, new, go="save")
    assert is_old(folder)

    page = tool.get(author, f"{BESIDE}?lang=en")

    assert "has changed since this translation" in page.text
    assert re.search(r"<del[^>]*>.*Fortell kort\.</del>", page.text)
    assert re.search(r"<ins[^>]*>.*Fortell lenge\.</ins>", page.text)
    assert "Hva er en enhet" not in "".join(re.findall(r"<(?:del|ins).*?</", page.text))
    follow(tool, author, submit(tool, author, page, "translated"))
    assert 'id="since"' not in tool.get(author, BESIDE).text
    text = text_of(tool.get(author, SWEDISH).text)
    send(tool, author, tool.get(author, SWEDISH), text, go="save")
    assert not is_old(folder)


def test_an_original_nobody_has_kept_is_told_too(tool: Tool, author: FlaskClient, folder: Path):
    place = folder / "maaling" / "01-enheter.sv.md"
    place.write_text(TEXT.replace("---\n", "---\nsource: nb 0123456789ab\n", 1), "utf-8")

    page = tool.get(author, f"{BESIDE}?lang=en").text

    assert "is not in the history" in page
    assert 'class="diff"' not in page


def test_a_text_from_another_page_is_shown_beside(tool: Tool, author: FlaskClient):
    page = tool.get(author, BESIDE)
    send(tool, author, tool.get(author, SWEDISH), TEXT + "\nFrån en annan flik.\n")

    both = submit(tool, author, page, "save", **{"part-0": "---\ntitle: Min\n---"})

    assert both.status_code == 409
    assert "Från en annan flik." in both.text
    assert "title: Min" in text_of(both.text)


@pytest.mark.parametrize(
    "path", [f"{FILE}/translation", "/authoring/maaling/09-none.sv.md/translation"]
)
def test_what_is_no_translation_has_no_such_page(tool: Tool, author: FlaskClient, path: str):
    assert tool.get(author, path).status_code == 404
    assert tool.post(author, path, parts="1", **{"part-0": "x"}).status_code == 404


def test_a_form_with_parts_missing_changes_nothing(tool: Tool, author: FlaskClient):
    for more in ({}, {"parts": "3", "part-0": "x"}, {"parts": "x"}, {"parts": "0"}):
        assert tool.post(author, BESIDE, go="save", **more).status_code == 400
    assert tool.count(draft) == 0


def test_a_broken_head_is_not_marked_and_nothing_is_lost(tool: Tool, author: FlaskClient):
    page = tool.get(author, BESIDE)

    done = submit(tool, author, page, "translated", **{"part-0": "---\ntitle: [\n---"})

    assert done.headers["Location"].endswith("?said=not-marked")
    assert text_of(tool.get(author, SWEDISH).text).startswith("---\ntitle: [\n---\n\n## A")


def test_a_part_that_is_no_step_is_called_by_its_heading(tool: Tool, author: FlaskClient):
    path = "/authoring/maaling/track.sv.md"
    page = tool.get(author, path)
    send(tool, author, page, text_of(page.text).rstrip() + "\n\n## Varför <mäta>\n\nDärför.\n")

    beside = tool.get(author, f"{path}/translation").text

    names = re.findall(r'<h2 [^>]*id="pair-\d+">(.*?)</h2>', beside)
    assert names[0] == "Øverst"
    assert names[-1] == "Varför &lt;mäta&gt;"


def test_a_step_the_translation_lacks_stands_in_its_place_in_the_words_of_the_original(
    tool: Tool, author: FlaskClient, folder: Path
):
    place = folder / "maaling" / "01-enheter.nb.md"
    text = place.read_text("utf-8")
    new = "### Nytt steg {#nytt-steg}\n\nLes også dette.\n\n"
    place.write_text(text.replace("::: refleksjon", f"{new}::: refleksjon", 1), "utf-8")

    page = tool.get(author, f"{BESIDE}?lang=en")

    assert "1 part of the original is not in svenska yet." in page.text
    assert page.text.count(">Not translated yet<") == 1
    (name,) = [n for n, text in fields(page.text).items() if "{#nytt-steg}" in text]
    swedish = "### Nytt steg {#nytt-steg}\n\nLäs även detta."
    follow(tool, author, submit(tool, author, page, "save", **{name: swedish}))
    written = text_of(tool.get(author, SWEDISH).text)
    assert swedish in written
    assert written.replace(f"{swedish}\n\n", "") == TEXT
    assert 'id="lacking"' not in tool.get(author, BESIDE).text


def test_a_step_has_its_title_over_it(tool: Tool, author: FlaskClient):
    page = tool.get(author, BESIDE).text

    names = re.findall(r'<h2 [^>]*id="pair-\d+">(.*?)</h2>', page)
    assert names[2] == '<span lang="sv">Läs om mätning</span> <code>les</code>'
