from __future__ import annotations

from pathlib import Path

from content.markdown import TABLE_LARGEST, TABLE_RULE, Document, Element, inline_text
from content.problems import ProblemList
from content.said import say


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for element in document.walk():
        if element.type == "paragraph":
            _check_size(document, element, found)
        if element.type != "table":
            continue
        cells = [e for e in element.walk() if e.type == "th"]
        named = [any(inline_text(child.token) for child in cell.children) for cell in cells]
        # the corner over a column of row names may be empty; a whole header of nothing may not
        if not all(named[1:]) or not any(named):
            hint = "Say in the first row what each column holds."
            found.error("table-header", element.line, "a table without header", hint)


def _check_size(document: Document, element: Element, found: ProblemList) -> None:
    for number in range(element.first + 1, element.last):
        rule = document.lines[number].strip()
        is_rule = TABLE_RULE.fullmatch(rule) is not None
        cells = (rule.count("|") + 1) * (element.last - number + 1) if is_rule else 0
        if cells > TABLE_LARGEST:
            hint = say("At most {table_largest} cells: divide it.", table_largest=TABLE_LARGEST)
            found.error("table-size", number, "the table is too large to read", hint)
            return
