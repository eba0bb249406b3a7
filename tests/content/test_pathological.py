"""Text made to be slow to read: the whole check of a step stays within its budget of two seconds,
or the author is told where it is too complex.

The long run, at the 64 KB a step may have:

    TRACKS_PATHOLOGICAL_KB=64 pytest tests/content/test_pathological.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from content.loader import load_track
from content.problems import Location
from content.workers.loading import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.content.test_includes import LIBRARY

SIZE = int(os.environ.get("TRACKS_PATHOLOGICAL_KB", "16")) * 1024
BUDGET = 2.0  # seconds of computing
PROCESS = 0.5  # to begin and end one
IS_LONG = SIZE >= 64 * 1024
MOST_MEMORY_KB = 256 * 1024


def _times(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece.encode()))


GENERATORS: dict[str, Callable[[int], str]] = {
    "cdata": _times("<![CDATA["),
    "comments": _times("<!-- "),
    "open tags": _times("<a "),
    "links": _times("[a](b"),
    "labels": _times("[a]["),
    "images": _times("![[]()"),
    "brackets": _times("["),
    "gaps": _times("[[a|"),
    "emphasis": _times("**_* "),
    "stars": _times("*a **a "),
    "ticks": lambda size: "".join("e" + "`" * n for n in range(int((2 * size) ** 0.5) - 2)),
    "quotes": _times(">"),
    "lists": _times("- "),
    "blocks": _times("::: quiz {#q}\n"),
    "closings": _times(":::\n"),
    "answers": _times("= a\n"),
    "pairs": _times("- a -> b\n"),
    "devices": _times("::: device {ipad}\nx\n:::\n"),
    "options": _times('::: quiz {a="'),
    "table": lambda size: "|" + "a|" * (size // 8) + "\n|" + "-|" * (size // 8) + "\n" + "|\n" * 64,
    "rules": _times("_" * 3 + "\n"),
    "entities": _times("&amp;"),
    "hosts": _times("a."),
    "closing tags": _times("</b>"),
    "processing": _times("<? "),
    "declarations": _times("<!A "),
    "automatic links": _times("<a:"),
    "mail": _times("a@"),
    "bare links": _times("https://a.no/(("),
    "strong inside strong": _times("**x **y** "),
    "underscores": _times("__a_ "),
    "struck": _times("~~a ~~~ "),
    "escapes": _times("\\["),
    "titles": _times('[a](<b> "'),
    "link in link": lambda size: "[" * (size // 8) + "a" + "](b)" * (size // 8),
    "image in image": lambda size: "![" * (size // 8) + "a" + "](b)" * (size // 8),
    "quotes in lists": _times("> - "),
    "numbers": _times("1. "),
    "deep lists": lambda size: "\n".join("  " * n + "- a" for n in range(int(size**0.5) - 4)),
    "deep quotes": lambda size: "\n".join(
        ">" * n + " a" for n in range(int((2 * size) ** 0.5) - 4)
    ),
    "lazy quotes": lambda size: ">" * 60 + "a\n" + "b\n" * (size // 2 - 31),
    "fences": _times("```a\n"),
    "blocks in blocks": lambda size: "".join(
        ":" * n + " device {ipad}\n" for n in range(int((2 * size) ** 0.5) - 16, 2, -1)
    ),
    "headings": _times("#### a\n"),
    "underlined": _times("a\n-\n"),
    "alerts": _times("> [!TIP]\n"),
    "tasks": _times("- [ ] a\n"),
    "rows": lambda size: "|a|b|\n|-|-|\n" + "|a|b|\n" * (size // 6 - 2),
    "tables": _times("|a|\n|-|\n\n"),
    "empty lines": _times("\n"),
    "tabs": _times("\t"),
    "spaces": lambda size: "a" + " " * (size - 2) + "b",
    "code": _times("    a\n\n"),
    "one word": _times("a"),
    "combining": _times("\u0301"),
    "notes": lambda size: "".join(f"[^{n}]: a[^{n + 1}]\n" for n in range(size // 20)) + "\na[^0]",
    "marks": lambda size: "[^a]: b\n\n" + "[^a]" * (size // 4 - 3),
    "notes in notes": lambda size: "[^a]: " * (size // 6),
    "formulas": _times("$x$ "),
    "open formulas": _times("$x"),
    "deep formula": lambda size: "$" + "\\sqrt{" * (size // 7) + "}" * (size // 7) + "$",
    "dollars": _times("$"),
    "braces": lambda size: "#### a {" + "#a " * (size // 3 - 4),
    "broken entities": _times("&#"),
    "references": lambda size: "".join(f"[{n}]: /a\n[{n}]\n\n" for n in range(size // 24)),
}


PHASE_A = "## A Forarbeid {phase=A}\n\n"
STEP = "### Les {#a1}\n\n"
BORROWED = "::: include {resource=et-spor/case#lent}\n:::\n"


def _module(words: str) -> dict[str, str]:
    return {"track.nb.md": TRACK_FILE, MODULE: f"{MODULE_HEAD}{PHASE_A}{words}\n{PHASES_B_D}"}


# Where a hostile text may stand -> the files, and those of their lines that may be told.
PLACES: dict[str, Callable[[str], tuple[dict[str, str], set[tuple[str, int]]]]] = {
    "text": lambda text: (_module(STEP + text), {(MODULE, 7)}),
    "quiz": lambda text: (_module(f"{STEP}::: quiz {{#q1}}\n{text}\n:::\n"), {(MODULE, 7)}),
    "leader": lambda text: (
        _module(f"{STEP}Les.\n\n::: leder\n{text}\n:::\n"),
        {(MODULE, 5), (MODULE, 7)},
    ),
    "phase's leader": lambda text: (
        _module(f"::: leder\n{text}\n:::\n\n{STEP}Les.\n"),
        {(MODULE, 5), (MODULE, 7), (MODULE, 1)},  # line 1: the file as a whole
    ),
    "intro": lambda text: (
        {**_module(f"{STEP}Les.\n"), "track.nb.md": TRACK_FILE + text},
        {("track.nb.md", 1), ("track.nb.md", TRACK_FILE.count("\n") + 1)},
    ),
    "borrowed": lambda text: (
        _module(f"### Lån ut {{#lent .resource}}\n\n{text}\n\n{STEP}{BORROWED}"),
        {(MODULE, 7)},
    ),
}


def _cases() -> Iterator[tuple[str, str]]:
    """In the long run each text in each place; else each as text, and in one of the others."""
    others = [place for place in PLACES if place != "text"]
    for number, name in enumerate(sorted(GENERATORS)):
        yield "text", name
        yield from (
            (place, name)
            for turn, place in enumerate(others)
            if IS_LONG or turn == number % len(others)
        )


@pytest.mark.parametrize(("place", "name"), list(_cases()))
def test_within_the_budget(name: str, place: str, tmp_path: Path) -> None:
    files, may_be_told = PLACES[place](GENERATORS[name](SIZE))
    write(tmp_path / "et-spor", files)
    (tmp_path / "library.yaml").write_text(LIBRARY)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    loaded = load_library(tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {p.location for p in loaded.problems if p.code == "too-complex"}
    assert took < BUDGET + PROCESS or told
    assert told <= {Location(f"et-spor/{path}", line) for path, line in may_be_told}


# In a program of its own: what the tests' own process holds, and what else it has started, would
# count, too.
MEASURED = """
import json, resource, sys
from pathlib import Path
from content.workers.loading import load_library
peaks = {}
for root in sorted(Path(sys.argv[1]).iterdir()):
    load_library(root)
    peaks[root.name] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps(peaks))
"""


def measured(folder: Path) -> dict[str, int]:
    """Name of a library -> the most KB that any reading process had held so far."""
    asked = [sys.executable, "-c", MEASURED, str(folder)]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=600)
    peaks: dict[str, int] = json.loads(told.stdout)
    return peaks


def written(root: Path, body: str) -> None:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#a1}}\n\n{body}\n{PHASES_B_D}"
    write(root / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    (root / "library.yaml").write_text(LIBRARY)


def test_within_the_memory(tmp_path: Path) -> None:
    """Check 24: reading any of them takes at most 256 MB, all of the process counted."""
    for name, generator in GENERATORS.items():
        written(tmp_path / name.replace(" ", "-"), generator(SIZE))
        if not IS_LONG:
            continue
        quiz = f"::: quiz {{#q1}}\n{generator(SIZE)}\n:::\n"
        written(tmp_path / f"{name.replace(' ', '-')}-quiz", quiz)

    peaks = measured(tmp_path)

    assert len(peaks) == (2 if IS_LONG else 1) * len(GENERATORS)
    assert {name: peak for name, peak in peaks.items() if peak > MOST_MEMORY_KB} == {}


def test_a_table_too_large_is_told_and_its_text_kept(tmp_path: Path) -> None:
    table = GENERATORS["table"](16 * 1024)
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#a1}}\n\n{table}\n{PHASES_B_D}"
    write(tmp_path / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    loaded = load_track(tmp_path / "et-spor")
    assert {problem.code for problem in loaded.problems} == {"table-size"}
