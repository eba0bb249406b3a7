from __future__ import annotations

from pathlib import Path

from content.markdown import Document, inline_pieces, markdown
from content.problems import ProblemList
from content.said import say

_HINT = "Write it in Markdown; to show the signs themselves put them between `backticks`."


def check(document: Document, folder: Path, found: ProblemList) -> None:
    """A second reading that knows HTML tells tags from signs in code and from 2 < 3."""
    text = "\n".join(document.lines)
    if "<" not in text:
        return
    for token in markdown(html=True).parse(text):
        if token.type == "html_block":
            line = (token.map[0] if token.map else 0) + 1
            found.error(
                "raw-html",
                line,
                say("raw HTML: {content!r}", content=token.content.strip()[:60]),
                _HINT,
            )
        for line, piece in inline_pieces(token):
            if piece.type == "html_inline":
                found.error(
                    "raw-html",
                    line,
                    say("raw HTML: {content!r}", content=piece.content[:60]),
                    _HINT,
                )
