"""The authors' folder by itself: all or nothing, nothing from behind a link, nothing too long."""

import os
from pathlib import Path

import pytest

from tests.factories.databases import LIBRARY
from tracks.authoring.folder import CannotWrite, LibraryFolder
from tracks.authoring.rules import LONGEST_TEXT, file_name

NAME = "01-enheter.nb.md"


@pytest.fixture
def library(tmp_path: Path) -> LibraryFolder:
    made = LibraryFolder(tmp_path / "library")
    made.begin(LIBRARY)
    return made


def everything(root: Path) -> dict[str, bytes]:
    return {
        place.relative_to(root).as_posix(): place.read_bytes()
        for place in root.rglob("*")
        if place.is_file() and place.name != ".lock"
    }


def test_a_write_that_fails_half_way_leaves_all_as_it_was(
    library: LibraryFolder, monkeypatch: pytest.MonkeyPatch
):
    before = everything(library.root)
    real, calls = os.fsync, iter(range(100))

    def full_at_the_third(handle: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr("tracks.authoring.folder.os.fsync", full_at_the_third)
    changes = {NAME: "ny", "09-ny.nb.md": "ny", "track.nb.md": "ny", "02-feil.nb.md": None}
    with library.locked(), pytest.raises(CannotWrite):
        library.write("maaling", changes)

    assert everything(library.root) == before


def test_what_stands_behind_a_link_is_not_there(library: LibraryFolder, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.png").write_bytes(b"secret")
    (outside / "track.nb.md").write_text("secret", "utf-8")
    (library.root / "maaling" / "media").symlink_to(outside)
    (library.root / "maaling" / "03-lenke.nb.md").symlink_to(outside / "track.nb.md")
    (library.root / "lenke").symlink_to(outside)

    name = file_name("03-lenke.nb.md")
    assert name is not None
    assert library.file("maaling", "media/a.png") is None
    assert library.text("maaling", name) is None
    assert library.file("lenke", "track.nb.md") is None
    assert library.media("maaling") == []
    assert library.tracks() == ["maaling"]
    assert name not in library.texts("maaling")


def test_a_text_that_is_too_long_or_none_is_not_read(library: LibraryFolder):
    name = file_name(NAME)
    assert name is not None
    place = library.root / "maaling" / NAME
    for data, wanted in (
        (b"x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
        (b"x" * (LONGEST_TEXT + 1), None),
        (b"\xff\xfe", None),
        (b"\xef\xbb\xbfa\r\nb\x00", "a\nb\ufffd"),
    ):
        place.write_bytes(data)
        assert library.text("maaling", name) == wanted


def test_files_can_be_read_by_whoever_serves_them(library: LibraryFolder):
    with library.locked():
        library.write("maaling", {NAME: "ny"})
    assert (library.root / "maaling" / NAME).stat().st_mode & 0o777 == 0o644
    assert library.root.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["../library.yaml", "media/../../x.png", "x.txt", ".lock"])
def test_other_names_lead_nowhere(library: LibraryFolder, name: str):
    assert library.file("maaling", name) is None
    assert library.file("../maaling", NAME) is None
