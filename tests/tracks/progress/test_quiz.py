"""Quizzes over HTTP: graded, kept, answered again; and what a browser may send instead."""

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.progress.models import step_work

ONE = "/t/sample/maaling/enheter/en-av-tre"  # the second of three is right
SEVERAL = "/t/sample/maaling/enheter/flere"  # the first and the third of three are right
STORED = select(step_work.c.answer, step_work.c.points, step_work.c.done_at.is_not(None))


@pytest.mark.parametrize(
    ("path", "choice", "points"),
    [
        (ONE, ["1"], 2.0),
        (ONE, ["0"], 0.0),
        (SEVERAL, ["0", "2"], 2.0),
        (SEVERAL, ["2", "0", "0"], 2.0),
        (SEVERAL, ["1"], 0.0),
    ],
)
def test_an_answer_is_graded_and_kept(tool: Tool, path: str, choice: list[str], points: float):
    browser = tool.launch()

    answer = tool.post(browser, path, choice=choice, go="check", revision="0")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}#answer")
    body = {"chosen": sorted({int(c) for c in choice}), "is_right": points == 2.0}
    assert tool.rows(STORED) == [(body, points, True)]


def test_the_page_says_what_was_right_and_why(tool: Tool):
    browser = tool.launch()
    tool.post(browser, ONE, choice="0", go="check", revision="0")
    page = tool.get(browser, f"{ONE}?lang=en").text
    assert "Nei, det er en enhet for tid." in page
    assert ("is-wrong" in page, "is-right" in page) == (True, False)
    assert "Meter er grunnenheten for lengde." in page

    tool.post(browser, ONE, choice="1", go="check", revision="1")

    page = tool.get(browser, f"{ONE}?lang=en").text
    assert ("is-wrong" in page, "is-right" in page) == (False, True)
    assert "Nei, det er en enhet for tid." not in page


def test_before_an_answer_the_page_gives_nothing_away(tool: Tool):
    browser = tool.launch()

    page = tool.get(browser, f"{ONE}?lang=en").text

    assert "Meter er grunnenheten" not in page
    assert "Nei, det er" not in page
    assert "is-right" not in page
    assert "Tenk på et målebånd." in page


@pytest.mark.parametrize("choice", [[], ["0", "1"], ["7"], ["-1"], ["x"], ["1.0"], ["१"]])
def test_no_answer_or_an_impossible_one_is_asked_for_again(tool: Tool, choice: list[str]):
    browser = tool.launch()

    answer = tool.post(browser, ONE + "?lang=en", choice=choice, go="check", revision="0")

    assert (answer.status_code, "Choose an answer first." in answer.text) == (422, True)
    assert tool.count(step_work) == 0


def test_next_leads_on_without_taking_the_answer_again(tool: Tool):
    browser = tool.launch()
    tool.post(browser, ONE, choice="1", go="check", revision="0")

    answer = tool.post(browser, ONE, choice="0", go="next", revision="1")

    assert answer.headers["Location"] == SEVERAL
    assert tool.rows(STORED) == [({"chosen": [1], "is_right": True}, 2.0, True)]


def test_next_before_any_answer_marks_nothing_done(tool: Tool):
    browser = tool.launch()

    assert tool.post(browser, ONE, go="next").headers["Location"] == SEVERAL
    assert tool.count(step_work) == 0


def test_a_quiz_once_answered_stays_done_whatever_is_answered_then(tool: Tool):
    browser = tool.launch()
    tool.post(browser, ONE, choice="1", go="check", revision="0")
    first = tool.rows(select(step_work.c.done_at))

    tool.post(browser, ONE, choice="0", go="check", revision="1")

    assert tool.rows(select(step_work.c.done_at)) == first
    assert tool.rows(STORED) == [({"chosen": [0], "is_right": False}, 0.0, True)]


def test_an_answer_from_a_tab_that_was_left_open_counts_too(tool: Tool):
    """There is no text to lose: what was chosen last is what its page talks about."""
    browser = tool.launch()
    tool.post(browser, ONE, choice="1", go="check", revision="0")

    tool.post(browser, ONE, choice="0", go="check", revision="0")

    assert tool.rows(STORED) == [({"chosen": [0], "is_right": False}, 0.0, True)]
