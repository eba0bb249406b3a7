from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from content.problems import Location, Problem, annotation, format_problem
from tests.content.cases import Case, all_cases, told

CASES = list(all_cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_author_is_told(case: Case, tmp_path: Path) -> None:
    loaded = case.load(tmp_path)
    assert Counter(told(loaded)) == Counter(case.expected)
    errors = [line for line in case.expected if not line.endswith(" warning")]
    assert (loaded.value is None) == bool(errors)


def test_every_problem_says_how_to_mend_it(tmp_path: Path) -> None:
    without: set[str] = set()
    for number, case in enumerate(CASES):
        for problem in case.load(tmp_path / str(number)).problems:
            if not problem.hint:
                without.add(problem.code)
    assert without <= {"option-unknown"}


def test_format_of_a_problem() -> None:
    problem = Problem("quiz-two-right", Location("a/01-b.nb.md", 7), "2 right answers", "Use [x].")
    assert format_problem(problem) == (
        "a/01-b.nb.md:7: quiz-two-right: 2 right answers\n    Use [x]."
    )
    warning = Problem("minutes-sum", Location("a/b.md", 1), "too many", level="warning")
    assert format_problem(warning) == "a/b.md:1: minutes-sum (warning): too many"


def test_annotation_of_a_problem() -> None:
    problem = Problem("link-dead", Location("a/b,c.md", 7), "::error:: 5 %\r\n::x", "Mend: it")
    assert annotation(problem, "lib") == (
        "::error file=lib/a/b%2Cc.md,line=7,title=link-dead::::error:: 5 %25%0D%0A::x%0AMend: it"
    )
    warning = Problem("minutes-sum", Location("a/b.md", 1), "too many", level="warning")
    assert annotation(warning, ".") == "::warning file=a/b.md,line=1,title=minutes-sum::too many"
