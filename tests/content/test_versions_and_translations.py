from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from content.checks import kept_ids
from content.loader import load_library, load_track
from content.model import Library
from content.translation import mark_of_file, with_mark
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, told, write
from tracks.cli.content import content

LIBRARY = """id: asker
name: Asker
contact: content@example.org
licence: CC BY 4.0
languages: [nb]
"""
BOTH = TRACK_FILE.replace("[nb]", "[nb, sv]")
SV = MODULE.replace(".nb.", ".sv.")


def _module(text: str, id_: str = "a1") -> str:
    return f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#{id_}}}\n\n{text}\n{PHASES_B_D}"


def _track(root: Path) -> Path:
    folder = root / "et-spor"
    files = {"track.nb.md": BOTH, "track.sv.md": BOTH, MODULE: _module("En."), SV: _module("Ett.")}
    write(folder, files)
    return folder


def _mark(file: Path) -> int:
    return CliRunner().invoke(content, ["translated", str(file)]).exit_code


def test_a_changed_source_is_told_until_the_translation_is_marked_anew(tmp_path: Path) -> None:
    folder = _track(tmp_path)
    assert told(load_track(folder)) == []
    assert _mark(folder / SV) == 0
    assert told(load_track(folder)) == []

    write(folder, {MODULE: _module("To.")})
    loaded = load_track(folder)
    assert told(loaded) == [f"{SV}:4 translation-old warning"]
    assert loaded.value is not None

    assert _mark(folder / SV) == 0
    assert told(load_track(folder)) == []
    assert (folder / SV).read_text().count("source:") == 1


def test_what_is_asked_before_a_track_is_translated_too(tmp_path: Path) -> None:
    folder = _track(tmp_path)
    assert _mark(folder / "track.sv.md") == 0
    text = (folder / "track.nb.md").read_text()

    write(folder, {"track.nb.md": text.replace("title:", "entry-check: [Jeg kan]\ntitle:", 1)})

    assert [t.rpartition(" ")[0].rpartition(" ")[2] for t in told(load_track(folder))] == [
        "translation-old"
    ]


def test_a_raised_version_makes_no_translation_old(tmp_path: Path) -> None:
    folder = _track(tmp_path)
    assert _mark(folder / "track.sv.md") == 0
    for name in ("track.nb.md", "track.sv.md"):
        text = (folder / name).read_text()
        write(folder, {name: text.replace('"1.0"', '"1.1"')})
    assert told(load_track(folder)) == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_source_that_is_none(tmp_path: Path, language: str) -> None:
    folder = _track(tmp_path)
    text = with_mark((folder / SV).read_text(), f"{language} 0123456789ab")
    write(folder, {SV: text})
    assert told(load_track(folder)) == [f"{SV}:4 translation-source"]


@pytest.mark.parametrize("name", ["library.yaml", MODULE, "01-case.da.md"])
def test_what_is_no_translation_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    folder = _track(tmp_path)
    write(folder, {"library.yaml": LIBRARY, "01-case.da.md": "Intet."})
    before = (folder / name).read_bytes()
    assert _mark(folder / name) == 1
    assert (folder / name).read_bytes() == before


def test_the_mark_keeps_every_other_byte(tmp_path: Path) -> None:
    text = "---\r\ntitle: x\r\n---\r\nsource: in the text\r\n"
    marked = "---\r\ntitle: x\r\nsource: nb 0123456789ab\r\n---\r\nsource: in the text\r\n"
    assert with_mark(text, "nb 0123456789ab") == marked
    assert with_mark(marked, "nb 0123456789ab") == marked
    assert mark_of_file(tmp_path / "none.nb.md") is None


def _library(root: Path, tracks: dict[str, str]) -> Library:
    write(root, {"library.yaml": LIBRARY})
    for id_, step in tracks.items():
        write(root / id_, {"track.nb.md": TRACK_FILE, MODULE: _module("Les dette.", step)})
    draft = load_library(root).draft
    assert draft is not None
    return draft


def test_ids_that_are_gone(tmp_path: Path) -> None:
    before = _library(tmp_path / "1", {"et-spor": "lesing", "annet": "a1"})
    after = _library(tmp_path / "2", {"et-spor": "lesning"})
    gone = [(p.code, p.location.path, p.message) for p in kept_ids.check(before, after)]
    assert gone == [
        ("id-gone", "annet/track.nb.md", "the track annet was there in the last version"),
        ("id-gone", f"et-spor/{MODULE}", "the step lesing was there in the last version"),
    ]
    assert "Did you mean lesning?" in kept_ids.check(before, after)[1].hint
    assert kept_ids.check(before, before) == ()


def test_check_since(tmp_path: Path) -> None:
    _library(tmp_path / "1", {"et-spor": "lesing"})
    _library(tmp_path / "2", {"et-spor": "lesning"})
    now, before = str(tmp_path / "2"), str(tmp_path / "1")
    assert CliRunner().invoke(content, ["check", now]).exit_code == 0
    result = CliRunner().invoke(content, ["check", now, "--since", before])
    assert (result.exit_code, "id-gone" in result.output) == (1, True)


def test_ids_that_say_what_became_of_them(tmp_path: Path) -> None:
    before = _library(tmp_path / "1", {"et-spor": "lesing", "annet": "a1"})
    _library(tmp_path / "2", {"et-sporr": "lesning", "annet": "a2"})
    write(tmp_path / "2", {"library.yaml": f"{LIBRARY}renamed: {{et-spor: et-sporr}}\n"})
    for track, line in (("et-sporr", "renamed: {lesing: lesning}"), ("annet", "retired: {a1: }")):
        file = tmp_path / "2" / track / MODULE
        file.write_text(file.read_text().replace("title:", f"{line}\ntitle:", 1))
    loaded = load_library(tmp_path / "2")

    assert told(loaded) == []
    assert loaded.draft is not None
    assert kept_ids.check(before, loaded.draft) == ()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("renamed: {a1: b}", "id-still-there"),
        ("retired: {a1: }", "id-still-there"),
        ("renamed: {gone: nowhere}", "renamed-nowhere"),
        ("retired: {gone: et-spor/x}", "replacement-missing"),
        ("renamed: {Gone: a1}", "front-matter-value"),
        ("retired: {gone: https://x}", "front-matter-value"),
        ("renamed: [a]", "front-matter-value"),
    ],
)
def test_what_is_said_of_ids_that_were(tmp_path: Path, line: str, code: str) -> None:
    _library(tmp_path, {"et-spor": "a1"})
    file = tmp_path / "et-spor" / MODULE
    file.write_text(file.read_text().replace("title:", f"{line}\ntitle:", 1))
    assert [p.code for p in load_library(tmp_path).problems] == [code]


def test_names_in_a_circle_end(tmp_path: Path) -> None:
    _library(tmp_path, {"et-spor": "a1"})
    file = tmp_path / "et-spor" / MODULE
    file.write_text(file.read_text().replace("title:", "renamed: {x: y, y: x}\ntitle:", 1))
    assert {p.code for p in load_library(tmp_path).problems} == {"renamed-nowhere"}


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("lifecycle: archived\nreplaced-by: annet/case", []),
        ("lifecycle: open\nreplaced-by: annet", ["replaced-in-use"]),
        ("foundation: annet\nentry-check: [Jeg kan måle]", []),
        ("foundation: nothing", ["foundation-missing"]),
        ("foundation: et-spor", ["foundation-missing"]),
        ("lifecycle: archived\nreplaced-by: nothing", ["replacement-missing"]),
        ("lifecycle: archived\nreplaced-by: et-spor/case", ["replacement-missing"]),
    ],
)
def test_a_track_that_is_replaced(tmp_path: Path, lines: str, codes: list[str]) -> None:
    _library(tmp_path, {"et-spor": "a1", "annet": "a1"})
    file = tmp_path / "et-spor" / "track.nb.md"
    text = re.sub(r"lifecycle: .*\n", "", file.read_text())
    file.write_text(text.replace("title:", f"{lines}\ntitle:", 1))
    assert [p.code for p in load_library(tmp_path).problems] == codes
