"""Markdown as the plain words in it: for titles, search and comparing."""

from __future__ import annotations

import re

from content.markdown import inline_text, markdown, normalised

_WORD = re.compile(r"\w+")


def plain_text(text: str) -> str:
    """One line a block, code included."""
    lines: list[str] = []
    for token in markdown().parse(normalised(text)):
        if token.type == "inline":
            lines.append(inline_text(token))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(line for line in lines if line)


def words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
