"""A module for leaders is read: nothing in it is answered, counted or lives alone (ADR 0057)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from content.model import StepKind
from content.problems import Location, Problem, ProblemList
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition
from content.said import say

_READ: Final = frozenset(
    {StepKind.READING, StepKind.VIDEO, StepKind.DISCUSSION, StepKind.CHECKLIST, StepKind.EVENT}
)


def check(edition: ModuleEdition, found: ProblemList) -> None:
    if not edition.is_for_leaders:
        return
    for step in edition.steps:
        if step.is_resource:
            hint = "Take .resource out, or write it in a module for everybody."
            found.error("leader-resource", step.line, "a resource is open to everybody", hint)
        if step.kind not in _READ:
            message = say("nothing is kept of a {kind} in a module for leaders", kind=step.kind)
            hint = "Write it as text, a discussion or a checklist."
            found.error("leader-step", step.line, message, hint)


def check_track(
    folder: str,
    tracks: Mapping[str, TrackEdition],
    modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]],
    declared: Sequence[str],
) -> list[Problem]:
    every = [edition for by_language in modules.values() for edition in by_language.values()]
    if not tracks or not every or not all(edition.is_for_leaders for edition in every):
        return []
    hint = "Leave audience out: a track that is for leaders as a whole has ordinary modules."
    path = every[0].document.path
    return [Problem("leader-modules-only", Location(path, 1), "no module is for everybody", hint)]
