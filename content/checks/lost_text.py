"""Text in = text out: whatever the parser would swallow without a word is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token

from content.markdown import DEEPEST, Document, markdown
from content.problems import ProblemList
from content.said import say

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"(?:[>\s]|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|\[[ xX]\](?=\s|$))*")
_ALERT = re.compile(r"\[![A-Za-z]+\]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HOLDERS = frozenset({"list_item", "blockquote", "alert", "block", "footnote"})
_DEEP_HINT = "Use fewer levels of lists and quotations."
_LOST_HINT = (
    "Look for a table row with more columns than its header, an address too long for a link, or "
    "a link's label defined twice."
)


def check(document: Document, folder: Path, found: ProblemList) -> None:
    too_deep: set[int] = set()
    for element in document.walk():
        is_deep = element.type in _HOLDERS and element.token.level + 1 >= DEEPEST
        if is_deep and element.first not in too_deep:
            too_deep.update(range(element.first, element.last))
            found.error("nested-too-deep", element.line, "text nested too deep", _DEEP_HINT)
    shown, silent = _shown(document), _read_otherwise(document)
    labels = _words([*document.references, *document.footnotes])
    for number, line in enumerate(document.lines):
        if number in too_deep or number in silent:
            continue
        lost = _words([_demanded(line)]) - shown.get(number, set())
        if lost - labels:
            what = ", ".join(sorted(lost)[:5])[:80]
            found.error(
                "text-lost", number + 1, say("would not be shown: {what}", what=what), _LOST_HINT
            )


def _demanded(line: str) -> str:
    """The line without the marks of lists, quotations and alerts."""
    marks = _MARKS.match(line)
    return _decoded(_ALERT.sub(" ", line[marks.end() if marks else 0 :]))


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda entity: unescape(entity[0]), text)


def _words(texts: Iterable[str]) -> set[str]:
    return {word.casefold() for text in texts for word in _WORD.findall(text)}


def _shown(document: Document) -> dict[int, set[str]]:
    """For each line, the words of what its part of the page is made of."""
    shown: dict[int, set[str]] = {}
    for element in document.walk():
        if element.type in ("inline", "fence", "code_block", "math_block"):
            seen = _words(_texts(element.token))
            for number in range(element.first, element.last):
                shown.setdefault(number, set()).update(seen)
    return shown


def _texts(token: Token) -> list[str]:
    texts = [token.info, _decoded(token.info)]
    if token.type != "inline":
        texts.append(token.content)
    pieces = token.children or []
    for piece in pieces:
        texts += [piece.content, *_texts(piece)]
        for value in piece.attrs.values():
            address = str(value)
            texts += [address, unquote(address), markdown().normalizeLinkText(address)]
    texts.append("".join(piece.content for piece in pieces))
    return texts + [_decoded(text) for text in texts if "&" in text]


def _read_otherwise(document: Document) -> set[int]:
    """Lines whose words are options of a block or the definition of a link."""
    lines: set[int] = set()
    for element in document.walk():
        if element.type == "block":
            lines.add(element.first)
            if element.token.meta["is_closed"]:
                lines.add(element.last - 1)
        elif element.type == "heading" and "attributes" in element.token.meta:
            lines.update(range(element.first, element.last))
    for reference in document.references.values():
        lines.update(range(*reference["map"]))
    return lines
