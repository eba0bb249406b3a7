"""Text made to be slow to read: the whole check of a step stays within its budget of two seconds.

The long run, at the 64 KB a step may have:

    TRACKS_PATHOLOGICAL_KB=64 pytest tests/content/test_pathological.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from content.loader import load_track
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write

SIZE = int(os.environ.get("TRACKS_PATHOLOGICAL_KB", "16")) * 1024
BUDGET = 2.0  # seconds of computing


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
    "references": lambda size: "".join(f"[{n}]: /a\n[{n}]\n\n" for n in range(size // 24)),
}


@pytest.mark.parametrize("name", sorted(GENERATORS))
@pytest.mark.parametrize("around", ["{}", "::: quiz {{#q1}}\n{}\n:::\n"], ids=["text", "quiz"])
def test_within_the_budget(name: str, around: str, tmp_path: Path) -> None:
    body = around.format(GENERATORS[name](SIZE))
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#a1}}\n\n{body}\n{PHASES_B_D}"
    write(tmp_path / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    begun = time.process_time()
    load_track(tmp_path / "et-spor")
    assert time.process_time() - begun < BUDGET


def test_a_table_too_large_is_told_and_its_text_kept(tmp_path: Path) -> None:
    table = GENERATORS["table"](16 * 1024)
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#a1}}\n\n{table}\n{PHASES_B_D}"
    write(tmp_path / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    loaded = load_track(tmp_path / "et-spor")
    assert {problem.code for problem in loaded.problems} == {"table-size"}
