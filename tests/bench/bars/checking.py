"""The check of a library of 100 tracks with 3,000 steps, and what each check has of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from content import checks, loader
from content.workers.loading import load_library
from tests.bench.bench import Bench
from tests.bench.library import _QUIZ, _REST, _reading, _write_track
from tests.bench.result import Figure, Limit, Result

TRACKS = 100
READINGS = 25  # and five steps of other kinds
# of reading and drawing once, which the check cannot do without
OVER = Limit(floor=4, goal=2.5, at_most=True)


def measure(bench: Bench) -> list[Result]:
    root = bench.folder / "hundred"
    steps = write_tracks(root)
    began = time.perf_counter()
    loaded = load_library(root)
    guarded = time.perf_counter() - began
    assert loaded.value is not None, loaded.problems
    shares, whole = _shares(root)
    needed = shares["reading"] + shares["drawing"]
    named = ", ".join(f"{name} {100 * s / whole:.0f} %" for name, s in shares.most_common(12))
    return [
        Figure(
            name=f"check of {TRACKS} tracks, {steps} steps",
            value=whole / needed,
            unit="x",
            limit=OVER,
            how=f"CPU beside reading and drawing alone: {whole:.1f} s, "
            f"{1000 * whole / steps:.1f} ms a step; in a process of its own "
            f"{guarded:.1f} s by the clock. Shares: {named}",
        )
    ]


def write_tracks(root: Path) -> int:
    """How many steps they have."""
    root.mkdir(parents=True)
    (root / "library.yaml").write_text(
        "id: bench\nname: Made for measuring\ncontact: bench@example.org\n"
        "licence: CC BY 4.0\nlanguages: [nb]\n",
        encoding="utf-8",
    )
    head = (
        "---\ntitle: Økt\ndevices: [pc]\nminutes: {A: 60, B: 45, C: 60, D: 30}\n---\n\n"
        "## A Forarbeid {phase=A minutes=60}\n\n"
    )
    readings = [_reading(number, is_resource=number % 4 == 0) for number in range(READINGS)]
    for number in range(TRACKS):
        folder = root / f"t{number}"
        _write_track(folder, f"Løype {number}")
        text = head + "\n".join([*readings, _QUIZ, _REST])
        (folder / "01-okt.nb.md").write_text(text, encoding="utf-8")
    return TRACKS * (READINGS + 5)


def _shares(root: Path) -> tuple[Counter[str], float]:
    """CPU seconds of each part, and of all together; what is inside another counts once."""
    spent: Counter[str] = Counter()
    inside: list[float] = []

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            inside.append(0.0)
            try:
                return work(*given, **named)
            finally:
                took = time.process_time() - began
                spent[name] += took - inside.pop()
                if inside:
                    inside[-1] += took

        return run

    def all_of(each: tuple[Callable[..., Any], ...]) -> tuple[Callable[..., Any], ...]:
        return tuple(timed(check.__module__.rpartition(".")[2], check) for check in each)

    with ExitStack() as patched:
        for name in ("DOCUMENT_CHECKS", "MODULE_CHECKS", "FOLDER_CHECKS"):
            patched.enter_context(patch.object(loader, name, all_of(getattr(checks, name))))
        for module, name, called in (
            (loader, "read_document", "reading"),
            (loader, "read_sections", "steps"),
            (loader, "read_front_matter", "front matter"),
            (loader.rendered_size, "render_step", "drawing"),
            (loader.duplicates, "check", "duplicates"),
            (loader.editions, "check_modules", "editions"),
            (loader.translations, "check", "translations"),
            (loader.leader_notes, "check", "leader_notes"),
        ):
            patched.enter_context(patch.object(module, name, timed(called, getattr(module, name))))
        began = time.process_time()
        loader.load_library(root)
        whole = time.process_time() - began
    return spent, whole
