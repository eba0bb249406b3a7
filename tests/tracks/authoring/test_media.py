"""Pictures and files of a track: taken by what they hold, shown, named in the text, taken out."""

import gc
import html
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from content.intake.uploads import LARGEST, LARGEST_PICTURE
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, send, text_of

MEDIA = "/authoring/maaling/media"


def png(size: tuple[int, int] = (20, 10), colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def names(folder: Path) -> list[str]:
    place = folder / "maaling" / "media"
    return sorted(each.name for each in place.iterdir()) if place.is_dir() else []


def test_a_picture_is_scaled_named_and_shown(tool: Tool, author: FlaskClient, folder: Path):
    answer = tool.post(
        author, MEDIA, file=(io.BytesIO(png((3200, 20))), "../Et Glass.HTML"), alt="Et [glass]"
    )

    assert answer.status_code == 200
    assert names(folder) == ["et-glass.png"]
    line = html.unescape(re.search(r'<code class="wraps">(.*?)</code>', answer.text)[1])
    assert line == r"![Et \[glass\]](media/et-glass.png)"
    shown = tool.get(author, f"{MEDIA}/et-glass.png")
    assert shown.content_type == "image/png"
    with Image.open(io.BytesIO(shown.data)) as drawn:
        assert drawn.size == (1600, 10)
    text = text_of(tool.get(author, FILE).text).replace("Fortell kort.", f"Fortell kort.\n\n{line}")
    send(tool, author, tool.get(author, FILE), text)
    preview = tool.get(author, f"{FILE}/preview").text
    assert f'src="{MEDIA}/et-glass.png"' in preview
    assert 'alt="Et [glass]"' in preview
    # now it cannot be taken out
    assert "remove" not in tool.get(author, MEDIA).text


def test_the_same_again_is_the_same_and_another_takes_no_place(
    tool: Tool, author: FlaskClient, folder: Path
):
    for colour in ("red", "red", "blue"):
        tool.post(author, MEDIA, file=(io.BytesIO(png(colour=colour)), "a.png"), alt="x")

    assert names(folder) == ["a-2.png", "a.png"]
    assert tool.post(author, MEDIA, go="remove", name="a-2.png").status_code == 303
    assert names(folder) == ["a.png"]
    assert tool.post(author, MEDIA, go="remove", name="../track.nb.md").status_code == 404


def test_what_a_published_text_shows_is_not_taken_out(
    tool: Tool, author: FlaskClient, folder: Path
):
    tool.post(author, MEDIA, file=(io.BytesIO(png()), "a.png"), alt="x")
    text = text_of(tool.get(author, FILE).text) + "\n![x](media/a.png)\n"
    send(tool, author, tool.get(author, FILE), text, go="save")

    assert tool.post(author, MEDIA, go="remove", name="a.png").status_code == 400
    assert names(folder) == ["a.png"]


@pytest.mark.parametrize(
    ("name", "data", "alt", "said"),
    [
        ("a.png", png(), " ", "those who do not see it"),
        ("a.png", b"", "x", "is empty"),
        ("a.svg", b"<svg onload='alert(1)'/>", "x", "cannot be read as SVG"),
        ("a.png", b"<html><script>alert(1)</script>", "x", "this kind of file"),
        ("a.png", png()[:50], "x", "damaged"),
        ("a.pdf", b"%PDF-" + b"0" * LARGEST, "x", "other files 5 MB"),
        ("a.jpg", b"\xff\xd8\xff" + b"0" * LARGEST_PICTURE, "x", "Pictures may have 20 MB"),
        ("a.mp4", b"\0\0\0\x18ftypheic" + b"0" * 99, "x", "Save or send it as JPEG"),
        ("a.mp4", b"\0\0\0\x14ftypqt  " + b"0" * 99, "x", "export it as MP4"),
        ("a.mp4", b"\0\0\0\x10ftypmp42\0\0\0\0\xff\xff\xff\xffudta", "x", "damaged or not whole"),
        ("a.vtt", b"WEBVTT\n\xff", "x", "UTF-8"),
    ],
)
# The test's own client leaves the file open in which it keeps what is larger than 500 KB.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_not_taken_says_why(
    tool: Tool,
    author: FlaskClient,
    folder: Path,
    name: str,
    data: bytes,
    alt: str,
    said: str,
):
    page = tool.post(author, f"{MEDIA}?lang=en", file=(io.BytesIO(data), name), alt=alt)
    quiet = tool.post(author, f"{MEDIA}?lang=en", file=(io.BytesIO(data), name), alt=alt, go="json")

    assert (page.status_code, quiet.status_code) == (422, 422)
    assert said in html.unescape(page.text)
    assert said in quiet.json["problem"]
    assert names(folder) == []
    del page, quiet
    gc.collect()  # here, and not in the middle of another test


ATTACK = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>'
    b'<rect width="9" height="9"/></svg>'
)
HARMLESS = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" /></svg>\n'


def test_a_drawing_is_made_harmless_and_its_author_told(
    tool: Tool, author: FlaskClient, folder: Path
):
    page = tool.post(
        author, f"{MEDIA}?lang=en", file=(io.BytesIO(ATTACK), "Et glass.svg"), alt="Et glass"
    )
    quiet = tool.post(
        author, f"{MEDIA}?lang=en", file=(io.BytesIO(ATTACK), "b.svg"), alt="x", go="json"
    )

    assert page.status_code == 200
    told = "Taken out of the drawing, because it could harm readers: onload, script"
    assert told in page.text
    assert quiet.json == {"markdown": "![x](media/b.svg)", "taken_out": told}
    assert (folder / "maaling" / "media" / "et-glass.svg").read_bytes() == HARMLESS
    shown = tool.get(author, f"{MEDIA}/et-glass.svg")
    assert (shown.data, shown.mimetype) == (HARMLESS, "image/svg+xml")
    assert any("sandbox" in each for each in shown.headers.getlist("Content-Security-Policy"))
    text = text_of(tool.get(author, FILE).text) + "\n![Et glass](media/et-glass.svg)\n"
    send(tool, author, tool.get(author, FILE), text)
    assert (
        f'<img src="{MEDIA}/et-glass.svg" alt="Et glass"'
        in tool.get(author, f"{FILE}/preview").text
    )
    # it needs words as any picture
    refused = tool.post(author, MEDIA, file=(io.BytesIO(HARMLESS), "c.svg"), alt=" ")
    assert refused.status_code == 422


def test_what_lies_in_the_folder_is_told_and_never_shown_as_it_is(
    tool: Tool, author: FlaskClient, folder: Path
):
    (folder / "maaling" / "media").mkdir()
    (folder / "maaling" / "media" / "a.svg").write_bytes(ATTACK)

    page = tool.get(author, "/authoring/maaling/publish?lang=en")
    refused = tool.post(author, "/authoring/maaling/publish", version="9.0")

    assert "a drawing that holds more than lines, shapes and text: onload, script" in page.text
    assert refused.status_code == 422
    assert tool.get(author, f"{MEDIA}/a.svg").data == HARMLESS
    # mended in the folder it is seen at once
    (folder / "maaling" / "media" / "a.svg").write_bytes(HARMLESS)
    assert 'name="version"' in tool.get(author, "/authoring/maaling/publish").text


def test_a_form_without_a_file_says_so(tool: Tool, author: FlaskClient):
    assert tool.post(author, MEDIA, alt="x").status_code == 422


def test_films_and_documents_never_run_in_the_page(tool: Tool, author: FlaskClient, folder: Path):
    pdf = b"%PDF-1.4\n<script>alert(1)</script>"
    tool.post(author, MEDIA, file=(io.BytesIO(pdf), "a.png"))
    answer = tool.post(author, MEDIA, go="json", file=(io.BytesIO(b"WEBVTT\n\n"), "film.nb.vtt"))

    assert answer.json == {
        "told": "Filen ligger i biblioteket. Skriv dette i krøllparentesen til filmen: "
        "captions=media/film.nb.vtt"
    }
    quiet = tool.post(author, f"{MEDIA}?lang=en", file=(io.BytesIO(b"WEBVTT\n\n"), "film.nb.vtt"))
    assert "Write this in the braces of the film:" in quiet.text
    assert '<code class="wraps">captions=media/film.nb.vtt</code>' in quiet.text
    assert names(folder) == ["a.pdf", "film.nb.vtt"]
    served = tool.get(author, f"{MEDIA}/a.pdf")
    assert served.headers["Content-Disposition"] == "attachment"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


def test_a_film_is_put_in_as_a_block_of_its_own(tool: Tool, author: FlaskClient):
    film = b"\x00\x00\x00\x0cftypmp42"

    answer = tool.post(author, MEDIA, go="json", file=(io.BytesIO(film), "Måling.mp4"))

    assert answer.json == {"markdown": "::: film {src=media/maling.mp4}\n:::"}
