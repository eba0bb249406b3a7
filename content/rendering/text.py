"""Markdown as the plain words in it, for search and summaries."""

from __future__ import annotations

from content.markdown import inline_text, markdown, normalised


def plain_text(text: str) -> str:
    """One line a block, code included."""
    lines: list[str] = []
    for token in markdown().parse(normalised(text)):
        if token.type == "inline":
            lines.append(inline_text(token))
        elif token.type in ("fence", "code_block", "math_block"):
            lines.append(token.content.strip("\n"))
    return "\n".join(line for line in lines if line)
