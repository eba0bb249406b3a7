"""Parts of a document as Markdown of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.common.utils import normalizeReference

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
    """With the definitions `[label]: address` it uses, which may stand anywhere in the file."""
    if not document.references or "[" not in text:
        return text
    flat = normalizeReference(text)
    added: list[str] = []
    for label in dict.fromkeys(_LABEL.findall(flat)):
        reference = document.references.get(label)
        if reference is not None and f"[{label}]:" not in flat:
            first, last = reference["map"]
            added += [line.strip(" \t>") for line in document.lines[first:last]]
    return "\n".join([text, "", *added]) if added else text
