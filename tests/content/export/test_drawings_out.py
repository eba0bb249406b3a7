"""Drawings (SVG, ADR 0035) in every format that takes pictures: shown where they stand, with their
words, as lines on paper; and never with anything in them that could run on an LMS's host."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest

from content.drawings import harmless
from content.export.formats import FORMATS
from content.export.source import Source
from content.loader import load_library
from tests.content.export.libraries import laid_out, quiz_library
from tests.content.export.test_pdf import tags

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" role="img">
<defs><linearGradient id="g"><stop offset="0" stop-color="#cde"/></linearGradient>
<marker id="m" markerWidth="4" markerHeight="4"><path d="M0 0L4 2L0 4z"/></marker></defs>
<rect width="198" height="98" fill="url(#g)" stroke="navy"/>
<path d="M10 80L150 80" stroke="black" marker-end="url(#m)"/>
<text x="20" y="30" font-family="Arial, sans-serif" font-size="16">Tid på øving</text></svg>
"""
STEP = """### En tegning {#tegning}

Slik henger det sammen.

![Tid øker med øving](media/tegning.svg)

"""
PICTURED = ["cartridge", "cartridge-1.1", "cmi5", "olx", "qti", "moodle-xml"]


def library(drawing: str, tmp_path: Path) -> Source:
    files = quiz_library()
    text = files["spor/01-en.nb.md"].decode()
    text = text.replace("## B", f"{STEP}\n## B", 1)
    # In a quiz too: the formats that take nothing else.
    text = text.replace("![To kopper](media/a.png)", "![To kopper](media/tegning.svg)")
    files["spor/01-en.nb.md"] = text.encode()
    del files["spor/media/a.png"]
    files["spor/media/tegning.svg"] = harmless(DRAWING.encode()).data
    root = laid_out(tmp_path, files)
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    # Changed after it was checked: what goes out does not rely on that.
    (root / "spor/media/tegning.svg").write_text(drawing, "utf-8")
    return Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb", "https://t.example")


def inside(name: str, data: bytes) -> dict[str, bytes]:
    """Every file of a package; a document alone is the only one of its own."""
    if name == "olx":
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
            found = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
            return {path: file.read() for path, file in found.items() if file is not None}
    if name == "moodle-xml":
        root = ElementTree.fromstring(data)
        files = {
            each.attrib["name"]: base64.b64decode(each.text or "") for each in root.iter("file")
        }
        return {"questions.xml": data, **files}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


def drawings(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for path, data in files.items():
        if path.endswith(".svg"):
            yield path, data


@pytest.mark.parametrize("name", PICTURED)
def test_a_drawing_goes_along_and_is_shown_where_it_stands(name: str, tmp_path: Path) -> None:
    files = inside(name, FORMATS[name].make(library(DRAWING, tmp_path)).data)

    ((path, data),) = drawings(files)
    assert ElementTree.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"
    assert "Tid på øving" in data.decode()
    shown = [
        text
        for place, text in files.items()
        if path.rpartition("/")[2].encode() in text and place != "imsmanifest.xml"
    ]
    assert shown
    words = b"To kopper" if name in ("qti", "moodle-xml") else "Tid øker med øving".encode()
    assert any(words in text for text in shown)
    if name.startswith("cartridge"):
        assert f'href="{path}"'.encode() in files["imsmanifest.xml"]


@pytest.mark.parametrize("name", PICTURED)
def test_nothing_that_could_run_goes_out_with_a_drawing(name: str, tmp_path: Path) -> None:
    evil = DRAWING.replace(
        "<text",
        '<script>steal()</script><a href="javascript:steal()"><rect onload="steal()"/></a>'
        '<image href="https://evil.example/x.png"/><text',
        1,
    )
    files = inside(name, FORMATS[name].make(library(evil, tmp_path)).data)

    ((_path, data),) = drawings(files)
    assert b"Tid p" in data
    for odd in (b"steal", b"evil.example", b"script", b"onload", b"javascript"):
        assert odd not in data, odd


def test_on_paper_it_is_lines_and_letters_with_its_words(tmp_path: Path) -> None:
    exported = FORMATS["pdf"].make(library(DRAWING, tmp_path))

    assert exported.warnings == ()
    with pikepdf.open(io.BytesIO(exported.data)) as document:
        figures = [str(tag.Alt) for tag in tags(document) if tag.S == "/Figure"]
        kinds = {
            str(each.get("/Subtype"))
            for page in document.pages
            for each in dict(page.Resources.get("/XObject", {})).values()
        }
    assert figures == ["To kopper", "Tid øker med øving"]
    assert "/Image" not in kinds  # not a picture of dots


@pytest.mark.parametrize(
    "drawing", ["<svg", "<html/>", DRAWING.replace("Tid på øving", "\u6f22"), ""]
)
def test_what_cannot_be_printed_is_said_and_its_words_stand_there(
    drawing: str, tmp_path: Path
) -> None:
    """A sign that no font has, too: the compiler would leave the whole handout."""
    exported = FORMATS["pdf"].make(library(drawing, tmp_path))

    assert [(p.location.path, p.message) for p in exported.warnings] == [
        ("spor/media/tegning.svg", "the picture cannot be printed; its text stands in for it")
    ]
    assert exported.data.startswith(b"%PDF-")
