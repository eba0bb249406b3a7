"""A translation whose source has changed since it was made."""

from __future__ import annotations

from collections.abc import Sequence

from content.problems import ProblemList
from content.reading.editions import ModuleEdition, TrackEdition
from content.said import say
from content.translation import mark


def check(editions: Sequence[TrackEdition] | Sequence[ModuleEdition], found: ProblemList) -> None:
    marks = {
        edition.language: mark(edition.language, edition.document.lines, edition.front.values)
        for edition in editions
        if edition.front.values is not None
    }
    for edition in editions:
        given = edition.front.values.source if edition.front.values else ""
        language = given.partition(" ")[0]
        found.path, line = edition.document.path, edition.front.line("source")
        if not given or given == marks.get(language):
            continue
        if language in marks and language != edition.language:
            message = say(
                "the text in {language} has changed since this translation", language=language
            )
            hint: str = say(
                "Translate what is new, then mark it as translated, "
                "in the browser or by: tracks content translated {path}",
                path=found.path,
            )
            found.warning("translation-old", line, message, hint)
        elif language == edition.language or language not in {e.language for e in editions}:
            message = say("it cannot be translated from {language}", language=language)
            hint = "Name another language that the track has, or take the line out."
            found.error("translation-source", line, message, hint)
