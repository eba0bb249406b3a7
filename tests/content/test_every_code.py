"""What an author can be told is told in a test, and explained in the manual."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.content.cases import all_cases

_TOLD = re.compile(
    r'(?:error|warning|_refuse|Problem)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)+|formula)"',
)


def _codes() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in Path("content").rglob("*.py"))
    return {code for text in texts for code in _TOLD.findall(text)}


def _without(codes: set[str], text: str) -> list[str]:
    return sorted(code for code in codes if not re.search(rf"(?<![\w-]){code}(?![\w-])", text))


def _asserted(source: str) -> set[str]:
    """Words of the texts that a test compares with: in asserts, in the cases of a parametrized
    test, and in the tables of a module. Comments and what a document says are none."""
    tree = ast.parse(source)
    parts: list[ast.expr] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            parts.append(node.test)
        elif isinstance(node, ast.FunctionDef):
            parts += node.decorator_list
    texts = (each for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant))
    return {word for each in texts if isinstance(each.value, str) for word in each.value.split()}


def _tested() -> str:
    words = {line.split()[1] for case in all_cases() for line in case.expected}
    for path in Path("tests").rglob("test_*.py"):
        words |= _asserted(path.read_text(encoding="utf-8"))
    return " ".join(words)


def test_every_code_has_a_test() -> None:
    assert len(_codes()) > 120
    assert _without(_codes(), _tested()) == []


def test_to_be_mentioned_is_not_to_be_tested() -> None:
    source = (
        '# one-code\ndef test_it():\n    text = "two-codes"\n    assert text == "1 three-codes"'
    )
    assert _without({"one-code", "two-codes", "three-codes"}, " ".join(_asserted(source))) == [
        "one-code",
        "two-codes",
    ]


def test_every_code_is_explained() -> None:
    manual = Path("docs/authors/problems.md").read_text(encoding="utf-8")
    assert _without(_codes(), manual) == []
