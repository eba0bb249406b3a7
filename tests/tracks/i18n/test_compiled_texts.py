"""Catalogues are compiled once and lie beside their source, as Python's modules do."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracks import i18n


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for file in i18n.CATALOGUES.glob("*.po"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    i18n.translations.cache_clear()
    yield tmp_path
    i18n.translations.cache_clear()


def said(language: str = "nb") -> str:
    i18n.translations.cache_clear()
    return i18n.translations(language).gettext("Cancel")


def compiled(folder: Path) -> list[Path]:
    return sorted(folder.glob("nb-*"))


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "nb.po"
    file.write_text(file.read_text("utf-8").replace(f'"{old}"', f'"{new}"'), "utf-8")


def test_the_second_reading_is_of_the_compiled_one(catalogues: Path):
    first = said()
    (file,) = compiled(catalogues)
    written = file.read_bytes()
    assert first == "Avbryt"

    file.write_bytes(written.replace(b"Avbryt", b"AVBRYT"))

    assert said() == "AVBRYT"


def test_a_changed_source_is_compiled_anew_and_the_old_one_goes(catalogues: Path):
    said()
    before = compiled(catalogues)
    change(catalogues, "Avbryt", "Forlat")

    assert said() == "Forlat"
    assert len(compiled(catalogues)) == 1
    assert compiled(catalogues) != before


@pytest.mark.parametrize("broken", [b"", b"\xde\x12\x04\x95", b"no catalogue at all" * 9])
def test_a_broken_one_is_made_again(catalogues: Path, broken: bytes):
    said()
    (file,) = compiled(catalogues)
    file.write_bytes(broken)

    assert said() == "Avbryt"
    assert len(file.read_bytes()) > 10_000


def test_a_folder_that_cannot_be_written_does_no_harm(
    catalogues: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(_file: Path, _made: bytes) -> int:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "write_bytes", refuse)

    assert said() == "Avbryt"
    assert compiled(catalogues) == []


ASKED = """
import datetime, tracemalloc
from tracks import i18n
tracemalloc.start()
for language in i18n.LANGUAGES:
    i18n.day(datetime.date(2020, 5, 1), language), i18n.number(1234.5, language)
print(tracemalloc.get_traced_memory()[0])
"""


def test_days_and_numbers_of_four_languages_hold_little_memory():
    """Babel alone keeps 5.8 MB of them, in every worker."""
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)

    assert int(told.stdout) < 1_500_000
