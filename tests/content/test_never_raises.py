from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from content.blocks import BLOCKS
from content.checks import DOCUMENT_CHECKS
from content.front_matter import read_front_matter, split_front_matter
from content.loader import load_library, load_track
from content.markdown import read_document
from content.problems import ProblemList
from content.reading.editions import read_sections
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from content.rendering.html import render_markdown
from tests.content.cases import MODULE, MODULE_HEAD, TRACK_FILE
from tests.content.strategies import MARKDOWN

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=150, deadline=None)


@MANY
@given(MARKDOWN)
@example("> ::: q\n>")
@example("\ud800")
def test_reading_and_checking(text: str) -> None:
    document = read_document("x.md", text)
    found = ProblemList("x.md")
    read_sections(document, "nb", found)
    for check in DOCUMENT_CHECKS:
        check(document, Path("/nowhere"), found)
    assert all(1 <= problem.location.line <= len(document.lines) for problem in found.found)


@MANY
@given(MARKDOWN)
def test_rendering(text: str) -> None:
    once = render_markdown(text, "nb", media_url=lambda path: f"/m/{path}")
    assert once == render_markdown(text, "nb", media_url=lambda path: f"/m/{path}")
    json.dumps(once).encode()


@pytest.mark.parametrize("name", sorted(BLOCKS))
@FEW
@given(options=st.text(max_size=30), body=MARKDOWN)
def test_each_block(name: str, options: str, body: str) -> None:
    document = read_document("x.md", f"::::: {name} {{{options}}}\n{body}\n:::::\n")
    for element in document.walk():
        if element.block_name in BLOCKS:
            BLOCKS[element.block_name].read(document, element, ProblemList("x.md"))


@FEW
@given(MARKDOWN)
def test_front_matter(text: str) -> None:
    for form in (TrackForm, ModuleForm, LibraryForm):
        found = ProblemList("x.md")
        front = read_front_matter("\n" + text, form, found)
        assert (front.values is None) == bool(found.found)


@given(st.text())
def test_front_matter_keeps_the_lines_of_the_rest(text: str) -> None:
    whole = "---\ntitle: x\n---\n" + text
    yaml, body = split_front_matter(whole)
    assert yaml == "\ntitle: x"
    assert body.split("\n")[:3] == ["", "", ""]
    assert body.count("\n") == 3 + text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


BYTES = st.one_of(
    st.binary(max_size=200), MARKDOWN.map(lambda text: text.encode("utf-8", "surrogatepass"))
)


@FEW
@given(track=BYTES, module=BYTES, is_headed=st.booleans())
def test_loading_any_bytes(track: bytes, module: bytes, is_headed: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "et-spor"
        folder.mkdir()
        head = (TRACK_FILE.encode(), MODULE_HEAD.encode()) if is_headed else (b"", b"")
        (folder / "track.nb.md").write_bytes(head[0] + track)
        (folder / MODULE).write_bytes(head[1] + module)
        (Path(place) / "library.yaml").write_bytes(track)
        loaded = load_track(folder)
        assert loaded.value is None or not loaded.has_errors
        assert load_library(Path(place)).value is None


@pytest.mark.parametrize("name", ["x" * 5000, "x/" * 3000 + "x", "y" * 256])
def test_a_picture_whose_name_no_disk_has_is_missing(name: str, tmp_path: Path) -> None:
    """Asking the disk what such a thing is fails; the author is told, and nothing breaks."""
    root = tmp_path / "library"
    shutil.copytree(Path(__file__).parents[1] / "factories/library", root)
    file = root / "maaling/01-enheter.nb.md"
    text = f"### Bilde {{#bilde}}\n\n![Et bilde](media/{name}.png)\n\n## B"
    file.write_text(file.read_text("utf-8").replace("## B", text, 1), "utf-8")

    codes = [p.code for p in load_library(root).problems if p.location.path.endswith("er.nb.md")]

    assert codes.count("media-missing") == 1
