"""The notes of one piece, below it and numbered in the order they are led to. Each leads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from content.languages import word
from content.rendering.sanitizer import ID_PREFIX


@dataclass(slots=True)
class Notes:
    prefix: str  # of the ids, the piece's own
    language: str
    texts: dict[str, list[Token]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # by label
    marks: dict[str, int] = field(default_factory=dict)  # how often each is led to

    def mark(self, label: str) -> str:
        """What stands in the text."""
        number = self.numbers.setdefault(label, len(self.numbers) + 1)
        self.marks[label] = self.marks.get(label, 0) + 1
        said = escape(f"{word('footnote', self.language)} {number}")
        return (
            f'<sup><a href="#{self._id(number)}" id="{self._mark_id(number, self.marks[label])}"'
            f' role="doc-noteref" aria-label="{said}">{number}</a></sup>'
        )

    def ways_back(self, label: str) -> str:
        number = self.numbers[label]
        said = escape(f"{word('back-to-text', self.language)} ({number})")
        return "".join(
            f' <a href="#{self._mark_id(number, n)}" role="doc-backlink" aria-label="{said}">↩</a>'
            for n in range(1, self.marks[label] + 1)
        )

    def list_open(self) -> str:
        title = escape(word("footnotes", self.language))
        return f'<div class="footnotes">\n<p class="footnotes-title">{title}</p>\n<ol>\n'

    def item_open(self, label: str) -> str:
        return f'<li id="{self._id(self.numbers[label])}">'

    def _id(self, number: int) -> str:
        return f"{ID_PREFIX}{self.prefix[:40]}-note-{number}"

    def _mark_id(self, number: int, time: int) -> str:
        return f"{ID_PREFIX}{self.prefix[:40]}-mark-{number}" + (f"-{time}" if time > 1 else "")


def without_notes(tokens: Sequence[Token], notes: Notes) -> list[Token]:
    """The text alone; the notes are put aside."""
    kept: list[Token] = []
    into = [kept]
    for token in tokens:
        if token.type == "footnote_open":
            into.append([])
            if not token.meta["is_doubled"]:
                notes.texts[token.meta["label"]] = into[-1]
        elif token.type == "footnote_close":
            into.pop()
        else:
            into[-1].append(token)
    return kept
