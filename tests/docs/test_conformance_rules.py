"""The tables of rules: every rule once, and every file and test that they name is there."""

import ast
from functools import cache

import pytest

from lti.errors import REASONS
from tests.docs.pages import ROOT, code_words, read, rows

PAGE = "conformance-rules.md"
RULES = {"L": 14, "T": 40, "D": 11, "S": 16, "J": 11, "R": 9, "P": 6}
CHECKS = [*range(1, 13), 16]


@cache
def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _tests() -> list[str]:
    return [
        word
        for heading, column in ((("Rule",), 3), (("Check",), 1), (("Asked",), 1))
        for row in rows(read(PAGE), *heading)
        for word in code_words(row[column])
    ]


@pytest.mark.parametrize("letter", RULES)
def test_every_rule_stands_there_once(letter: str) -> None:
    said = [row[0] for row in rows(read(PAGE), "Rule") if row[0].startswith(letter)]

    assert said == [f"{letter}{number}" for number in range(1, RULES[letter] + 1)]


def test_every_check_stands_there_once() -> None:
    assert [row[0] for row in rows(read(PAGE), "Check")] == [str(number) for number in CHECKS]


def test_every_test_that_is_named_is_there() -> None:
    found = [(word, *word.split("::")) for word in _tests()]

    lost = [word for word, path, name in found if name not in _functions(path)]

    assert lost == []
    assert len(found) > 150


def test_every_file_that_is_named_is_there() -> None:
    said = [row[2] for row in rows(read(PAGE), "Rule")]

    assert [path for each in said for path in code_words(each) if not (ROOT / path).exists()] == []


def test_a_rule_without_a_test_says_why() -> None:
    bare = [row for row in rows(read(PAGE), "Rule") if not code_words(row[3])]

    assert [row[0] for row in bare if "*Otherwise*" not in row[1]] == []
    assert not [row[0] for row in rows(read(PAGE), "Check", "Shown by") if not row[2]]


def test_every_rule_that_refuses_a_launch_stands_there() -> None:
    said = {row[0] for row in rows(read(PAGE), "Rule")}

    assert {reason.rule for reason in REASONS.values()} <= said
