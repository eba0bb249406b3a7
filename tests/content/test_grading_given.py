from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.blocks import BLOCKS
from content.blocks.quiz import draw, read
from content.grading import fields_of, grade_given, shuffled
from content.markdown import read_document
from content.model import Gap, Question, StepKind
from content.problems import ProblemList
from content.rendered import RenderedStep

ANSWERS = {
    "text": "= Oslo\n= Oslo by",
    "number": "= 1,5 +- 0,1",
    "gap": "Her er [[Oslo]] og [[ svensk | (norsk) ]].",
    "match": "- Norge -> Oslo\n- Sverige -> Stockholm\n- Danmark -> København",
    "order": "1. Spør\n2. Mål\n3. Forklar",
    "open": "___",
}
RIGHT = {
    "text": ["oslo"],
    "number": ["1.5"],
    "gap": ["Oslo", "norsk"],
    "match": ["0", "1", "2"],
    "order": ["1", "2", "3"],
    "open": ["Noe"],
}


def _question(answers: str) -> Question:
    found = ProblemList("x.md")
    document = read_document("x.md", f"::: quiz {{#q points=2}}\nHva?\n\n{answers}\n:::\n")
    question = read(document, document.elements[0], found).question
    assert found.found == []
    assert question is not None
    return question


@pytest.mark.parametrize("form", sorted(ANSWERS))
def test_form_and_right_answer(form: str) -> None:
    question = _question(ANSWERS[form])
    assert question.form == form
    assert grade_given(question, RIGHT[form]).points == 2.0
    assert not grade_given(question, [" "] * len(RIGHT[form])).is_right
    assert not grade_given(question, []).is_right


@pytest.mark.parametrize(
    ("answers", "text", "is_right"),
    [
        ("= Oslo", "  OSLO. ", True),
        ("= Oslo", "Bergen", False),
        ("= 1,4142 +- 0,0001", "1.4143", True),
        ("= 1,4142 +- 0,0001", "1,4144", False),
        ("= 0,3", "0,3", True),
        ("= 200 ± 5 %", "210", True),
        ("= 200 ± 5 %", "211", False),
        ("= 25 %", "25", True),
        ("= 25 %", "25%", True),
        ("= 25", "25 %", False),
        ("= -3", "\u22123", True),
        ("= 1000", "1 000", True),
        ("= 7", "seven", False),
        ("= 7", "nan", False),
    ],
)
def test_written(answers: str, text: str, is_right: bool) -> None:
    assert grade_given(_question(answers), [text]).is_right is is_right


@pytest.mark.parametrize("form", sorted(ANSWERS))
@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=12), max_size=5))
def test_any_answer_is_graded(form: str, texts: list[str]) -> None:
    question = _question(ANSWERS[form])
    result = grade_given(question, texts)
    assert result.points == (2.0 if result.is_right else 0.0)


@pytest.mark.parametrize("form", sorted(ANSWERS))
def test_what_is_stored_grades_the_same(form: str) -> None:
    question = draw(_question(ANSWERS[form]), lambda text: text)
    step = RenderedStep("", StepKind.QUIZ, "", "", "", question, None)
    again = RenderedStep.from_json(step.as_json()).question
    assert again == question
    assert grade_given(question, RIGHT[form]).is_right
    assert fields_of(question) == len(RIGHT[form])


@given(st.integers(2, 12), st.text(max_size=8))
def test_never_shown_in_the_right_order(count: int, seed: str) -> None:
    order = shuffled(count, seed)
    assert sorted(order) == list(range(count)) != list(order)
    assert order == shuffled(count, seed)


@pytest.mark.parametrize(
    ("written", "is_right"), [("Oslo", True), ("kristiania.", True), ("Bergen", False), ("", False)]
)
def test_a_gap_with_several_right_words(written: str, is_right: bool) -> None:
    text = "::: quiz {#q}\nDen het [[ (Oslo) | (Kristiania) ]].\n:::"
    document, found = read_document("x.md", text), ProblemList("x.md")
    question = BLOCKS["quiz"].read(document, document.elements[0], found).question
    assert question is not None
    assert (found.found, question.gaps) == ([], (Gap(("Oslo", "Kristiania")),))
    assert grade_given(question, [written]).is_right is is_right
