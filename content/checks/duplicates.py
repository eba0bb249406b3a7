from __future__ import annotations

from collections.abc import Iterable

from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say

SHORTEST = 40  # characters; "Write one sentence." may well stand twice


def check(editions: Iterable[ModuleEdition], found: ProblemList) -> None:
    """The same words in two blocks of a track, in one language: most often a forgotten copy."""
    seen: dict[tuple[str, str], str] = {}
    for edition in editions:
        for step in edition.steps:
            text = step.text
            said = text.question.prompt if text.question else text.prompt or text.markdown
            flat = " ".join(said.split()).casefold()
            if len(flat) < SHORTEST:
                continue
            where = f"{edition.document.path}:{step.line}"
            first = seen.setdefault((step.kind.value, flat), where)
            if first != where:
                found.path = edition.document.path
                hint = (
                    "If it is meant, leave it; else make one a resource and borrow it in the other "
                    "place, or take one out."
                )
                found.warning(
                    "block-repeated", step.line, say("the same text as {first}", first=first), hint
                )
