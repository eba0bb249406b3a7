"""What is different between two states of a text that somebody has read: by words, in the lines
where anything is different."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from itertools import chain
from typing import Final, Literal

from msgspec import Struct

from content.merging import Patience, matching
from content.rendered import RenderedStep

Sign = Literal["same", "gone", "new"]

# What begins a line of its own where the text is read.
_LINE: Final = re.compile(
    r"</?(?:p|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|pre|div|section|dt|dd|figure|figcaption"
    r"|summary|details)\b[^>]*>|<br\b[^>]*>|<hr\b[^>]*>"
)
_IMAGE: Final = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>')
_TAG: Final = re.compile(r"<[^>]*>")  # of HTML that is cleaned: no ">" within a tag
_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS: Final = 4_000  # of a line that is compared word by word; a longer one is all new
_MOST_OF_A_PAGE: Final = 4_000_000  # compared, as Patience counts
_LEAST_COMMON: Final = 0.34  # of the words of the shorter line; else they are two lines


class Piece(Struct, frozen=True):
    sign: Sign
    text: str


Line = tuple[Piece, ...]


def lines_of(html: str) -> list[str]:
    """The words of cleaned HTML as they are read, an image as its alternative text."""
    text = _TAG.sub("", _LINE.sub("\n", _IMAGE.sub(r" \1 ", html)))
    return [words for line in text.split("\n") if (words := " ".join(unescape(line).split()))]


def read_lines(step: RenderedStep) -> list[str]:
    """What a teacher has before her at a step: no leader's script, and nothing of the answers."""
    lines = [step.title, *lines_of(step.html), *lines_of(step.event_html)]
    lines += lines_of(step.prompt_html)
    question = step.question
    if question is not None:
        lines += lines_of(question.prompt_html)
        parts = [option.html for option in question.options]
        # in the right order they would tell the answer
        parts += sorted([*question.items, *(pair.left_html for pair in question.pairs)])
        lines += chain.from_iterable(map(lines_of, parts))
    for item in step.items:
        lines += lines_of(item)
    if step.video is not None:
        lines.append(step.video.url.rsplit("/", 1)[-1])
    return lines


def of_a_page() -> Patience:
    """For all that a page shows."""
    return Patience(_MOST_OF_A_PAGE)


def compared(
    before: Sequence[str], after: Sequence[str], patience: Patience | None = None
) -> tuple[Line, ...]:
    """The lines that are not the same in both, in their order; () when all are.

    When `patience` ends, a line in place of another is all new.
    """
    patience = patience or of_a_page()
    found: list[Line] = []
    i = j = 0
    for a, b, size in [*matching(before, after, patience), (len(before), len(after), 0)]:
        found += _replaced(before[i:a], after[j:b], patience)
        i, j = a + size, b + size
    return tuple(found)


def _replaced(gone: Sequence[str], new: Sequence[str], patience: Patience) -> list[Line]:
    """Lines in place of lines: pair by pair word by word, as far as they go together."""
    found: list[Line] = []
    for number in range(max(len(gone), len(new))):
        if number >= len(gone):
            found.append((Piece("new", new[number]),))
        elif number >= len(new):
            found.append((Piece("gone", gone[number]),))
        else:
            found.append(_by_word(gone[number], new[number], patience))
    return found


def _by_word(before: str, after: str, patience: Patience) -> Line:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        return (Piece("gone", before), Piece("new", after))
    pieces: list[Piece] = []
    i = j = 0
    for a, b, size in [*matching(old, new, patience), (len(old), len(new), 0)]:
        gone, added, same = old[i:a], new[j:b], new[b : b + size]
        # a blank between two changes is no common ground
        if same and not "".join(same).strip() and b + size < len(new) and a + size < len(old):
            continue
        pieces += [Piece("gone", "".join(gone))] if gone else []
        pieces += [Piece("new", "".join(added))] if added else []
        pieces += [Piece("same", "".join(same))] if same else []
        i, j = a + size, b + size
    kept = sum(_words(piece.text) for piece in pieces if piece.sign == "same")
    if kept < _LEAST_COMMON * min(_words(before), _words(after)):
        return (Piece("gone", before), Piece("new", after))
    return tuple(pieces)


def _words(text: str) -> int:
    return sum(any(c.isalnum() for c in word) for word in text.split())
