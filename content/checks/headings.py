from __future__ import annotations

from pathlib import Path

from content.markdown import Document, heading_text
from content.problems import ProblemList
from content.said import say


def check(document: Document, folder: Path, found: ProblemList) -> None:
    """Screen readers travel by headings: no level may be left out."""
    level = 1
    at_margin = {id(element) for element in document.elements}
    for element in document.walk():
        if element.type != "heading":
            continue
        this = int(element.token.tag[1:])
        if this == 1:
            hint = "The title stands in the front matter; begin with ##."
            found.error("heading-top", element.line, "a heading with one #", hint)
        elif this > level + 1:
            hint = say("Use {value} here.", value="#" * (level + 1))
            message = say(
                "the heading jumps from {value} to {value2}", value="#" * level, value2="#" * this
            )
            found.error("heading-jump", element.line, message, hint)
        if not heading_text(element):
            found.error("heading-empty", element.line, "a heading without words", "Write one.")
        if "attributes" in element.token.meta and (this > 3 or id(element) not in at_margin):
            hint = "Only a step's own heading has options: ### Title {#id}, at the margin."
            found.error("id-place", element.line, "options on a heading inside a step", hint)
        level = this
