from __future__ import annotations

from typing import Final

from content.markdown import Document
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
    for section in edition.sections:
        hint = "Put them into the steps they belong to, or shorten them."
        what = say("the leader's words in phase {phase}", phase=section.phase)
        _check_text(what, "\n".join(section.leader), section.line, found, hint)


def check_track(document: Document, found: ProblemList) -> None:
    """What a track is for is drawn as one text, like a step."""
    hint = "Tell what the track is for; what is read belongs in a module."
    text = "\n".join(document.lines).strip()
    _check_text(say("the words about the track"), text, 1, found, hint)


def _check_text(what: str, text: str, line: int, found: ProblemList, hint: str) -> None:
    size = len(text.encode())
    if size > STEP_LARGEST:
        message = say(
            "{what}: {size} KB; at most {step_largest} KB are read",
            what=what,
            size=size // 1024,
            step_largest=STEP_LARGEST // 1024,
        )
        found.error("text-size", line, message, hint)
