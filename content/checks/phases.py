from __future__ import annotations

from content.model import Phase
from content.problems import ProblemList
from content.reading.editions import ModuleEdition

_REQUIRED = (Phase.PREPARE, Phase.TOGETHER, Phase.FOLLOW_UP)
_HINT = "A module has A, B and D, and C between them if teachers try something out."


def check(edition: ModuleEdition, found: ProblemList) -> None:
    seen: dict[Phase, int] = {}
    latest = ""
    for section in edition.sections:
        if section.phase in seen:
            hint = f"It began on line {seen[section.phase]}; join the two."
            found.error("phase-doubled", section.line, f"phase {section.phase} again", hint)
        elif section.phase.value < latest:
            message = f"phase {section.phase} after phase {latest}"
            found.error("phase-order", section.line, message, _HINT)
        seen.setdefault(section.phase, section.line)
        latest = max(latest, section.phase.value)
        if not section.steps:
            hint = "Add a step: ### Title {#id}"
            found.error("phase-empty", section.line, f"phase {section.phase} has no step", hint)
    for phase in _REQUIRED:
        if phase not in seen:
            found.error("phase-missing", 1, f"phase {phase} is missing", _HINT)
