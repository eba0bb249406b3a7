"""Steps and sessions moved, renamed and taken out in the browser: all languages at once, ids kept,
and what teachers know leads on."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from content.loader import load_library, load_track
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of
from tests.tracks.authoring.test_publishing import fresh
from tracks.authoring.models import library_change

BASE = "/authoring/maaling"
STEPS = f"{FILE}/steps?lang=en"
OTHER = f"{BASE}/02-feil.nb.md/steps?lang=en"


def post(tool: Tool, client: FlaskClient, go: str, step: str, **more: str) -> TestResponse:
    return tool.post(client, STEPS, go=go, step=step, **more)


def ids(folder: Path, module: int = 0) -> list[str]:
    loaded = load_track(folder / "maaling").draft
    assert loaded is not None
    return [step.id for step in loaded.modules[module].steps]


def texts(folder: Path, name: str = "01-enheter") -> list[str]:
    return [(folder / "maaling" / f"{name}.{each}.md").read_text("utf-8") for each in ("nb", "sv")]


def problems(folder: Path) -> set[str]:
    return {problem.code for problem in load_library(folder).problems}


def said(answer: TestResponse) -> str:
    assert answer.status_code == 422, answer.text
    found = re.search(r'role="alert">(.*?)</div>', answer.text, re.S)
    assert found
    return html.unescape(found[1])


def test_a_step_without_a_title_is_named_by_what_it_asks(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    text = text_of(page.text).replace(' title="Hvilken enhet?"', "", 1)
    assert text != text_of(page.text)
    send(tool, author, page, text, go="save")

    for path in (f"{FILE}/steps", "/authoring/maaling"):
        assert ">Quiz: Hva er en enhet for lengde?<" in tool.get(author, path).text


def test_a_step_moves_in_every_language_and_keeps_its_id(
    tool: Tool, author: FlaskClient, folder: Path
):
    before = ids(folder)
    assert before[:3] == ["les", "en-av-tre", "flere"]

    page = follow(tool, author, post(tool, author, "later", "les"))

    assert "The step is moved" in tool.get(author, f"{STEPS}&said=moved").text
    assert page.status_code == 200
    assert ids(folder)[:3] == ["en-av-tre", "les", "flere"]
    assert all(each.index("#en-av-tre") < each.index("#les ") for each in texts(folder))
    assert problems(folder) == set()
    follow(tool, author, post(tool, author, "earlier", "les"))
    assert ids(folder) == before
    assert tool.count(library_change) == 6  # what stood there, and two changes, in two languages
    assert "There is no place there" in said(post(tool, author, "earlier", "les"))


def test_a_step_moves_to_another_session_and_what_is_known_leads_on(
    tool: Tool, author: FlaskClient, folder: Path
):
    third(folder)
    before = problems(folder)

    follow(tool, author, post(tool, author, "move", "tanker", to="ny:A"))

    assert "tanker" not in ids(folder)
    assert "tanker" in ids(folder, 2)
    assert all('retired: {tanker: "maaling/ny#tanker"}' in each for each in texts(folder))
    assert not any(problem.is_error for problem in load_library(folder).problems)
    # four minutes more than the phase has: told, as for any text
    assert problems(folder) - before == {"minutes-sum"}
    # published, and an old link leads to where it is now
    follow(tool, author, tool.post(author, f"{BASE}/publish", version="3.0"))
    fresh(tool)
    place = "/t/sample/maaling"
    teacher = tool.launch(sub="teacher")
    led = tool.get(teacher, f"{place}/enheter/tanker")
    assert led.status_code in (301, 302, 303, 308)
    assert led.headers["Location"].endswith(f"{place}/ny/tanker")


def test_a_step_nobody_knows_leaves_nothing_behind(tool: Tool, author: FlaskClient, folder: Path):
    new = "\n### Helt nytt {#helt-nytt}\n\nTekst.\n"
    for each in ("nb", "sv"):
        file = f"{BASE}/01-enheter.{each}.md"
        send(tool, author, tool.get(author, file), texts(folder)[each == "sv"] + new, go="save")

    follow(tool, author, post(tool, author, "move", "helt-nytt", to="feil:D"))

    assert "helt-nytt" in ids(folder, 1)
    assert all("retired" not in each for each in texts(folder))
    assert problems(folder) == set()
    answer = tool.post(author, OTHER, go="out", step="helt-nytt")
    follow(tool, author, answer)
    assert "helt-nytt" not in ids(folder, 1)
    assert all("retired" not in each for each in texts(folder, "02-feil"))


def test_another_short_name_leads_on_and_what_borrows_it_follows(
    tool: Tool, author: FlaskClient, folder: Path
):
    borrow(folder, "maaling/enheter#les")

    follow(tool, author, post(tool, author, "rename", "les", id="les-om"))

    assert ids(folder)[0] == "les-om"
    assert all("renamed: {les: les-om}" in each for each in texts(folder))
    assert "resource=maaling/enheter#les-om}" in texts(folder, "02-feil")[0]
    assert problems(folder) == set()
    follow(tool, author, post(tool, author, "rename", "les-om", id="les"))
    assert all("renamed: {les-om: les}" not in each for each in texts(folder))
    assert "Choose another one" in said(post(tool, author, "rename", "les", id="flere"))
    assert "a-z, 0-9" in said(post(tool, author, "rename", "les", id="Å"))


def third(folder: Path) -> None:
    """Another session, in both languages, with ids of its own."""
    for each, text in zip(("nb", "sv"), texts(folder), strict=True):
        own = text.replace("{#", "{#ny-").replace("title: ", "title: Ny ", 1)
        (folder / "maaling" / f"03-ny.{each}.md").write_text(own, "utf-8")


def borrow(folder: Path, address: str) -> None:
    for each in ("nb", "sv"):
        place = folder / "maaling" / f"02-feil.{each}.md"
        text = place.read_text("utf-8")
        at = text.index("## B")
        block = f"### Lånt {{#lant}}\n\n::: include {{resource={address}}}\n:::\n\n"
        place.write_text(text[:at] + block + text[at:], "utf-8")


def test_a_borrowed_step_is_not_taken_out_without_something_in_its_place(
    tool: Tool, author: FlaskClient, folder: Path
):
    borrow(folder, "maaling/enheter#les")
    before = texts(folder)

    refused = said(post(tool, author, "out", "les"))

    assert "borrowed elsewhere" in refused
    assert refused.count("maaling/02-feil.") == 4  # two files, each as a link and its words
    assert texts(folder) == before

    follow(tool, author, post(tool, author, "out", "les", instead="maaling/enheter#del"))

    assert "les" not in ids(folder)
    assert all('retired: {les: "maaling/enheter#del"}' in each for each in texts(folder))
    assert "resource=maaling/enheter#del}" in texts(folder, "02-feil")[0]


def test_an_own_draft_is_put_away_first_and_anothers_is_put_together(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    text = text_of(tool.get(other, FILE).text).replace("Fortell kort.", "Fortell lenge.")
    send(tool, other, tool.get(other, FILE), text)
    send(tool, author, tool.get(author, FILE), text)
    before = texts(folder)

    assert "maaling/01-enheter.nb.md" in said(post(tool, author, "later", "les"))
    assert texts(folder) == before
    page = tool.get(author, FILE)
    send(tool, author, page, text, go="drop")
    follow(tool, author, post(tool, author, "later", "les"))

    page = tool.get(other, FILE)
    merged = follow(tool, other, send(tool, other, page, text_of(page.text), go="save"))
    assert "Fortell lenge." in text_of(merged.text)
    assert text_of(merged.text).index("#en-av-tre") < text_of(merged.text).index("#les ")


@pytest.mark.parametrize(
    ("go", "step", "more", "status"),
    [
        ("later", "none", {}, 404),
        ("dance", "les", {}, 400),
        ("move", "les", {"to": "none:A"}, 422),
        ("move", "les", {"to": "feil:X"}, 422),
        ("move", "les", {"to": "feil"}, 422),
        ("out", "les", {"instead": "maaling/enheter#none"}, 422),
        ("out", "les", {"instead": "maaling/enheter#les"}, 422),
    ],
)
def test_what_cannot_be_changes_nothing(
    tool: Tool,
    author: FlaskClient,
    folder: Path,
    go: str,
    step: str,
    more: dict[str, str],
    status: int,
):
    before = texts(folder)
    assert post(tool, author, go, step, **more).status_code == status
    assert texts(folder) == before


def test_a_language_or_an_id_that_stands_in_the_way(tool: Tool, author: FlaskClient, folder: Path):
    third(folder)
    swedish = folder / "maaling" / "03-ny.sv.md"
    kept = swedish.read_text("utf-8")
    swedish.unlink()
    assert "lacks a language" in said(post(tool, author, "move", "les", to="ny:A"))
    swedish.write_text(kept.replace("## C", "## Fas C").replace("phase=C", "phase=B"), "utf-8")
    assert "in every language" in said(post(tool, author, "move", "les", to="ny:C"))
    assert "Choose another one" in said(post(tool, author, "move", "les", to="feil:A"))
    assert ids(folder)[0] == "les"


def test_a_published_session_gets_another_name_and_old_links_lead_on(
    tool: Tool, author: FlaskClient, folder: Path
):
    borrow(folder, "maaling/enheter#les")

    follow(tool, author, tool.post(author, BASE, go="rename", module="enheter", id="mal"))

    about = [(folder / "maaling" / f"track.{each}.md").read_text("utf-8") for each in ("nb", "sv")]
    assert all("renamed: {enheter: mal}" in each for each in about)
    assert "resource=maaling/mal#les}" in texts(folder, "02-feil")[0]
    assert problems(folder) == set()
    follow(tool, author, tool.post(author, f"{BASE}/publish", version="3.0"))
    fresh(tool)
    teacher = tool.launch(sub="teacher")
    led = tool.get(teacher, "/t/sample/maaling/enheter")
    assert led.headers["Location"].endswith("/maaling/mal")


def test_a_session_is_taken_out_with_what_takes_its_place(
    tool: Tool, author: FlaskClient, folder: Path
):
    borrow(folder, "maaling/enheter#les")
    refused = said(tool.post(author, f"{BASE}?lang=en", go="out", module="enheter"))
    assert "maaling/02-feil.nb.md" in refused
    assert (folder / "maaling" / "01-enheter.nb.md").exists()

    done = tool.post(author, BASE, go="out", module="feil", instead="maaling/enheter")

    follow(tool, author, done)
    assert sorted(each.name for each in (folder / "maaling").glob("02-*")) == []
    about = (folder / "maaling" / "track.sv.md").read_text("utf-8")
    assert "retired: {feil: maaling/enheter}" in about
    assert problems(folder) == set()
    # its text is in the history still
    history = tool.get(author, f"{BASE}/02-feil.nb.md/history?lang=en").text
    assert "taken away" in history
    assert tool.post(author, BASE, go="out", module="feil").status_code == 404
    assert said(tool.post(author, BASE, go="out", module="enheter", instead="x/y"))


def test_a_track_is_taken_out_of_use(tool: Tool, author: FlaskClient, folder: Path):
    tool.post(author, "/authoring", title="Ny", language=["nb"])
    assert said(tool.post(author, BASE, go="archive", instead="maaling"))

    follow(tool, author, tool.post(author, BASE, go="archive", instead="ny"))

    about = [(folder / "maaling" / f"track.{each}.md").read_text("utf-8") for each in ("nb", "sv")]
    assert all("lifecycle: archived" in each and "replaced-by: ny" in each for each in about)
    follow(tool, author, tool.post(author, BASE, go="archive"))
    assert "replaced-by" not in (folder / "maaling" / "track.nb.md").read_text("utf-8")


def test_a_fault_on_the_way_leaves_every_text_as_it_was(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    before = texts(folder)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracks.authoring.views.rewriting.note_change", broken)
    assert tool.post(author, STEPS, go="later", step="les").status_code == 500
    assert texts(folder) == before


def marked(folder: Path, step: str) -> list[bool]:
    """As the loader reads it, and in the text of each language."""
    loaded = load_track(folder / "maaling").draft
    assert loaded is not None
    (found,) = [s for s in loaded.modules[0].steps if s.id == step]
    return [found.is_resource, *(f"#{step} .resource" in each for each in texts(folder))]


def test_a_step_is_marked_as_a_resource_in_every_language_and_lives_alone(
    tool: Tool, author: FlaskClient, folder: Path
):
    alone = "/r/sample/maaling/enheter/del"
    assert marked(folder, "del") == [False] * 3

    follow(tool, author, post(tool, author, "mark", "del"))

    assert marked(folder, "del") == [True] * 3
    assert problems(folder) == set()
    page = tool.get(author, f"{STEPS}&said=marked").text
    assert "The step is a resource now" in page
    own = page[page.index('id="step-del"') :].partition("</li>")[0]
    assert 'value="unmark"' in own
    assert 'value="mark"' not in own
    # again: nothing more; and back, as it was
    follow(tool, author, post(tool, author, "mark", "del"))
    assert tool.count(library_change) == 4
    follow(tool, author, post(tool, author, "unmark", "del"))
    assert marked(folder, "del") == [False] * 3
    follow(tool, author, post(tool, author, "mark", "del"))
    assert tool.get(tool.client(), alone).status_code == 404
    tool.post(author, f"{BASE}/publish", version="3.0")
    fresh(tool)
    assert tool.get(tool.client(), alone).status_code == 200


def test_a_resource_that_is_known_or_borrowed_stays_one(
    tool: Tool, author: FlaskClient, folder: Path
):
    before = texts(folder)
    page = tool.get(author, STEPS).text
    own = page[page.index('id="step-les"') :].partition("</li>")[0]
    assert ">Resource</span>" in own
    assert re.findall(r'name="go" value="(\w*mark)"', own) == []
    assert "is published, and links to it" in said(post(tool, author, "unmark", "les"))
    assert texts(folder) == before

    follow(tool, author, post(tool, author, "mark", "del"))
    borrow(folder, "maaling/enheter#del")
    refused = said(post(tool, author, "unmark", "del"))
    assert "borrowed elsewhere" in refused
    assert refused.count("maaling/02-feil.") == 4  # two files, each as a link and its words
    assert marked(folder, "del") == [True] * 3


def test_nothing_for_leaders_only_is_a_resource(tool: Tool, author: FlaskClient, folder: Path):
    assert tool.get(author, STEPS).text.count('value="mark"') > 3
    for each in ("nb", "sv"):
        place = folder / "maaling" / f"01-enheter.{each}.md"
        text = place.read_text("utf-8").replace("title: ", "audience: leaders\ntitle: ", 1)
        place.write_text(text, "utf-8")

    assert 'value="mark"' not in tool.get(author, STEPS).text
    before = texts(folder)
    assert "for leaders cannot be a resource" in said(post(tool, author, "mark", "del"))
    assert texts(folder) == before


@pytest.mark.parametrize("is_published", [True, False])
def test_what_had_another_name_before_goes_with_all_its_names(
    tool: Tool, author: FlaskClient, folder: Path, *, is_published: bool
):
    follow(tool, author, post(tool, author, "rename", "tanker", id="tenk"))
    tool.post(author, BASE, go="rename", module="feil", id="slingring")
    if is_published:
        tool.post(author, f"{BASE}/publish", version="2.0")
        fresh(tool)

    follow(tool, author, post(tool, author, "out", "tenk", instead="maaling/enheter#les"))
    tool.post(author, BASE, go="out", module="slingring", instead="maaling/enheter")

    assert problems(folder) & {"renamed-nowhere", "id-still-there"} == set()
    for text in texts(folder):
        assert "renamed" not in text
        assert 'tanker: "maaling/enheter#les"' in text
    assert tool.post(author, f"{BASE}/publish", version="3.0").status_code == 303
    fresh(tool)
    teacher = tool.launch(sub="teacher")
    for old, new in (("enheter/tanker", "enheter/les"), ("feil", "enheter")):
        led = tool.get(teacher, f"/t/sample/maaling/{old}")
        for _ in range(3):
            if led.status_code // 100 == 3:
                at = led.headers["Location"]
                led = tool.get(teacher, at)
        assert at.endswith(f"/t/sample/maaling/{new}")
        assert led.status_code == 200
