"""What a link says must be enough by itself: a screen reader reads out the links of a page as a
list (WCAG 2.4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markdown_it.token import Token

from content.markdown import Document, inline_pieces, inline_text
from content.problems import ProblemList
from content.said import say

_SAY_NOTHING: Final = frozenset(
    [
        *(
            "her",
            "trykk her",
            "klikk her",
            "se her",
            "les her",
            "les mer",
            "mer",
            "lenke",
            "lenken",
        ),
        *("les meir", "meir", "sjå her", "lenkje", "lenkja", "denne", "dette", "denne lenken"),
        *("denne lenka", "denne lenkja", "lenka", "link", "linken", "denne siden", "denne sida"),
        *("här", "klicka här", "tryck här", "se här", "läs här", "läs mer", "mer här", "länk"),
        *("länken", "den här", "det här", "den här länken", "den här sidan"),
        *("here", "click here", "click", "press here", "see here", "read here", "read more"),
        *("more", "learn more", "this", "this link", "this page", "the link"),
    ]
)
# a site's name alone says where one comes
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^/\s]+/\S+", re.IGNORECASE)
_HINT: Final = "Write what one finds there: [the plan for the school year](https://...)"


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for token in document.tokens:
        for line, words in _links(token):
            said = words.strip(" \t.,:;!?…>»→-–()«\"'").casefold()
            if not said or said in _SAY_NOTHING:
                message = say("{text!r} does not say where the link leads", text=words[:80])
                found.error("link-words", line, message, _HINT)
            elif _ADDRESS.fullmatch(words):
                message = say(
                    "a bare address is read out letter by letter: {text}", text=words[:80]
                )
                found.warning("link-address", line, message, _HINT)


def _links(token: Token) -> Iterator[tuple[int, str]]:
    """Each link's line and what a reader sees of it."""
    inside: list[Token] | None = None
    began = 0
    for line, piece in inline_pieces(token):
        if piece.type == "link_open":
            inside, began = [], line
        elif piece.type == "link_close" and inside is not None:
            yield began, inline_text(Token("inline", "", 0, children=inside))
            inside = None
        elif inside is not None:
            inside.append(piece)
