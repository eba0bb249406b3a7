"""CommonMark's own examples: every word that should be on the page is there, or a problem says so.

The specification comes from npm with `make test`; it is not in this repository."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from content.checks import DOCUMENT_CHECKS
from content.markdown import read_document
from content.problems import ProblemList
from content.rendering.html import render_markdown

SPEC = Path(".cache/web/node_modules/commonmark-spec/spec.txt").resolve()
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)
TOLD = {"text-lost", "nested-too-deep", "raw-html"}
WORD = re.compile(r"[^\W_]+")


def examples() -> list[tuple[str, str]]:
    if not SPEC.is_file():
        return []
    text = SPEC.read_text(encoding="utf-8").replace("→", "\t")
    return [(match[1], match[2]) for match in EXAMPLE.finditer(text)]


EXAMPLES = examples()


def words(html: str) -> Counter[str]:
    """What a reader sees: text, and the text that stands for an image."""
    seen = re.sub(r'<img[^>]*?\balt="([^"]*)"[^>]*>', r" \1 ", html)
    return Counter(WORD.findall(unescape(re.sub(r"<[^>]*>", "", seen))))


def codes(text: str) -> set[str]:
    document, found = read_document("x.md", text), ProblemList("x.md")
    for check in DOCUMENT_CHECKS:
        check(document, Path("/nowhere"), found)
    return {problem.code for problem in found.found}


def missing(text: str, html: str) -> Counter[str]:
    return words(html) - words(render_markdown(text, "nb", media_url=lambda path: f"/{path}"))


def test_all_of_them_are_there() -> None:
    if not SPEC.is_file():
        pytest.skip("NOT TESTED: CommonMark's examples come with `make test` (commonmark-spec)")
    assert len(EXAMPLES) == 652


@pytest.mark.parametrize("number", range(1, len(EXAMPLES) + 1))
def test_nothing_is_lost_without_a_word(number: int) -> None:
    text, html = EXAMPLES[number - 1]
    lost = missing(text, html)
    assert not lost or codes(text) & TOLD, f"example {number} loses {dict(lost)}"


def test_the_test_sees_what_is_lost() -> None:
    assert missing("en *to*", "<p>en to <img alt='x'> to tre</p>") == {"to": 1, "tre": 1}
    assert codes("en to") == set()
