"""A track out as a zip, changed in an author's own editor, and in again."""

import errno
import io
import os
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.content.intake.test_films import CANARY, HEAD, NOTES, PICTURES, box
from tests.content.test_picture_sizes import png
from tests.content.workers.test_budget import ending, failing
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of
from tracks.authoring.models import draft
from tracks.authoring.views import zips
from tracks.cli.serve import listen

MEGABYTE = 1024 * 1024


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def form_of(tool: Tool, client: FlaskClient, data: bytes) -> tuple[bytes, dict[str, str]]:
    """As a browser sends it: the body, and what it says about that."""
    file = FileStorage(io.BytesIO(data), "x.zip", "zip")
    boundary, body = encode_multipart({"form_token": tool.form_token(client), "zip": file})
    return body, {
        "Origin": BASE_URL,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }


def take_in(tool: Tool, client: FlaskClient, data: bytes, language: str = "en") -> TestResponse:
    body, headers = form_of(tool, client, data)
    path = f"/authoring/import?lang={language}"
    return client.post(path, data=body, headers=headers, base_url=BASE_URL)


@pytest.fixture
def out(tool: Tool, author: FlaskClient) -> dict[str, bytes]:
    return contents(tool.get(author, "/authoring/maaling/zip").data)


def test_out_and_in_again_is_the_same(tool: Tool, author: FlaskClient, out: dict[str, bytes]):
    answer = take_in(tool, author, packed(out))

    assert answer.headers["Location"] == "/authoring/maaling?said=unchanged"
    assert tool.count(draft) == 0


def test_what_differs_becomes_drafts(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path
):
    name = "maaling/01-enheter.nb.md"
    out[name] = out[name].replace(b"Fortell kort.", b"Fortell lenge.")
    out["maaling/media/a.pdf"] = b"%PDF-1.4"
    before = (folder / name).read_bytes()

    follow(tool, author, take_in(tool, author, packed(out)))

    assert tool.count(draft) == 1
    page = tool.get(author, FILE)
    assert "Fortell lenge." in text_of(page.text)
    assert (folder / name).read_bytes() == before
    assert (folder / "maaling" / "media" / "a.pdf").exists()
    # a second zip does not take the place of what was written meanwhile
    send(tool, author, page, text_of(page.text) + "\nMitt.\n")
    refused = take_in(tool, author, packed(out))
    assert refused.status_code == 422
    assert text_of(tool.get(author, FILE).text).endswith("Mitt.\n")


def test_a_new_track_comes_in_whole(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path
):
    renamed = {name.replace("maaling/", "ny/"): data for name, data in out.items()}

    answer = take_in(tool, author, packed(renamed))

    assert answer.headers["Location"] == "/authoring/ny?said=new"
    assert sorted(each.name for each in (folder / "ny").iterdir()) == sorted(
        each.name for each in (folder / "maaling").iterdir()
    )


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"no zip",
        packed({"library.yaml": b"x", "../evil.md": b"x"}),
        packed({"library.yaml": b"x", "maaling/track.nb.md": b"x", "other/track.nb.md": b"x"}),
        packed({"maaling/track.nb.md": b"x"}),
        packed({"library.yaml": b"id: x\n", "ny/track.nb.md": b"---\ntitle: [\n---\n"}),
    ],
)
def test_a_bad_zip_changes_nothing(tool: Tool, author: FlaskClient, folder: Path, bad: bytes):
    before = {place: place.stat().st_mtime_ns for place in folder.rglob("*.md")}

    answer = take_in(tool, author, bad)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert {place: place.stat().st_mtime_ns for place in folder.rglob("*.md")} == before
    assert tool.count(draft) == 0


def test_a_drawing_that_holds_a_program_is_not_taken_in(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path
):
    attack = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    for name in ("maaling/media/a.svg", "maaling/media/inne/a.SVG"):
        answer = take_in(tool, author, packed({**out, name: attack}))
        assert answer.status_code == 422
        assert "a drawing that holds more than lines, shapes and text: onload" in answer.text
    assert not (folder / "maaling" / "media").exists()


@pytest.mark.parametrize("track", ["maaling", "ny"])
def test_a_picture_with_too_many_dots_is_not_taken_in(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path, track: str
):
    files = {name.replace("maaling/", f"{track}/"): data for name, data in out.items()}
    files |= {f"{track}/media/a.png": png(50_000, 50_000), f"{track}/media/b.png": png(9, 9)[:-9]}

    answer = take_in(tool, author, packed(files))

    assert answer.status_code == 422
    assert f"{track}/media/a.png:1" in answer.text
    assert "50000 x 50000 dots; at most 40 million" in answer.text
    assert f"{track}/media/b.png:1" in answer.text
    assert "the picture is damaged or cut short" in answer.text
    assert [*folder.rglob("*.png"), *folder.glob("ny")] == []


@pytest.mark.parametrize("break_off", [failing, ending])
def test_a_check_that_breaks_off_takes_nothing_in(
    tool: Tool,
    author: FlaskClient,
    out: dict[str, bytes],
    folder: Path,
    break_off: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    before = {place: place.stat().st_mtime_ns for place in folder.rglob("*")}
    files = {name.replace("maaling/", "ny/"): data for name, data in out.items()}
    break_off(monkeypatch)

    answer = tool.post(
        author, "/authoring/import?lang=sv", zip=(io.BytesIO(packed(files)), "x.zip")
    )

    assert answer.status_code == 500
    assert "Zip-filen kunde inte kontrolleras" in answer.text
    assert "Skicka den en gång till." in answer.text
    told = [r for r in caplog.records if r.message.startswith("a zip could not be checked")]
    error_id = told[0].message.rpartition("=")[2]
    assert len(error_id) == 8
    assert error_id in answer.text
    assert "ReadingFailed" in caplog.text
    assert {place: place.stat().st_mtime_ns for place in folder.rglob("*")} == before
    assert tool.count(draft) == 0


def test_a_full_disk_is_not_the_zip_s_fault(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> Iterator[bytes]:
        yield b"x"
        raise OSError(errno.ENOSPC, "No space left on device")

    before = {place: place.stat().st_mtime_ns for place in folder.rglob("*")}
    data = tool.get(author, "/authoring/maaling/zip").data
    monkeypatch.setattr("content.intake.unpacking._pieces", full)

    answer = tool.post(author, "/authoring/import?lang=en", zip=(io.BytesIO(data), "x.zip"))

    assert answer.status_code == 503
    assert "The library cannot be changed just now" in answer.text
    assert {place: place.stat().st_mtime_ns for place in folder.rglob("*")} == before


def test_a_file_of_the_same_name_is_not_overwritten(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path
):
    (folder / "maaling" / "media").mkdir()
    (folder / "maaling" / "media" / "a.pdf").write_bytes(b"%PDF-1.4 mine")
    out["maaling/media/a.pdf"] = b"%PDF-1.4 theirs"

    answer = take_in(tool, author, packed(out))

    assert answer.status_code == 422
    assert "The library has another file called media/a.pdf." in answer.text
    assert (folder / "maaling" / "media" / "a.pdf").read_bytes() == b"%PDF-1.4 mine"


def film(*notes: bytes) -> bytes:
    return HEAD + box(b"moov", *notes) + PICTURES


@pytest.mark.parametrize("track", ["maaling", "ny"])
def test_notes_of_films_are_emptied_and_that_is_said(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path, track: str
):
    files = {name.replace("maaling/", f"{track}/"): data for name, data in out.items()}
    files[f"{track}/media/a.mp4"] = film(NOTES["place of a telephone"])

    page = follow(tool, author, take_in(tool, author, packed(files)))

    assert "sted, tid, utstyr og program, er tatt ut" in page.text
    kept = (folder / track / "media" / "a.mp4").read_bytes()
    assert CANARY not in kept
    assert len(kept) == len(files[f"{track}/media/a.mp4"])
    again = take_in(tool, author, packed(files))
    assert again.headers["Location"] == f"/authoring/{track}?said=unchanged&films=emptied"
    clean = {**files, f"{track}/media/a.mp4": kept}
    last = take_in(tool, author, packed(clean))
    assert last.headers["Location"] == f"/authoring/{track}?said=unchanged"


def test_a_film_that_lies_there_with_its_place_is_told(
    tool: Tool, author: FlaskClient, out: dict[str, bytes], folder: Path
):
    (folder / "maaling" / "media").mkdir()
    (folder / "maaling" / "media" / "a.mp4").write_bytes(film(NOTES["place of a telephone"]))

    page = tool.get(author, "/authoring/maaling?lang=en")

    assert "the film tells where it was made" in page.text


def heavy(folder: Path) -> dict[str, bytes]:
    """12 MB of media in the track, in files as large as a form takes them."""
    media = folder / "maaling" / "media"
    media.mkdir()
    files = {f"{n}.pdf": b"%PDF-1.4" + os.urandom(4 * MEGABYTE) for n in range(3)}
    for name, data in files.items():
        (media / name).write_bytes(data)
    return {f"maaling/media/{name}": data for name, data in files.items()}


def media_of(folder: Path, track: str) -> dict[str, bytes]:
    return {f"maaling/media/{p.name}": p.read_bytes() for p in (folder / track / "media").iterdir()}


def test_12_mb_go_out_and_in_again(tool: Tool, author: FlaskClient, folder: Path):
    files = heavy(folder)
    data = tool.get(author, "/authoring/maaling/zip").data
    assert len(data) > 12 * MEGABYTE

    same = take_in(tool, author, data)

    assert same.headers["Location"] == "/authoring/maaling?said=unchanged"
    for place in (folder / "maaling" / "media").iterdir():
        place.unlink()
    back = take_in(tool, author, data)
    assert back.headers["Location"] == "/authoring/maaling?said=taken-in"
    assert media_of(folder, "maaling") == files
    assert tool.count(draft) == 0
    renamed = {name.replace("maaling/", "ny/"): each for name, each in contents(data).items()}
    new = take_in(tool, author, packed(renamed))
    assert new.headers["Location"] == "/authoring/ny?said=new"
    assert media_of(folder, "ny") == files


@pytest.mark.server
def test_12_mb_come_in_through_the_server(tool: Tool, author: FlaskClient, folder: Path):
    heavy(folder)
    data = tool.get(author, "/authoring/maaling/zip").data
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    body, headers = form_of(tool, author, data)
    headers["Host"] = "tracks.example"
    headers["Cookie"] = "; ".join(f"{c.key}={c.value}" for c in author._cookies.values())
    stop = listen(tool.app, "127.0.0.1", port, threads=2)
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/authoring/import", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        time.sleep(0.5)  # its thread has answered, and is still putting its things away
    finally:
        stop()

    assert answer.status == 303, said
    assert answer.getheader("Location") == "/authoring/maaling?said=unchanged"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The zip has 2 MB, and 1 MB is the most that is taken in here."),
        ("nb", "Zip-filen har 2 MB, og grensen for det som tas inn her, er 1 MB."),
        ("nn", "Zip-fila har 2 MB, og grensa for det som blir teke inn her, er 1 MB."),
        ("sv", "Zip-filen har 2 MB, och gränsen för det som tas in här är 1 MB."),
    ],
)
def test_what_is_too_large_is_told_with_the_limit(
    tool: Tool,
    author: FlaskClient,
    out: dict[str, bytes],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
):
    form = tool.get(author, "/authoring?lang=en").text
    assert f"Zip file, at most {zips.LARGEST_MB} MB" in form
    monkeypatch.setattr(zips, "LARGEST_MB", 1)
    data = packed({**out, "maaling/media/a.pdf": b"%PDF-1.4" + os.urandom(MEGABYTE)})

    answer = take_in(tool, author, data, language)

    assert answer.status_code == 422
    assert said in answer.text
    assert not (folder / "maaling" / "media").exists()
