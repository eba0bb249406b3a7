"""Minutes everywhere a task is named: teachers plan by them."""

from __future__ import annotations

from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say


def check(edition: ModuleEdition, found: ProblemList) -> None:
    given = edition.front.values.minutes if edition.front.values else {}
    for section in edition.sections:
        front = given.get(section.phase)
        if edition.front.values and front is None and section.minutes is None:
            hint = say(
                "Write them on the heading: {{phase={phase} minutes=30}}", phase=section.phase
            )
            message = say("phase {phase} has no minutes", phase=section.phase)
            found.error("minutes-missing", section.line, message, hint)
        if front is not None and section.minutes is not None and front != section.minutes:
            message = say(
                "{minutes} minutes here, {front} in the front matter",
                minutes=section.minutes,
                front=front,
            )
            found.error("minutes-differ", section.line, message, "Make them equal, or drop one.")
        whole = edition.phase_minutes(section)
        parts = sum(step.minutes or 0 for step in section.steps)
        if whole is not None and parts > whole:
            message = say(
                "the steps take {parts} minutes, the phase has {whole}", parts=parts, whole=whole
            )
            found.warning("minutes-sum", section.line, message, "Make room, or shorten a step.")
    for phase in given.keys() - {section.phase for section in edition.sections}:
        line = edition.front.line("minutes", phase.value)
        hint = say("Add ## ... {{phase={phase}}}, or take it out of minutes.", phase=phase)
        found.error(
            "minutes-phase",
            line,
            say("minutes for phase {phase}, which is not here", phase=phase),
            hint,
        )
