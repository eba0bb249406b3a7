from __future__ import annotations

from typing import Final

from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say

STEP_LARGEST: Final = 64 * 1024  # bytes of Markdown
HTML_LARGEST: Final = 1024 * 1024

STEPS_MOST: Final = 500  # in one module

_HINT = "Divide it into several steps; they are easier to come back to as well."


def check(edition: ModuleEdition, found: ProblemList) -> None:
    if len(edition.steps) > STEPS_MOST:
        message = say(
            "{count} steps in one module; at most {steps_most} are read",
            count=len(edition.steps),
            steps_most=STEPS_MOST,
        )
        line = edition.steps[STEPS_MOST].line
        found.error("steps-many", line, message, "Divide it into several modules.")
    for step in edition.steps:
        if step.size > STEP_LARGEST:
            message = say(
                "a step of {size} KB; at most {step_largest} KB are read",
                size=step.size // 1024,
                step_largest=STEP_LARGEST // 1024,
            )
            found.error("step-size", step.line, message, _HINT)
