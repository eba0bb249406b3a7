"""Publishing from the browser: a gate, the same action as the command, and teachers see it."""

import io
import os
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from content.loader import load_library
from tests.content.test_picture_sizes import PICTURES, bomb, png
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, field, follow, send, text_of
from tracks.authoring.models import draft
from tracks.authoring.views import publishing
from tracks.catalogue.models import media_file, track_version
from tracks.catalogue.queries import Shelf

PUBLISH = "/authoring/maaling/publish"
STEP = "/t/sample/maaling/enheter/del"


def versions(tool: Tool) -> list[str]:
    rows = tool.rows(select(track_version.c.version).order_by(track_version.c.id))
    return [row.version for row in rows]


def change(tool: Tool, author: FlaskClient, old: str, new: str, file: str = FILE) -> None:
    page = tool.get(author, file)
    send(tool, author, page, text_of(page.text).replace(old, new), go="save")


def fresh(tool: Tool) -> None:
    """As if the two seconds were over in which a process believes its newest version."""
    tool.app.extensions["tracks.shelf"] = Shelf()


def test_a_teacher_sees_what_was_published(tool: Tool, author: FlaskClient, folder: Path):
    teacher = tool.launch(sub="teacher")
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    page = tool.get(author, f"{PUBLISH}?lang=en")
    assert "Changed steps (1)" in page.text
    assert "Del erfaringer" in page.text
    assert "New steps" not in page.text
    assert "Fortell kort." in tool.get(teacher, STEP).text
    version = field(page.text, "version")

    done = tool.post(author, PUBLISH, version=version)

    assert follow(tool, author, done).status_code == 200
    # at once, though a process believes its newest version for two seconds
    assert "Fortell lenge." in tool.get(teacher, STEP).text
    assert versions(tool) == [tool.edition.version, version]
    texts = [folder / "maaling" / f"track.{each}.md" for each in ("nb", "sv")]
    assert all(f'version: "{version}"' in each.read_text("utf-8") for each in texts)
    assert load_library(folder).problems == ()
    # once more without a change: the next number is offered, and nothing differs
    again = tool.get(author, f"{PUBLISH}?lang=en").text
    assert "No step is different" in again
    assert field(again, "version") != version


def test_a_step_with_another_name_is_neither_new_nor_gone(tool: Tool, author: FlaskClient):
    steps = "/authoring/maaling/01-enheter.nb.md/steps"
    tool.post(author, steps, go="rename", step="les", id="les-forst")
    retire = {"go": "out", "step": "en-av-tre", "instead": "maaling/enheter#flere"}
    tool.post(author, steps, **retire)

    page = tool.get(author, f"{PUBLISH}?lang=en").text

    assert "New steps" not in page
    assert "Steps with another short name: old links lead to them (1)" in page
    assert "<code>les → les-forst</code>" in page
    assert "Steps that are gone (1)" in page
    assert "<code>en-av-tre</code> · links lead to <code>maaling/enheter#flere</code>" in page
    assert "lead to no text" not in page


def test_a_lower_version_is_not_what_teachers_meet_next(
    tool: Tool, author: FlaskClient, folder: Path
):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    before = (folder / "maaling" / "track.nb.md").read_bytes()

    refused = tool.post(author, f"{PUBLISH}?lang=en", version="0.2")

    assert refused.status_code == 422
    assert "Choose a number higher than that one." in refused.text
    assert versions(tool) == [tool.edition.version]
    assert (folder / "maaling" / "track.nb.md").read_bytes() == before


def test_what_a_camera_noted_is_not_published_from_the_folder(
    tool: Tool, author: FlaskClient, folder: Path
):
    """However the picture came there: by a zip, by git, or copied."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (59.0, 50.0, 0.0)
    exif[0x010E] = "canary-59.8333-10.4333"
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG", exif=exif)
    (folder / "maaling" / "media").mkdir(exist_ok=True)
    (folder / "maaling" / "media" / "glass.jpg").write_bytes(picture.getvalue())

    assert tool.post(author, PUBLISH, version="7.0").status_code == 303

    ((body,),) = tool.rows(select(media_file.c.body).where(media_file.c.name == "glass.jpg"))
    with Image.open(io.BytesIO(body)) as seen:
        assert dict(seen.getexif()) == {}
        assert seen.size == (40, 30)
    assert b"canary" not in body
    assert b"canary" not in tool.get(author, "/authoring/maaling/media/glass.jpg").data


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("glass.png", bomb(), "a picture of 50000 x 50000 dots; at most 40 million are shown"),
        ("glass.jpg", PICTURES["jpeg"][:-9], "the picture is damaged or cut short"),
    ],
)
def test_a_picture_that_no_page_can_show_is_not_published(
    tool: Tool, author: FlaskClient, folder: Path, name: str, data: bytes, said: str
):
    """However it came into the folder."""
    (folder / "maaling" / "media").mkdir(exist_ok=True)
    (folder / "maaling" / "media" / name).write_bytes(data)

    page = tool.get(author, f"{PUBLISH}?lang=en")
    refused = tool.post(author, PUBLISH, version="9.0")

    assert f"maaling/media/{name}</code>" in page.text
    assert said in page.text
    assert refused.status_code == 422
    assert versions(tool) == [tool.edition.version]
    # in its place a whole one
    (folder / "maaling" / "media" / name).write_bytes(PICTURES["png"])
    assert tool.post(author, PUBLISH, version="9.0").status_code == 303


def test_a_picture_that_is_written_anew_is_looked_at_anew(
    tool: Tool, author: FlaskClient, folder: Path
):
    """Also one of the same length, with the time of the one before."""
    place = folder / "maaling" / "media" / "glass.png"
    place.parent.mkdir(exist_ok=True)
    for side in (9, 50_000, 8):
        place.write_bytes(png(side, side))
        os.utime(place, (1, 1))
        page = tool.get(author, f"{PUBLISH}?lang=en").text
        assert ("a picture of 50000 x 50000 dots" in page) == (side == 50_000)


def test_a_problem_is_a_gate(tool: Tool, author: FlaskClient):
    change(tool, author, "- ( ) Sekund", "- (x) Sekund")

    page = tool.get(author, f"{PUBLISH}?lang=en")
    refused = tool.post(author, PUBLISH, version="9.0")

    assert 'name="version"' not in page.text
    assert "2 right answers" in page.text
    assert refused.status_code == 422
    assert versions(tool) == [tool.edition.version]


def test_drafts_are_not_published(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    send(tool, author, page, text_of(page.text).replace("Fortell kort.", "Hemmelig."))

    shown = tool.get(author, f"{PUBLISH}?lang=en").text
    tool.post(author, PUBLISH, version="9.0")

    assert "1 draft of yours is not in the library yet" in shown
    fresh(tool)
    assert "Hemmelig." not in tool.get(tool.launch(sub="teacher"), STEP).text


@pytest.mark.parametrize("version", ["", "x", "1.2.3.4", "1..2", "-1", "١", "12345", "1\n"])
def test_a_version_is_numbers(tool: Tool, author: FlaskClient, version: str):
    answer = tool.post(author, PUBLISH, version=version)

    assert answer.status_code == (303 if version == "1\n" else 422)


def test_a_taken_version_changes_nothing(tool: Tool, author: FlaskClient, folder: Path):
    change(tool, author, "Fortell kort.", "Fortell lenge.")
    before = (folder / "maaling" / "track.nb.md").read_bytes()

    answer = tool.post(author, PUBLISH, version=tool.edition.version)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (folder / "maaling" / "track.nb.md").read_bytes() == before
    assert versions(tool) == [tool.edition.version]


def test_a_fault_on_the_way_leaves_files_and_catalogue_as_they_were(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    before = (folder / "maaling" / "track.nb.md").read_bytes()
    monkeypatch.setattr(publishing, "publish_from_folder", broken)

    answer = tool.post(author, PUBLISH, version="9.0")

    assert answer.status_code == 500
    assert (folder / "maaling" / "track.nb.md").read_bytes() == before
    assert versions(tool) == [tool.edition.version]


def test_a_new_track_is_a_draft_until_it_is_published(
    tool: Tool, author: FlaskClient, folder: Path
):
    tool.post(author, "/authoring", title="Ny", language="nb")
    tool.post(author, "/authoring/ny", title="Første", go="add")
    file = "/authoring/ny/01-forste.nb.md"
    text = text_of(tool.get(author, file).text)
    for id_ in ("les", "del", "tilbake"):
        text = text.replace(f"{{#{id_}}}\n", f"{{#{id_}}}\n\nTekst om {id_}.\n")
    text = text.replace("{#prov}\n", "{#prov}\nHvordan gikk det?\n")
    assert tool.post(author, "/authoring/ny/publish", version="1.0").status_code == 422
    send(tool, author, tool.get(author, file), text, go="save")

    done = tool.post(author, "/authoring/ny/publish", version="1.0")

    assert done.status_code == 303
    fresh(tool)
    assert "lifecycle: open\n" in (folder / "ny" / "track.nb.md").read_text("utf-8")
    assert tool.get(tool.client(), "/t/sample/ny/forste").status_code == 200
    # its short name has become a promise: another one keeps it as the way to the new
    renamed = tool.post(author, "/authoring/ny", go="rename", module="forste", id="x")
    assert renamed.status_code == 303
    assert "renamed: {forste: x}\n" in (folder / "ny" / "track.nb.md").read_text("utf-8")


@pytest.mark.parametrize("why", ["taken", "ids lost"])
def test_what_is_refused_at_the_last_leaves_the_files_as_they_were(
    tool: Tool, author: FlaskClient, folder: Path, why: str
):
    old, new = ("Fortell kort.", "Fortell lenge.") if why == "taken" else ("{#del ", "{#delt ")
    for name in ("01-enheter.nb.md", "01-enheter.sv.md", "track.nb.md", "track.sv.md"):
        place = folder / "maaling" / name
        text = place.read_text("utf-8").replace(old, new)
        place.write_text(text.replace('version: "1.0.0"', 'version: "1.5.0"'), "utf-8")
    before = {place.name: place.read_bytes() for place in (folder / "maaling").glob("*.md")}

    refused = tool.post(author, PUBLISH, version="1.0.0" if why == "taken" else "3.0")

    assert refused.status_code == 422
    assert versions(tool) == [tool.edition.version] == ["1.0.0"]
    after = {place.name: place.read_bytes() for place in (folder / "maaling").glob("*.md")}
    assert after == before


def test_all_drafts_of_a_track_go_into_the_library_at_once(
    tool: Tool, author: FlaskClient, folder: Path
):
    swedish = FILE.replace(".nb.", ".sv.")
    for file in (FILE, swedish):
        page = tool.get(author, file)
        send(tool, author, page, text_of(page.text) + "\nNytt.\n")
    shown = tool.get(author, f"{PUBLISH}?lang=en").text
    assert "2 drafts of yours are not in the library yet" in shown
    assert "2 drafts of yours" in tool.get(author, "/authoring/maaling?lang=en").text

    done = tool.post(
        author, "/authoring/maaling", go="put-in", back="publish", note="Alt på én gang"
    )

    assert done.headers["Location"] == f"{PUBLISH}?said=all-in"
    page_after = tool.get(author, f"{PUBLISH}?said=all-in&lang=en").text
    assert "Your drafts are in the library now" in page_after
    assert "not in the library yet" not in page_after
    assert tool.count(draft) == 0
    for language in ("nb", "sv"):
        text = (folder / "maaling" / f"01-enheter.{language}.md").read_text("utf-8")
        assert text.endswith("\nNytt.\n")
    assert "Alt på én gang" in tool.get(author, f"{FILE}/history").text


def test_a_draft_somebody_else_was_before_waits_when_all_are_put_in(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    swedish = FILE.replace(".nb.", ".sv.")
    for file in (FILE, swedish):
        page = tool.get(author, file)
        send(tool, author, page, text_of(page.text) + "\nMitt.\n")
    change(tool, other, "Fortell kort.", "Deres.")

    done = tool.post(author, "/authoring/maaling", go="put-in")

    assert done.headers["Location"] == "/authoring/maaling?said=some-in"
    nb, sv = (folder / "maaling" / f"01-enheter.{each}.md" for each in ("nb", "sv"))
    assert "Deres." in nb.read_text("utf-8")
    assert "Mitt." not in nb.read_text("utf-8")
    assert "Mitt." in sv.read_text("utf-8")
    assert "Mitt." in text_of(tool.get(author, FILE).text)


def test_a_draft_that_is_taken_back_to_the_words_of_the_library_is_none(
    tool: Tool, author: FlaskClient
):
    page = tool.get(author, FILE)
    text = text_of(page.text)
    page = follow(tool, author, send(tool, author, page, text + "\nNytt.\n"))
    done = send(tool, author, page, text, go="autosave")

    assert done.json is not None
    assert (done.json["revision"], done.json["at"]) == (0, "")
    assert done.json["begun"] == field(tool.get(author, FILE).text, "begun")
    assert tool.count(draft) == 0
    assert "not in the library yet" not in tool.get(author, f"{PUBLISH}?lang=en").text
    assert "Your draft<" not in tool.get(author, "/authoring/maaling?lang=en").text


def test_the_track_says_which_version_teachers_see_and_where(tool: Tool, author: FlaskClient):
    page = tool.get(author, "/authoring/maaling?lang=en").text

    assert f"Teachers see version {tool.edition.version} today" in page
    assert 'href="/catalogue/sample/maaling">Public page, link and QR code</a>' in page
    # of the steps those that others can borrow
    assert re.search(r"<code>les</code> <span[^>]*>Resource</span>", page)
    assert "<code>tanker</code></li>" in page
