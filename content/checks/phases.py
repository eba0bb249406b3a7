from __future__ import annotations

from content.model import Phase
from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say

_REQUIRED = (Phase.PREPARE, Phase.TOGETHER, Phase.FOLLOW_UP)
_HINT = "A module has A, B and D, and C between them if teachers try something out."


def check(edition: ModuleEdition, found: ProblemList) -> None:
    seen: dict[Phase, int] = {}
    latest = ""
    for section in edition.sections:
        if section.phase in seen:
            hint: str = say("It began on line {seen}; join the two.", seen=seen[section.phase])
            found.error(
                "phase-doubled", section.line, say("phase {phase} again", phase=section.phase), hint
            )
        elif section.phase.value < latest:
            message = say("phase {phase} after phase {latest}", phase=section.phase, latest=latest)
            hint = say(
                "Move it, with all its steps, in front of phase {latest} (line {line}).",
                latest=latest,
                line=seen[Phase(latest)],
            )
            found.error("phase-order", section.line, message, hint)
        seen.setdefault(section.phase, section.line)
        latest = max(latest, section.phase.value)
        if not section.steps:
            hint = "Add a step: ### Title {#id}"
            found.error(
                "phase-empty",
                section.line,
                say("phase {phase} has no step", phase=section.phase),
                hint,
            )
    for phase in () if edition.is_for_leaders else _REQUIRED:
        if phase not in seen:
            found.error("phase-missing", 1, say("phase {phase} is missing", phase=phase), _HINT)
