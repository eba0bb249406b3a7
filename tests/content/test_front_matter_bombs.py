"""YAML made to hang, to swell or to trip: a message with a line, at once (security.md F9)."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from content.front_matter import LARGEST, read_front_matter
from content.problems import ProblemList
from content.reading.forms import LibraryForm, TrackForm

LAUGHS = "a: &a [x, x]\n" + "\n".join(
    f"{n}: &{n} [*{p}, *{p}]" for p, n in zip("abc", "bcd", strict=True)
)

MOST_MEMORY_KB = 100 * 1024

BOMBS = {
    "laughs": LAUGHS,
    "self": "a: &a [*a]",
    "merge": "a: {<<: {<<: {b: c}}}",
    "many keys": "\n".join(f"a{n}: 1" for n in range(1_500)),
    "same key": "a: 1\n" * 2_000,
    "too big": "a: 1\n" * 20_000,
    "flow depth": "[" * 3_000,
    "flow depth in words": "[a, " * 4_000,
    "map depth": "{a: " * 3_000,
    "block depth": "\n".join(" " * n + "a:" for n in range(150)),
    "list depth": "- " * 3_000 + "a",
    "date": "title: 2024-13-45",
    "digits": "version: " + "9" * 5_000,
    "sixty": "version: 1:2:3:4",
    "octal": "version: 0o777777777777777777777",
    "float": "version: 1e999999999",
    "nan": "version: .nan",
    "python": "title: !!python/object/apply:os.system [id]",
    "binary": "title: !!binary AAAA",
    "timestamp": "title: !!timestamp 2024-13-45",
    "set": "title: !!set {a, b}",
    "own tag": "title: !x y",
    "directive": "%YAML 9.9\n---\ntitle: x",
    "tag directive": "%TAG ! tag:x,2000:\n---\ntitle: !y z",
    "two documents": "title: x\n---\ntitle: y",
    "only an end": "...",
    "complex key": "? [a, b]\n: c",
    "null key": "~: a",
    "empty key": "'': a",
    "tabs": "\ttitle: x",
    "open quote": "title: 'x",
    "open double": 'title: "x',
    "bad escape": 'title: "\\q"',
    "big escape": 'title: "\\UFFFFFFFF"',
    "surrogate escape": 'title: "\\ud800"',
    "nul": "title: \x00",
    "bell": "title: \x07",
    "lone surrogate": "title: \ud800",
    "line separator": "title: a\u2028b: c",
    "percent": "title: %x",
    "at": "title: @x",
    "comment only": "# x",
    "block scalar": "title: |99999999999\n x",
    "long line": "title: " + "x" * 16_000,
    "long key": "x" * 2_000 + ": a",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name: str) -> None:
    began = time.process_time()
    found = ProblemList("x.md")
    front = read_front_matter("\n" + BOMBS[name], TrackForm, found)
    assert front.values is None
    assert found.found
    assert all(1 <= problem.location.line <= LARGEST for problem in found.found)
    assert all(len(problem.message) < 500 for problem in found.found)
    assert time.process_time() - began < 1


MEASURED = r"""
import re
from pathlib import Path
from content.front_matter import read_front_matter
from content.problems import ProblemList
from content.reading.forms import TrackForm
from tests.content.test_front_matter_bombs import BOMBS

def most():
    return re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]

read_front_matter("\ntitle: x", TrackForm, ProblemList("x.md"))
print("before", most())
for name, bomb in BOMBS.items():
    read_front_matter("\n" + bomb, TrackForm, ProblemList("x.md"))
    print(name, most(), sep="\t")
"""


def test_no_bomb_swells() -> None:
    """Check 28: the most that a program holds which reads them one after another, in resident
    memory, Python and our own modules included. It never falls: the last figure is the highest."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True, timeout=120
    )
    peaks = [int(line.split()[-1]) for line in told.stdout.splitlines()]
    assert len(peaks) == len(BOMBS) + 1 > 40
    assert peaks[-1] - peaks[0] <= 100 * 1024, "KB: what the bombs add"
    assert peaks[-1] <= MOST_MEMORY_KB, told.stdout


@pytest.mark.parametrize("escape", ["\\ud800", "\\0", "\x07", "\\x07", "\\x85", "\\ufffd"])
def test_escapes_make_no_characters_that_are_none(escape: str) -> None:
    found = ProblemList("x.md")
    yaml = f'\nid: asker\nname: "a{escape}"\ncontact: x\nlicence: x\nlanguages: nb'
    assert read_front_matter(yaml, LibraryForm, found).values is None
    assert [(p.code, p.location.line) for p in found.found] == [("front-matter-yaml", 3)]


def test_other_escapes_are_read() -> None:
    found = ProblemList("x.md")
    yaml = '\nid: asker\nname: "\\u00c5s\tA"\ncontact: x\nlicence: x\nlanguages: nb'
    values = read_front_matter(yaml, LibraryForm, found).values
    assert values is not None
    assert values.name == "Ås\tA"
