from __future__ import annotations

from pathlib import Path

from content.formulas import TOKENS, BadFormula, tree
from content.markdown import Document, inline_pieces
from content.problems import ProblemList
from content.said import say

_HINT = "Write LaTeX: $\\frac{s}{t}$. For the sign itself write \\$."


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for token in document.tokens:
        if token.type in TOKENS:
            _check(token.content, (token.map[0] if token.map else 0) + 1, found)
        for line, piece in inline_pieces(token):
            if piece.type in TOKENS:
                _check(piece.content, line, found)


def _check(latex: str, line: int, found: ProblemList) -> None:
    try:
        tree(latex)
    except BadFormula as bad:
        message = say(
            "the formula {latex!r} cannot be read: {bad}", latex=latex.strip()[:40], bad=bad.args[0]
        )
        found.error("formula", line, message, _HINT)
