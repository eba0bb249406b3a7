"""The printed handout. The compiler itself refuses what breaks PDF/UA-1; pikepdf looks at what came
out. We found no package with veraPDF."""

from __future__ import annotations

import io
import time
import zlib
from collections import Counter
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from msgspec.structs import replace

from content.export.pdf import pdf
from content.export.printing import NotPrinted, printed, which_print
from content.export.source import CannotExport, Source
from content.loader import load_library
from tests.content.cases import DOT
from tests.content.export.libraries import laid_out, quiz_library


def source_of(root: Path, track_id: str | None = None) -> Source:
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    track = next(t for t in loaded.value.tracks if track_id in (None, t.id))
    return Source(root, loaded.value.publisher, track, "nb")


def picture(width: int, height: int, dots: bytes, depth: int = 8, colours: int = 0) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colours, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def png() -> bytes:
    return picture(2, 2, zlib.compress(b"\x00\x00\xff" * 2))


STEP = """### Alt på én side {#alt}

Tekst med **fet**, *kursiv*, ~~strøket~~ og `kode`. Se [om målene](https://example.org/a_b#c).

![To kopper](media/a.png)

| a | b |
| --- | --- |
| 1 | 2 |

1. en
   - to

> [!TIP]
> Et tips.

- [x] gjort
- [ ] ikke

```python
x = "a\\b"  # $ # [ ]
```

#### Under

Tegn: # $ [ ] * _ \\\\ " ' @ ~ æøå čđŋšŧž ☑ 漢 🎈
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    files = quiz_library()
    text = files["spor/01-en.nb.md"].decode()
    files["spor/01-en.nb.md"] = text.replace("## B", f"{STEP}\n## B", 1).encode()
    return source_of(laid_out(tmp_path, files | {"spor/media/a.png": png()}))


def tags(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every element of structure, in reading order."""
    found: list[pikepdf.Dictionary] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node.K)

    walk(document.Root.StructTreeRoot.K)
    return found


def test_it_is_tagged_as_a_screen_reader_needs_it(source: Source) -> None:
    exported = pdf(source)
    assert [p.message for p in exported.warnings] == [
        "no font in the PDF has 漢 🎈; their names stand in for them"
    ]
    with pikepdf.open(io.BytesIO(exported.data)) as document:
        assert document.Root.Lang == "nb"
        assert document.Root.MarkInfo.Marked == True  # noqa: E712  # a PDF's own true
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Et spor"
        found = tags(document)
        counts = Counter(str(tag.S) for tag in found)
        assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"} <= set(counts)
        assert (counts["/Table"], counts["/TH"], counts["/TD"]) == (1, 2, 2)
        assert [str(tag.Alt) for tag in found if tag.S == "/Figure"] == ["To kopper"] * 2
        levels = [
            int(str(tag.S)[2:]) for tag in found if str(tag.S) in {f"/H{n}" for n in range(1, 7)}
        ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_same_track_gives_the_same_pages(source: Source) -> None:
    assert pdf(source).data == pdf(source).data


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is given to the compiler, as its words can be read there."""
    texts: list[str] = []

    def compiled(text: bytes, root: Path) -> bytes:
        texts.append(text.decode())
        return b""

    monkeypatch.setattr("content.export.pdf.printed", compiled)
    return texts


@pytest.mark.parametrize(("with_leader", "with_answers"), [(a, b) for a in (0, 1) for b in (0, 1)])
def test_answers_and_leader_words_are_there_only_when_asked_for(
    with_leader: int, with_answers: int, written: list[str]
) -> None:
    source = source_of(Path("content/library"), "naturfag-utforskende")
    pdf(replace(source, with_leader=bool(with_leader), with_answers=bool(with_answers)))
    text = written[-1]
    assert text.count("Hvor høye er karsespirer") == 1 + with_answers
    assert ("Spørsmålet om høyde sier både" in text) == bool(with_answers)
    assert "Nesten. Klassen" not in text
    assert ("Lytt etter" in text) == ("Skriv ut spørsmålene" in text) == bool(with_leader)


def told_and_shown(source: Source) -> tuple[list[tuple[str, str]], bool]:
    """The pictures that are told as not printed, and whether there is one in the PDF."""
    exported = pdf(source)
    with pikepdf.open(io.BytesIO(exported.data)) as document:
        shown = "/Figure" in {str(tag.S) for tag in tags(document)}
    return [(p.code, p.location.path) for p in exported.warnings], shown


def test_a_picture_that_cannot_be_read_is_told_and_its_text_stands_in(tmp_path: Path) -> None:
    library = quiz_library() | {"spor/media/a.png": picture(2, 2, b"not packed")}
    told = [("export-loss", "spor/media/a.png")]
    assert told_and_shown(source_of(laid_out(tmp_path, library))) == (told, False)


@pytest.mark.parametrize("side", [7_000, 50_000])
def test_a_picture_with_too_many_dots_that_lies_there_is_told(tmp_path: Path, side: int) -> None:
    """The check of the library is the gate; this is for what is written there behind it. The
    compiler could print the smaller one."""
    source = source_of(laid_out(tmp_path, quiz_library()))
    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    dots = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    (tmp_path / "spor" / "media" / "a.png").write_bytes(picture(side, side, dots, depth=1))
    began = time.monotonic()
    assert told_and_shown(source) == ([("export-loss", "spor/media/a.png")], False)
    assert time.monotonic() - began < 20


@cache
def large() -> bytes:
    """As large as may be, and the same all over."""
    row = b"\0" + bytes(4 * 8 * 6_300)
    packer = zlib.compressobj(9)
    dots = b"".join(packer.compress(row) for _ in range(6_300)) + packer.flush()
    return picture(6_300, 6_300, dots, depth=16, colours=6)


def shows(name: str) -> bytes:
    return f'#set document(title: "x")\n#image("{name}", alt: "x")'.encode()


def test_a_picture_that_takes_too_long_or_too_much_is_left_out_and_the_next_is_tried(
    tmp_path: Path,
) -> None:
    laid_out(tmp_path, {"a.png": png(), "b.png": large(), "c.gif": DOT})
    texts = [shows(name) for name in ("a.png", "b.png", "c.gif")]
    assert which_print(texts, tmp_path) == [True, True, True]
    assert which_print(texts, tmp_path, memory=200 << 20) == [True, False, True]
    assert which_print(texts, tmp_path, seconds_alone=0.2) == [True, False, True]
    # what all may take is taken by the second
    ended = which_print(texts, tmp_path, seconds=0.2, seconds_alone=0.2)
    assert ended == [True, False, False]


def test_pages_that_would_take_too_long_or_too_much_are_not_made(tmp_path: Path) -> None:
    laid_out(tmp_path, {"b.png": large()})
    assert printed(shows("b.png"), tmp_path).startswith(b"%PDF")
    for how in ({"memory": 200 << 20}, {"seconds": 0.2}):
        with pytest.raises(NotPrinted, match="more time or memory than there may be"):
            printed(shows("b.png"), tmp_path, **how)


def test_an_export_that_would_take_too_much_says_what_to_do(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("content.export.pdf.printed", partial(printed, seconds=0.001))
    with pytest.raises(CannotExport, match="make the pictures smaller, or divide the track"):
        pdf(source)
