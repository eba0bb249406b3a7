from __future__ import annotations

from pathlib import Path

from content.markdown import Document, inline_text
from content.problems import ProblemList


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for element in document.walk():
        if element.type != "table":
            continue
        cells = [e for e in element.walk() if e.type == "th"]
        named = [any(inline_text(child.token) for child in cell.children) for cell in cells]
        # the corner over a column of row names may be empty; a whole header of nothing may not
        if not all(named[1:]) or not any(named):
            hint = "Say in the first row what each column holds."
            found.error("table-header", element.line, "a table without header", hint)
