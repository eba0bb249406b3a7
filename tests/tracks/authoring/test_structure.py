"""New tracks and sessions, translations, other names and another order."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from content.loader import load_track
from content.translation import mark_of_file, with_mark
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of
from tracks.authoring.models import draft

BASE = "/authoring/maaling"


def files(folder: Path, track: str = "maaling") -> list[str]:
    return sorted(place.name for place in (folder / track).iterdir())


def test_a_new_track_and_its_first_session(tool: Tool, author: FlaskClient, folder: Path):
    answer = tool.post(author, "/authoring", title="Å lese «i dag»", language=["nb", "sv"])

    assert answer.headers["Location"].startswith("/authoring/a-lese-i-dag")
    page = follow(
        tool, author, tool.post(author, "/authoring/a-lese-i-dag", title="Første", go="add")
    )
    assert "/authoring/a-lese-i-dag/01-forste.sv.md" in page.text
    loaded = load_track(folder / "a-lese-i-dag")
    assert loaded.draft is not None
    assert {p.code for p in loaded.problems} <= {"step-empty", "repeated-block"}
    assert loaded.draft.texts["nb"].title == "Å lese «i dag»"
    assert files(folder, "a-lese-i-dag") == [
        *("01-forste.nb.md", "01-forste.sv.md", "track.nb.md", "track.sv.md"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        *({"title": " "}, {"title": "x", "id": "../x"}, {"title": "x", "id": "A"}),
        *({"title": "«»"}, {"title": "x", "id": "maaling"}, {"title": "x", "id": "x" * 65}),
        {"title": "x", "id": ".check"},
    ],
)
def test_a_name_that_cannot_be_is_told(
    tool: Tool, author: FlaskClient, folder: Path, given: dict[str, str]
):
    before = {place.name for place in folder.iterdir()}

    answer = tool.post(author, "/authoring", **given)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert {place.name for place in folder.iterdir()} - {".lock"} == before


def test_the_order_changes_and_drafts_go_along(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    send(tool, other, tool.get(other, FILE), "et utkast")

    follow(tool, author, tool.post(author, BASE, go="down", module="enheter"))

    assert files(folder)[:4] == [
        *("01-feil.nb.md", "01-feil.sv.md", "02-enheter.nb.md", "02-enheter.sv.md"),
    ]
    assert [m.id for m in load_track(folder / "maaling").draft.modules] == ["feil", "enheter"]
    assert text_of(tool.get(other, f"{BASE}/02-enheter.nb.md").text) == "et utkast"
    assert tool.get(other, FILE).status_code == 404
    # further than to the end it does not go
    follow(tool, author, tool.post(author, BASE, go="down", module="enheter"))
    assert files(folder)[2] == "02-enheter.nb.md"
    assert tool.post(author, BASE, go="up", module="none").status_code == 404


def test_a_new_short_name_of_what_nobody_knows(tool: Tool, author: FlaskClient, folder: Path):
    tool.post(author, BASE, title="Ny", go="add")
    about = (folder / "maaling" / "track.nb.md").read_bytes()

    taken = tool.post(author, BASE, go="rename", module="ny", id="feil")
    wrong = tool.post(author, BASE, go="rename", module="ny", id="../x")
    follow(tool, author, tool.post(author, BASE, go="rename", module="ny", id="nyest"))

    assert (taken.status_code, wrong.status_code) == (422, 422)
    assert "03-nyest.nb.md" in files(folder)
    assert "03-ny.nb.md" not in files(folder)
    assert (folder / "maaling" / "track.nb.md").read_bytes() == about


def test_a_translation_begins_with_the_original(tool: Tool, author: FlaskClient, folder: Path):
    beside = follow(tool, author, tool.post(author, f"{BASE}/track.nn.md/translate"))

    assert beside.request.path == f"{BASE}/track.nn.md/translation"
    page = tool.get(author, f"{BASE}/track.nn.md")
    original = folder / "maaling" / "track.nb.md"
    mark = mark_of_file(original)
    assert mark is not None
    declared = original.read_text("utf-8").replace("[nb, sv]", "[nb, sv, nn]")
    assert text_of(page.text) == with_mark(declared, mark)
    # each of the track's files says which languages it has
    for language in ("nb", "sv"):
        mine = text_of(tool.get(author, f"{BASE}/track.{language}.md").text)
        assert "\nlanguages: [nb, sv, nn]\n" in mine
    assert tool.count(draft) == 3
    send(tool, author, page, text_of(page.text), go="save")
    assert "track.nn.md" in files(folder)
    assert tool.post(author, f"{BASE}/09-none.nn.md/translate").status_code == 404


def test_a_folder_that_takes_nothing_is_said(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    page = tool.get(author, FILE)
    monkeypatch.setattr("tracks.authoring.folder.os.fsync", full)

    answers = [
        tool.post(author, "/authoring", title="Ny løype"),
        tool.post(author, BASE, title="Ny", go="add"),
        send(tool, author, page, "et utkast", go="save"),
    ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    monkeypatch.undo()
    assert text_of(tool.get(author, FILE).text) == "et utkast"
    assert len(files(folder)) == 6
    assert not (folder / "ny-loype").exists() or files(folder, "ny-loype") == []
