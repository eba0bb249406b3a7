"""The front matter as a form: only what was changed is written, comments stay."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.databases import LIBRARY
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.pages import FILE, field, send, text_of
from tracks.authoring.models import draft

TRACK = "/authoring/maaling/track.nb.md"
_INPUT = re.compile(r"<input([^>]*)>")
_NAMED = re.compile(r'(\w[\w-]*)="([^"]*)"')


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send for the form as it stands."""
    form = page[page.index('class="flow front"') : page.index("</form>", page.index("flow front"))]
    found: dict[str, list[str]] = {}
    for given in _INPUT.findall(form):
        named = {name: html.unescape(value) for name, value in _NAMED.findall(given)}
        if named.get("type") == "checkbox" and " checked" not in given:
            continue
        found.setdefault(named["name"], []).append(named.get("value", ""))
    for name, text in re.findall(
        r'<textarea[^>]*name="([\w-]+)"[^>]*>\n?(.*?)</textarea>', form, re.S
    ):
        found[name] = [html.unescape(text)]
    for name, options in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def submit(
    tool: Tool, client: FlaskClient, page: TestResponse, **changes: list[str]
) -> TestResponse:
    data = {**fields(page.text), "form_token": [tool.form_token(client)], **changes}
    return client.post(
        page.request.full_path, data=data, base_url=BASE_URL, headers={"Origin": BASE_URL}
    )


@pytest.mark.parametrize("file", [FILE, TRACK])
def test_sent_as_it_stands_nothing_changes(tool: Tool, author: FlaskClient, file: str):
    before = text_of(tool.get(author, file).text)

    answer = submit(tool, author, tool.get(author, f"{file}/about"))

    assert answer.status_code == 303
    assert text_of(tool.get(author, file).text) == before


def test_what_stays_as_it_is_by_default_is_not_written(tool: Tool, author: FlaskClient):
    tool.post(author, "/authoring/maaling", title="Ny", go="add")
    page = tool.get(author, "/authoring/maaling/03-ny.nb.md/about")

    submit(tool, author, page, **{"minutes-A": ["25"]})

    text = text_of(tool.get(author, "/authoring/maaling/03-ny.nb.md").text)
    assert "minutes: {A: 25, B: 45, C: 60, D: 30}" in text
    assert "gap-weeks" not in text  # the field says 4, as every session that does not say


def test_comments_and_order_stay(tool: Tool, author: FlaskClient, folder: Path):
    text = (LIBRARY / "maaling" / "track.nb.md").read_text("utf-8")
    text = text.replace("---\n", "---\n# for everybody\n", 1).replace(
        "licence:", "# as agreed\nlicence:"
    )
    (folder / "maaling" / "track.nb.md").write_text(text, "utf-8")

    page = tool.get(author, f"{TRACK}/about")
    answer = submit(
        tool, author, page, title=["Å måle: alt"], **{"subjects-chosen": ["NAT01-05", "MAT01-06"]}
    )

    assert answer.status_code == 303
    new = text_of(tool.get(author, TRACK).text)
    changed = [(a, b) for a, b in zip(text.split("\n"), new.split("\n"), strict=True) if a != b]
    assert [b for _, b in changed] == ['title: "Å måle: alt"', "subjects: [NAT01-05, MAT01-06]"]


def test_minutes_and_devices_of_a_session(tool: Tool, author: FlaskClient):
    page = tool.get(author, f"{FILE}/about")

    submit(
        tool,
        author,
        page,
        **{"minutes-A": ["25"], "devices-chosen": ["pc", "ipad"], "gap-weeks": ["2"]},
    )

    text = text_of(tool.get(author, FILE).text)
    assert "minutes: {A: 25, B: 30, C: 40, D: 20}\n" in text
    assert "devices: [pc, ipad]\n" in text
    assert "gap-weeks: 2\n" in text


@pytest.mark.parametrize(
    ("changes", "code_line"),
    [
        ({"title": [""]}, "title: write something"),
        ({"grades": ["9-8"]}, "grade"),
        ({"subjects": ["NAT01-55"]}, "NAT01-05"),
        ({"languages": ["no"]}, "no"),
        ({"version": ["en"]}, "version"),
        ({"authors": [""]}, "authors"),
    ],
)
def test_what_cannot_stay_is_told_and_kept(
    tool: Tool, author: FlaskClient, changes: dict[str, list[str]], code_line: str
):
    page = tool.get(author, f"{TRACK}/about?lang=en")

    answer = submit(tool, author, page, **changes)

    assert answer.status_code == 422
    assert code_line in html.unescape(answer.text)
    assert "maaling/track.nb.md:" in answer.text
    (key, (value,)) = next(iter(changes.items()))
    assert value in fields(answer.text)[key][0]


def test_a_wrong_number_is_told_and_the_others_stay(tool: Tool, author: FlaskClient):
    answer = submit(tool, author, tool.get(author, f"{FILE}/about"), **{"minutes-B": ["mange"]})

    assert answer.status_code == 422
    assert "minutes.B" in answer.text
    assert fields(answer.text)["minutes-B"] == ["mange"]
    assert fields(answer.text)["minutes-A"] == ["20"]


def test_broken_front_matter_leads_to_its_line(tool: Tool, author: FlaskClient):
    send(tool, author, tool.get(author, FILE), "---\ntitle: x\n  y: [\n---\n\nTekst.\n")

    page = tool.get(author, f"{FILE}/about")

    assert page.status_code == 200
    assert re.search(rf'href="{FILE}#line-3"', page.text)
    assert "maaling/01-enheter.nb.md:3" in page.text
    assert tool.post(author, f"{FILE}/about", title="z").status_code == 303
    assert text_of(tool.get(author, FILE).text) == "---\ntitle: x\n  y: [\n---\n\nTekst.\n"


def test_a_form_from_before_another_tab_shows_itself_again(tool: Tool, author: FlaskClient):
    page = tool.get(author, f"{FILE}/about")
    text = text_of(tool.get(author, FILE).text)
    send(tool, author, tool.get(author, FILE), text + "\nFra den andre fanen.\n")

    answer = submit(tool, author, page, title=["Ny tittel"])

    assert answer.status_code == 409
    assert fields(answer.text)["title"] == ["Ny tittel"]
    assert field(answer.text, "revision") == "1"
    assert submit(tool, author, answer).status_code == 303
    new = text_of(tool.get(author, FILE).text)
    assert "title: Ny tittel\n" in new
    assert "Fra den andre fanen." in new


def test_what_holds_in_every_language_is_written_into_all_of_them(
    tool: Tool, author: FlaskClient, folder: Path
):
    swedish = "/authoring/maaling/track.sv.md"
    before = text_of(tool.get(author, swedish).text)
    page = tool.get(author, f"{TRACK}/about?lang=en")
    assert "is written into your drafts of the others" in page.text

    answer = submit(
        tool, author, page, title=["Ny tittel"], grades=["5-7"], **{"frameworks-chosen": ["pfdk-4"]}
    )

    assert answer.headers["Location"] == f"{TRACK}?said=kept-alike"
    after = text_of(tool.get(author, swedish).text)
    changed = [line for line in after.split("\n") if line not in before.split("\n")]
    assert changed == ['grades: ["5-7"]', "frameworks: [pfdk-4]"]
    assert "is another here" not in tool.get(author, f"{swedish}?lang=en").text


def test_only_words_are_written_into_one_language(tool: Tool, author: FlaskClient):
    answer = submit(tool, author, tool.get(author, f"{TRACK}/about"), title=["Ny tittel"])

    assert answer.headers["Location"] == f"{TRACK}?said=kept"
    assert tool.count(draft) == 1


def test_a_head_that_cannot_be_read_is_left_to_its_author(
    tool: Tool, author: FlaskClient, folder: Path
):
    place = folder / "maaling" / "track.sv.md"
    broken = "---\ntitle: [\n---\n"
    place.write_text(broken, "utf-8")

    submit(tool, author, tool.get(author, f"{TRACK}/about"), grades=["5-7"])

    assert text_of(tool.get(author, "/authoring/maaling/track.sv.md").text) == broken
