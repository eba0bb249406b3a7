from __future__ import annotations

from typing import Final

from content.problems import ProblemList
from content.reading.editions import ModuleEdition

STEP_LARGEST: Final = 64 * 1024  # bytes of Markdown
HTML_LARGEST: Final = 1024 * 1024

STEPS_MOST: Final = 500  # in one module

_HINT = "Divide it into several steps; they are easier to come back to as well."


def check(edition: ModuleEdition, found: ProblemList) -> None:
    if len(edition.steps) > STEPS_MOST:
        message = f"{len(edition.steps)} steps in one module; at most {STEPS_MOST} are read"
        line = edition.steps[STEPS_MOST].line
        found.error("steps-many", line, message, "Divide it into several modules.")
    for step in edition.steps:
        if step.size > STEP_LARGEST:
            message = (
                f"a step of {step.size // 1024} KB; at most {STEP_LARGEST // 1024} KB are read"
            )
            found.error("step-size", step.line, message, _HINT)
