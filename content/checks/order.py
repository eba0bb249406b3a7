"""What is taken at the same time as the module before it has one before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.model import Begins
from content.problems import Location, Problem
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition


def check(
    folder: str,
    tracks: Mapping[str, TrackEdition],
    modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]],
    declared: Sequence[str],
) -> list[Problem]:
    found: list[Problem] = []
    for _, by_language in sorted(modules.items()):
        editions = list(by_language.values())
        if any(edition.is_for_leaders for edition in editions):
            continue  # stands beside the others, in no order
        for edition in editions:
            values = edition.front.values
            if values is not None and values.begins is Begins.WITH:
                at = Location(edition.document.path, edition.front.line("begins"))
                hint = "Leave begins out, or give another module the lower number."
                found.append(Problem("begins-first", at, "there is no module before it", hint))
        break
    return found
