"""Parts of a document as Markdown of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.common.utils import normalizeReference

from content import footnotes
from content.markdown import Document, Element

_QUOTE_MARK = re.compile(r"[ \t]{0,3}>[ \t]?")
_LABEL = re.compile(r"\[([^\[\]]{1,999})\]")


def source_of(document: Document, elements: Iterable[Element], *, without: str = "") -> str:
    """The lines of these elements and of nothing that stands between them (a leader's words may),
    without the blocks of one name."""
    parts: list[str] = []
    end = None
    for element in elements:
        if without and element.block_name == without:
            continue
        if end is not None and element.first > end:
            parts.append("")
        end = element.last
        parts += document.lines[element.first : element.last]
    return with_references(document, trimmed("\n".join(parts)))


def trimmed(text: str) -> str:
    """Without empty lines around it; the first line keeps its indentation."""
    return re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()


def without_quote_marks(lines: Iterable[str]) -> str:
    return trimmed("\n".join(_QUOTE_MARK.sub("", line, count=1) for line in lines))


def dedented(line: str, columns: int) -> str:
    """Without up to so many columns of leading white space; a tab reaches the next fourth."""
    column = 0
    for position, character in enumerate(line):
        if column >= columns or character not in " \t":
            return " " * (column - columns) + line[position:]
        column += 1 if character == " " else 4 - column % 4
    return " " * max(0, column - columns)


def with_references(document: Document, text: str) -> str:
    """With the definitions `[label]: address` and `[^label]: note` it uses, which may stand
    anywhere in the file."""
    if not (document.references or document.footnotes) or "[" not in text:
        return text
    notes = _notes(document, text)
    flat = normalizeReference("\n".join([text, *notes]))
    added: list[str] = []
    for label in dict.fromkeys(_LABEL.findall(flat)):
        reference = document.references.get(label)
        if reference is not None and f"[{label}]:" not in flat:
            first, last = reference["map"]
            added += [line.strip(" \t>") for line in document.lines[first:last]]
    return "\n".join([text, "", *notes, *added]) if notes or added else text


def _notes(document: Document, text: str) -> list[str]:
    """Notes may have marks that lead to notes."""
    lines: list[str] = []
    there, waiting = footnotes.defined_in(text), footnotes.labels_in(text)
    while waiting:
        label = waiting.pop(0)
        token = document.footnotes.get(label)
        if token is None or token.map is None or label in there:
            continue
        there.add(label)
        first, last = token.map
        margin = document.lines[first].index("[")
        own = [line[margin:] for line in document.lines[first:last]]
        lines += [*trimmed("\n".join(own)).split("\n"), ""]
        waiting += footnotes.labels_in("\n".join(own))
    return lines
