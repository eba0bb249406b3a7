"""What written answers are read as, where two readings lie close."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.blocks import answers
from content.loader import load_track
from content.model import Number, Step
from content.rendering.html import render_step
from tests.content.cases import MODULE, MODULE_HEAD, PHASE_A, PHASES_B_D, TRACK_FILE, write


def _step(tmp_path: Path, block: str) -> Step:
    root = tmp_path / "et-spor"
    write(root, {"track.nb.md": TRACK_FILE, MODULE: MODULE_HEAD + PHASE_A + block + PHASES_B_D})
    track = load_track(root).value
    assert track is not None
    return track.modules[0].steps[0]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("50 % ± 5 %", Number(50.0, 5.0, is_percent=True)),  # points of percent
        ("50 ± 10 %", Number(50.0, 5.0)),  # a share
        ("\u22123,5", Number(-3.5)),
        ("-3.5 +- 0,5", Number(-3.5, 0.5)),
    ],
)
def test_numbers(written: str, number: Number) -> None:
    assert answers.number(written) == number


@pytest.mark.parametrize(("second", "form"), [("to", "text"), ("2,0", "number")])
def test_one_word_among_numbers_makes_them_words(tmp_path: Path, second: str, form: str) -> None:
    step = _step(tmp_path, f"\n::: quiz {{#q1}}\nHvor mange er det?\n\n= 2\n= {second}\n:::\n")
    question = step.texts["nb"].question
    assert question is not None
    assert question.form == form


def test_a_gap_is_shown_as_its_number_in_bold(tmp_path: Path) -> None:
    step = _step(tmp_path, "\n::: quiz {#q1}\nI [[Oslo]] og i [[Bergen]].\n:::\n")
    question = render_step(step, "nb", media_url=str).question
    assert question is not None
    assert question.prompt_html == ("<p>I <strong>(1)</strong> og i <strong>(2)</strong>.</p>")
