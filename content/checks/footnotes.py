"""A note that nobody is led to would not be shown; a mark without its note leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it.token import Token

from content.footnotes import looks_like_reference
from content.formulas import TOKENS
from content.markdown import Document, inline_pieces
from content.problems import ProblemList
from content.said import say

_HINT = (
    "Write [^name] in the text and [^name]: what it says on a line of its own, in the same file."
)
# CommonMark reads no link around a link, and a mark is one: what was meant stays as brackets.
_MARK = "\0"  # the parser leaves none in a text
_LINK_AROUND = re.compile(rf"\[[^\[\]{_MARK}]*({_MARK})[^\[\]]*\]\(")
_LINK_HINT = "Put the mark behind the link: [text](https://...)[^name]"


def check(document: Document, folder: Path, found: ProblemList) -> None:
    used = set()
    for before, token in zip(document.tokens, document.tokens[1:], strict=False):
        is_title = before.type == "heading_open" and before.tag in ("h1", "h2", "h3")
        for line in _inside_links(token):
            found.error("footnote-in-link", line, "the mark of a note inside a link", _LINK_HINT)
        for line, piece in inline_pieces(token):
            if piece.type == "footnote_ref":
                used.add(piece.meta["label"])
            if is_title and piece.type in ("footnote_ref", *TOKENS):
                what = say("note") if piece.type == "footnote_ref" else say("formula")
                message = say("a {what} in the heading of a phase or a step", what=what)
                found.error("heading-plain", line, message, "Put it into the text below.")
            if piece.type == "text":
                for label in looks_like_reference([piece.content]):
                    message = say("there is no note [^{label}] for this mark", label=label[:40])
                    found.error("footnote-missing", line, message, _HINT)
    for element in document.walk():
        if element.type != "footnote":
            continue
        label = element.token.meta["label"].lower()
        if element.token.meta["is_doubled"]:
            message = say("the note [^{label}] is written twice", label=label[:40])
            found.error("footnote-doubled", element.line, message, "Give one another name.")
        elif element.token.meta["label"] not in used:
            message = say("no text leads to the note [^{label}]", label=label[:40])
            found.error("footnote-unused", element.line, message, _HINT)
        if not element.children:
            message = say("the note [^{label}] says nothing", label=label[:40])
            found.error("footnote-empty", element.line, message, _HINT)


def _inside_links(token: Token) -> Iterator[int]:
    """The lines of the marks, one for each link."""
    pieces = list(inline_pieces(token))
    lines = [line for line, piece in pieces if piece.type == "footnote_ref"]
    if not lines:
        return
    text = "".join(_MARK if p.type == "footnote_ref" else p.content for _, p in pieces)
    for link in _LINK_AROUND.finditer(text):
        yield lines[text.count(_MARK, 0, link.start(1))]
