"""What an author can be told is told in a test, and explained in the manual."""

from __future__ import annotations

import re
from pathlib import Path

_TOLD = re.compile(
    r'(?:error|warning|_refuse|Problem)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)+|formula)"',
)


def _codes() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in Path("content").rglob("*.py"))
    return {code for text in texts for code in _TOLD.findall(text)}


def _without(codes: set[str], text: str) -> list[str]:
    return sorted(code for code in codes if not re.search(rf"(?<![\w-]){code}(?![\w-])", text))


def test_every_code_has_a_test() -> None:
    files = [path for path in Path("tests").rglob("*") if path.suffix in (".py", ".md")]
    assert len(_codes()) > 120
    assert _without(_codes(), "\n".join(p.read_text(encoding="utf-8") for p in files)) == []


def test_every_code_is_explained() -> None:
    manual = Path("docs/authors/problems.md").read_text(encoding="utf-8")
    assert _without(_codes(), manual) == []
