"""Words beside the steps have the limits and the budget that steps have (ADR 0025)."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.checks.size import STEP_LARGEST
from content.problems import MOST_TOLD
from content.workers.loading import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASE_A, PHASES_B_D, TRACK_FILE, write
from tests.content.test_includes import LIBRARY
from tests.content.workers.test_budget import SLOW

TRACK = "et-spor/track.nb.md"
AT = f"et-spor/{MODULE}"
WORDS = "xord" * (STEP_LARGEST // 4 + 10)
STEP = "\n### Les {#a1}\n\nLes.\n"


def told(root: Path, *, about: str = "", steps: str = STEP, **how: float) -> list[str]:
    write(root, {"library.yaml": LIBRARY, TRACK: f"{TRACK_FILE}\n{about}\n"})
    write(root, {AT: MODULE_HEAD + PHASE_A + steps + PHASES_B_D})
    return [
        f"{p.location.path}:{p.location.line} {p.code}" for p in load_library(root, **how).problems
    ]


def leader(words: str) -> str:
    return f"\n::: leder\n{words}\n:::\n"


def test_the_words_about_a_track(tmp_path: Path) -> None:
    assert told(tmp_path / "a", about=WORDS[:STEP_LARGEST]) == []
    assert told(tmp_path / "b", about=f"{WORDS[:STEP_LARGEST]}o") == [f"{TRACK}:1 text-size"]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (leader(WORDS) + STEP, "5 text-size"),  # of the phase
        (leader(WORDS[:40_000]) + leader(WORDS[:40_000]) + STEP, "5 text-size"),
        (STEP + leader(WORDS), "7 step-size"),
        (STEP + leader(WORDS[:40_000]) + leader(WORDS[:40_000]), "7 step-size"),
        ("\n::: refleksjon {#r1}\nHva?\n:::\n" + leader(WORDS), "7 step-size"),
        (f"\n:::: refleksjon {{#r1}}\nHva?\n{leader(WORDS)}\n::::\n", "7 step-size"),
        (f"\n#### Tenk\n{leader(WORDS)}\n::: refleksjon {{#r1}}\nHva?\n:::\n", ""),
    ],
)
def test_the_leaders_words(tmp_path: Path, steps: str, problem: str) -> None:
    at_size = [each for each in told(tmp_path, steps=steps) if each.endswith("-size")]
    if problem:
        assert at_size == [f"{AT}:{problem}"]
    else:
        assert [each.split()[1] for each in at_size] == ["step-size"]


def test_leaders_words_that_are_not_too_long(tmp_path: Path) -> None:
    steps = leader(WORDS[:60_000]) + STEP + leader(WORDS[:60_000])
    assert told(tmp_path, steps=steps) == []


def test_what_takes_too_long_to_read(tmp_path: Path) -> None:
    about = f"Kort.\n\n## Mer\n\n{SLOW}"
    line = (TRACK_FILE + "\nKort.\n\n").count("\n") + 1
    assert told(tmp_path / "a", about=about, seconds=0.6) == [f"{TRACK}:{line} too-complex"]
    assert [
        each.split()[1] for each in told(tmp_path / "b", steps=leader(SLOW) + STEP, seconds=0.6)
    ] == ["too-complex"]


def test_what_grows_to_more_than_1_mb(tmp_path: Path) -> None:
    links = "[a] " * 1_000 + f"\n\n[a]: https://example.org/{'x' * 2_000}\n"
    assert told(tmp_path / "a", about=links) == [f"{TRACK}:1 step-html-size"]
    steps = leader(links) + STEP
    assert told(tmp_path / "b", steps=steps) == [f"{AT}:1 step-html-size"]


def test_of_a_file_with_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    """Errors before warnings, wherever they stand: what stands in the way is never left out."""
    linked = "\n\n".join(
        ["Se [https://example.org/a](https://example.org)."] * 150
    )  # a warning each
    closings = "\n\n".join([":::"] * 150)

    some = told(tmp_path / "a", steps=f"\n### Les {{#a1}}\n\n{linked}\n")
    assert len(some) == 150

    many = told(tmp_path / "b", steps=f"\n### Les {{#a1}}\n\n{linked}\n\n{closings}\n")
    assert many[0] == f"{AT}:1 problems-many"
    assert len(many) == 1 + MOST_TOLD
    assert sum(each.endswith(" block-end-alone") for each in many) == 150
