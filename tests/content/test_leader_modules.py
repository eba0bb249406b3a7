"""What is for leaders comes out for leaders only: in no export that teachers or pupils meet."""

from __future__ import annotations

import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from content.audience import leader_media
from content.export.formats import FORMATS
from content.export.source import Source
from content.loader import load_library
from content.model import Track
from tests.factories.editing import Edited

MODULE = """---
title: {title}
audience: leaders
minutes: {{B: 15}}
leader: Ved siden av permen.
---

## B Samarbeid {{phase=B}}

### Vanskelig samtale {{#samtale}}

SECRET-WORDS ![Et kart](media/closed.png)

::: leder
SECRET-NOTE
:::

::: sjekkliste {{#liste}}
- [ ] SECRET-ITEM
:::
"""


def with_leader_module(edited: Edited) -> None:
    for language, title in {"nb": "SECRET-TITLE", "sv": "SECRET-TITLE"}.items():
        file = edited.root / "maaling" / f"03-for-ledere.{language}.md"
        file.write_text(MODULE.format(title=title), "utf-8")
    media = edited.root / "maaling" / "media"
    media.mkdir()
    png = Path(__file__).parents[2] / "docs" / "images" / "step.png"
    for name in ("closed.png", "open.png"):
        (media / name).write_bytes(png.read_bytes())
    edited.change("01-enheter", "Fortell kort.", "Fortell kort. ![Et kart](media/open.png)")


@pytest.fixture
def track(tmp_path: Path) -> tuple[Path, Track]:
    edited = Edited(tmp_path)
    with_leader_module(edited)
    loaded = load_library(edited.root)
    assert loaded.value is not None, loaded.problems
    return edited.root, loaded.value.tracks[0]


def everything_in(data: bytes) -> str:
    """Of an archive: names and texts of all that is in it, archives inside it too."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "\n".join(
            f"{name}\n{everything_in(archive.read(name))}" for name in archive.namelist()
        )


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"zip"}))
def test_no_format_for_others_has_it(track: tuple[Path, Track], name: str) -> None:
    root, source = track
    loaded = load_library(root)
    assert loaded.value is not None
    given = Source(root, loaded.value.publisher, source, "nb", "https://tracks.example")

    if name == "pdf":
        typst = pdf_text(given)
        assert "Målefeil" in typst
        assert "SECRET" not in typst
        assert "SECRET-WORDS" in pdf_text(
            Source(root, loaded.value.publisher, source, "nb", with_leader=True)
        )
        return
    text = everything_in(FORMATS[name].make(given).data)

    assert "SECRET" not in text
    assert "closed.png" not in text
    if name in ("cartridge", "olx", "cmi5"):
        assert "open.png" in text


def pdf_text(source: Source) -> str:
    from content.export.pdf import _Handout

    return "\n".join(_Handout(source, {}).lines())


def test_a_file_that_only_leaders_words_show_is_theirs(track: tuple[Path, Track]) -> None:
    _, source = track
    names = ["media/closed.png", "media/open.png", "media/unused.png"]

    assert leader_media(source, names) == frozenset({"media/closed.png"})
