"""A library read in a process of its own: what takes too long is told, and the rest is read."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from content import loader
from content.model import Library
from content.workers import process
from content.workers.loading import ReadingFailed, load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.content.test_includes import LIBRARY

SLOW = ">" * 60 + "a\n" + "b\n" * 30_000  # takes minutes
AT = f"et-spor/{MODULE}"


def _write(root: Path, steps: str, **files: str) -> None:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n{steps}\n{PHASES_B_D}"
    write(root, {"library.yaml": LIBRARY})
    write(root / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module} | files)


def _told(root: Path, **how: float) -> list[tuple[str, int, str]]:
    problems = load_library(root, **how).problems
    return [(p.location.path, p.location.line, p.code) for p in problems]


def test_the_same_as_without_a_process() -> None:
    root = Path("content/library")
    assert load_library(root) == loader.load_library(root)


def test_the_same_beside_other_threads() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        loaded = load_library(Path("content/library"))
    finally:
        done.set()
        thread.join()
    assert isinstance(loaded.value, Library)


def test_what_takes_too_long_is_told_on_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    steps = f"### Les {{#a1}}\n\nLes.\n\n### Langsom {{#a2}}\n\n{SLOW}\n### Feil {{#a3}}\n\n![](x)"
    _write(tmp_path, steps)
    module = (tmp_path / AT).read_text().split("\n")
    assert _told(tmp_path, seconds=1.0) == [
        (AT, module.index("### Langsom {#a2}") + 1, "too-complex"),
        (AT, module.index("![](x)") + 1, "image-place"),
        (AT, module.index("![](x)") + 1, "image-text"),
    ]


def test_two_slow_steps_are_both_told(tmp_path: Path) -> None:
    _write(tmp_path, f"### En {{#a1}}\n\n{SLOW}\n### To {{#a2}}\n\n{SLOW}")
    assert [code for _, _, code in _told(tmp_path, seconds=0.6)] == ["too-complex"] * 2


def test_other_tracks_are_read(tmp_path: Path) -> None:
    _write(tmp_path, f"### En {{#a1}}\n\n{SLOW}")
    write(tmp_path / "b", {"track.nb.md": TRACK_FILE})
    assert _told(tmp_path, seconds=0.6) == [("b", 1, "track-empty"), (AT, 7, "too-complex")]


def test_a_file_that_is_slow_all_over_is_told_once(tmp_path: Path) -> None:
    """Each part alone is quick enough."""
    _write(tmp_path, "### Les {#a1}\n\n" + "*ord* " * 8000)
    whole = load_library(tmp_path, seconds=0.02)
    assert {p.code for p in whole.problems} == {"too-complex"}
    assert whole.value is None


def test_time_to_draw_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _slow(monkeypatch, lambda: _burn())
    _write(tmp_path, "### Les {#a1}\n\nLes.\n\n### Mer {#a2}\n\nLes.")
    told = _told(tmp_path, seconds=0.4)
    assert told[0][2] == "too-complex"
    assert load_library(tmp_path, seconds=0.4).value is None


def test_too_much_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MEMORY", 64 * 1024 * 1024)
    _slow(monkeypatch, lambda: bytearray(1 << 30))
    _write(tmp_path, "### Les {#a1}\n\nLes.")
    assert {code for _, _, code in _told(tmp_path)} == {"too-complex"}


def test_a_process_that_waits_for_nothing_is_ended_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slow(monkeypatch, lambda: threading.Event().wait())
    _write(tmp_path, "### Les {#a1}\n\nLes.")
    assert {code for _, _, code in _told(tmp_path, seconds=0.04)} == {"too-complex"}


def test_a_mistake_of_ours_is_no_problem_of_the_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slow(monkeypatch, lambda: {}["x"])
    _write(tmp_path, "### Les {#a1}\n\nLes.")
    with pytest.raises(ReadingFailed, match="KeyError"):
        load_library(tmp_path)


def test_a_process_that_ends_before_it_began_is_our_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(monkeypatch)
    _write(tmp_path, "### Les {#a1}\n\nLes.")
    with pytest.raises(ReadingFailed, match="ended before it began"):
        load_library(tmp_path)


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the other process meets a mistake of ours in every track."""

    def wrong(*_: object, **__: object) -> None:
        raise KeyError("no such luck")

    monkeypatch.setattr(loader, "load_track", wrong)
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def ending(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the other process ends before it has said a word."""
    monkeypatch.setattr("content.workers.loading.run", lambda *_: os._exit(9))
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def _slow(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """In the other process, which is a fork of this one."""
    real = loader.rendered_size.render_step

    def draw(step: object, *args: object, **more: object) -> object:
        act()
        return real(step, *args, **more)

    monkeypatch.setattr(loader.rendered_size, "render_step", draw)
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def _burn() -> None:
    while True:
        pass


def test_texts_that_borrow_each_other_many_times(tmp_path: Path) -> None:
    """Five files of a few KB would be thousands of MB."""

    def borrow(name: str) -> str:
        return f"::: lån {{resource=et-spor/case#{name}}}\n:::\n\n" * 60

    steps = [f"### T {{#a{n} .resource}}\n\n{borrow(f'a{n + 1}')}" for n in range(5)]
    _write(tmp_path, "\n".join([*steps, "### S {#a5 .resource}\n\n" + "Ord. " * 100]))
    codes = [code for _, _, code in _told(tmp_path)]
    assert codes == ["include-size"] * 4


def test_a_chain_of_borrowing_too_long_to_follow(tmp_path: Path) -> None:
    steps = [
        f"### T {{#a{n} .resource}}\n\n::: lån {{resource=et-spor/case#a{n + 1}}}\n:::\n"
        for n in range(8)
    ]
    _write(tmp_path, "\n".join([*steps, "### S {#a8 .resource}\n\nOrd."]))
    codes = [code for _, _, code in _told(tmp_path)]
    assert codes == ["include-deep"] * 3


def test_more_steps_than_anybody_walks_through(tmp_path: Path) -> None:
    _write(tmp_path, "\n".join(f"### T {{#s{n}}}\n\nOrd.\n" for n in range(501)))
    path, line, code = _told(tmp_path)[0]
    lines = (tmp_path / AT).read_text().split("\n")
    assert (path, lines[line - 1], code) == (AT, "### T {#s500}", "steps-many")
    draft = load_library(tmp_path).draft
    assert draft is not None
    (module,) = draft.tracks[0].modules
    assert [step.id for step in module.steps] == [f"s{n}" for n in range(500)]
