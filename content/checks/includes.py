"""Borrowed resources: there, meant to live alone, and not borrowing in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from content.model import Step, StepKind, Track
from content.problems import Problem, suggestion


def check(tracks: Sequence[Track]) -> list[Problem]:
    steps = {
        f"{track.id}/{module.id}#{step.id}": step
        for track in tracks
        for module in track.modules
        for step in module.steps
        if step.id
    }
    borrows = {
        address: tuple(dict.fromkeys(a for text in step.texts.values() for a in text.includes))
        for address, step in steps.items()
    }
    return [
        problem
        for address, step in steps.items()
        for problem in _problems_of(address, step, steps, borrows)
    ]


def _problems_of(
    address: str,
    step: Step,
    steps: Mapping[str, Step],
    borrows: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    resources = [each for each, other in steps.items() if other.is_resource]
    for language, text in step.texts.items():
        for wanted in text.includes:
            other = steps.get(wanted)
            if other is None:
                hint = suggestion(wanted, resources) if resources else "Mark a step .resource."
                message = f"there is no {wanted[:80]}"
                yield Problem("include-missing", text.location, message, hint)
            elif not other.is_resource:
                hint = "Mark it there: {#id .resource}"
                message = f"{wanted[:80]} is not a resource"
                yield Problem("include-not-resource", text.location, message, hint)
            elif language not in other.texts:
                hint = f"Translate it, or take {language} out of this track."
                message = f"{wanted[:80]} has no text in {language}"
                yield Problem("include-language", text.location, message, hint)
            elif other.kind is not StepKind.READING:
                hint = "Link to it instead: it asks for something, and is answered there."
                message = f"{wanted[:80]} is a {other.kind}, not a text"
                yield Problem("include-kind", text.location, message, hint)
            elif wanted.split("/")[0] != address.split("/")[0] and _has_media(other, language):
                hint = "A track has only its own files: copy the text and the files."
                message = f"{wanted[:80]} shows files of its own track"
                yield Problem("include-media", text.location, message, hint)
            elif _leads_to(wanted, address, borrows):
                hint = "Take out one of the includes in the circle."
                message = f"{wanted[:80]} borrows this step in turn"
                yield Problem("include-circle", text.location, message, hint)


def _has_media(step: Step, language: str) -> bool:
    return "media/" in step.texts[language].markdown


def _leads_to(start: str, goal: str, borrows: Mapping[str, tuple[str, ...]]) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address == goal:
            return True
        if address not in seen:
            seen.add(address)
            waiting += borrows.get(address, ())
    return False
