"""The examples run."""

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from content.loader import load_library
from tests.content.cases import DOT, MODULE, Case, told
from tests.docs.pages import Example, examples, fences, read

AUTHORS = read("authors/index.md")
MEDIA = {
    "mp4": ["film"],
    "vtt": ["WEBVTT", "", "00:00.000 --> 00:01.000", "Hei."],
    "png": ["".join(f"\\x{byte:02x}" for byte in DOT)],
}
STEPS = [example for example in examples(AUTHORS) if example.kind == "step"]


def _library(folder: Path) -> Path:
    """All files of the authors' manual, as they would stand together."""
    for example in examples(AUTHORS):
        if example.kind == "file":
            path = folder / example.names[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example.text, encoding="utf-8")
    return folder


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKS_")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**kept, "TRACKS_DATA_DIR": str(folder / "var")},
        capture_output=True,
        text=True,
        check=False,
    )


def _rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "var" / "tracks.sqlite")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_every_markdown_block_is_marked_as_an_example() -> None:
    marked = sum(e.kind == "step" or e.names[-1].endswith(".md") for e in examples(AUTHORS))
    assert marked == len(fences(AUTHORS, "markdown"))
    assert marked > 5


def test_the_files_of_the_manual_are_a_library_without_problems(tmp_path: Path) -> None:
    loaded = load_library(_library(tmp_path))
    assert loaded.problems == ()
    assert loaded.value is not None
    assert [track.id for track in loaded.value.tracks] == ["malinger"]


@pytest.mark.parametrize("example", STEPS, ids=lambda e: re.findall(r"#([\w-]+)", e.text)[0])
def test_steps_of_the_manual_have_no_problems(example: Example, tmp_path: Path) -> None:
    case = Case("authors", "step")
    for name in example.names:
        case.add(name, MEDIA[name.rpartition(".")[2]])
    case.add("step", example.text.split("\n"))
    devices = ", ".join(re.findall(r"^::: enhet \{(\w+)\}", example.text, re.MULTILINE))
    if devices:  # as the manual says that it stands at the top of the file
        case.files[MODULE] = case.files[MODULE].replace(
            "minutes:", f"devices: [{devices}]\nminutes:", 1
        )
    loaded = case.load(tmp_path)
    assert told(loaded) == []
    assert loaded.value is not None


BROWSER = read("authors/browser.md")
WRONG = [example for example in examples(BROWSER) if example.kind == "wrong"]


@pytest.mark.parametrize("example", WRONG, ids=lambda e: e.names[0])
def test_errors_of_the_manual_are_told_as_it_says(example: Example, tmp_path: Path) -> None:
    case = Case("authors", "step")
    case.add("media/glass.png (bytes)", MEDIA["png"])
    case.add("step", example.text.split("\n"))

    found = case.load(tmp_path).problems

    assert [problem.code for problem in found] == [example.names[0]]
    said = " ".join(BROWSER.partition(example.text)[2].partition("\n#")[0].split())
    assert f"```text {found[0].message} {found[0].hint} ```" in said


def test_the_manual_shows_five_errors() -> None:
    assert len(WRONG) == len(fences(BROWSER, "markdown")) == 5


def test_check_render_and_publish_as_the_manual_says(tmp_path: Path) -> None:
    _library(tmp_path / "my-library")
    block = next(text for text in fences(AUTHORS, "shell") if "tracks content publish" in text)
    answers = [_run(tmp_path, "-m", *shlex.split(line)) for line in block.strip().split("\n")]
    assert [(a.returncode, a.stderr) for a in answers] == [(0, "")] * 3
    checked, drawn, published = (a.stdout for a in answers)
    assert checked == "0 to mend, 0 to look at\n"
    assert "To grupper måler det samme bordet" in drawn
    assert published == "eksempel/malinger@1.0.0: published\n"


def test_addresses_of_the_manual_are_those_that_are_published(tmp_path: Path) -> None:
    loaded = load_library(_library(tmp_path))
    assert loaded.value is not None
    track = loaded.value.tracks[0]
    address = f"{loaded.value.publisher.id}/{track.id}"
    known = {address} | {f"{address}/{m.id}" for m in track.modules}
    known |= {f"{address}/{m.id}#{s.id}" for m in track.modules for s in m.steps if s.is_resource}
    section = AUTHORS.split("## Addresses")[1].split("##")[0]
    assert set(re.findall(r"`(eksempel/[^`]+)`", AUTHORS)) == known
    assert section.count("`eksempel/") == 3


def test_schools_and_roles_as_the_operators_manual_says(tmp_path: Path) -> None:
    assert _run(tmp_path, "-m", "tracks", "db", "upgrade").returncode == 0
    scripts = [e for e in examples(read("operators/index.md")) if e.kind == "python"]
    assert [e.names for e in scripts] == [("schools",), ("roles",)]
    for script in scripts:
        done = _run(tmp_path, "-c", script.text)
        assert (done.returncode, done.stderr) == (0, "")
    assert _rows(tmp_path, "select name, kind, teachers from school") == [
        ("Eksempel skole", "8-10", 31)
    ]
    assert _rows(tmp_path, "select role, school_id from role_grant") == [("coordinator", None)]
    assert _rows(tmp_path, "select registration_id, sub from account") == [(1, "42")]
