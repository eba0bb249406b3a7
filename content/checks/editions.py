"""A track has one structure and several languages: what differs is a step somebody forgot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import cast

from content.front_matter_writing import Written, written
from content.problems import ProblemList
from content.reading.editions import ModuleEdition, SectionEdition, StepEdition, TrackEdition
from content.said import Said, say

_SHARED = (
    *("subjects", "grades", "frameworks", "devices", "gap_weeks"),
    *("audience", "begins", "renamed", "retired"),
)
_LONGEST_LINE = 200
_TEXTS = {"title", "summary", "entry_check", "you_said", "changes", "source"}


def check_tracks(editions: Sequence[TrackEdition], found: ProblemList) -> None:
    """The first is the measure; `found` gets the path of the file that differs."""
    base = editions[0].front.values
    for edition in editions[1:]:
        values = edition.front.values
        if base is None or values is None:
            continue
        found.path = edition.document.path
        for key in type(values).model_fields:
            if key not in _TEXTS and getattr(values, key) != getattr(base, key):
                name = key.replace("_", "-")
                line = edition.front.line(name)
                message = say("{name} is another here", name=name)
                hint = _as_there(name, editions[0])
                found.error("language-front-matter", line, message, hint)


def check_modules(editions: Sequence[ModuleEdition], found: ProblemList) -> None:
    base = editions[0]
    for edition in editions[1:]:
        found.path = edition.document.path
        _check_front(base, edition, found)
        theirs = {section.phase: section for section in edition.sections}
        for section in base.sections:
            other = theirs.pop(section.phase, None)
            if other is None:
                message = say("phase {phase} is missing here", phase=section.phase)
                hint = say(
                    "It stands in {path}:{line}.", path=base.document.path, line=section.line
                )
                found.error("language-phase", 1, message, hint)
            else:
                _check_section(base, section, edition, other, found)
        for other in theirs.values():
            message = say(
                "phase {phase} is not in {path}", phase=other.phase, path=base.document.path
            )
            found.error("language-phase", other.line, message, "Add it there, or take it out here.")


def _check_front(base: ModuleEdition, edition: ModuleEdition, found: ProblemList) -> None:
    ours, theirs = base.front.values, edition.front.values
    if ours is None or theirs is None:
        return
    for key in _SHARED:
        if getattr(ours, key) != getattr(theirs, key):
            name = key.replace("_", "-")
            message, hint = say("{name} is another here", name=name), _as_there(name, base)
            found.error("language-front-matter", edition.front.line(name), message, hint)


def _as_there(name: str, base: TrackEdition | ModuleEdition) -> Said:
    path, value = base.document.path, base.front.given.get(name)
    if value is None:
        return say("Take {name} out, as in {path}.", name=name, path=path)
    line = f"{name}: {written(cast(Written, value))}"
    if len(line) > _LONGEST_LINE:
        return say("Make it equal in {path}.", path=path)
    return say("Write {line}, as in {path}.", line=line, path=path)


def _check_section(
    base: ModuleEdition,
    section: SectionEdition,
    edition: ModuleEdition,
    other: SectionEdition,
    found: ProblemList,
) -> None:
    minutes, own = base.phase_minutes(section), edition.phase_minutes(other)
    is_read = base.front.values is not None and edition.front.values is not None
    # what cannot be read is told by itself, and so is a phase without minutes
    if is_read and minutes is not None and own is not None and minutes != own:
        message = say(
            "phase {phase} has {own} minutes here and {minutes} in {path}",
            phase=other.phase,
            own=own,
            minutes=minutes,
            path=base.document.path,
        )
        found.error("language-minutes", other.line, message, "Make them equal.")
    ours = {step.id: step for step in section.steps if step.id}
    theirs = {step.id: step for step in other.steps if step.id}
    for id_, step in ours.items():
        if id_ not in theirs:
            message = say("the step {id} is missing here", id=id_)
            hint: str = say(
                "It stands in {path}:{line}; add it to phase {phase}, "
                "in the browser by “Beside the original”.",
                path=base.document.path,
                line=step.line,
                phase=other.phase,
            )
            found.error("language-step", other.line, message, hint)
    for id_, step in theirs.items():
        if id_ not in ours:
            message = say("the step {id} is not in {path}", id=id_, path=base.document.path)
            found.error("language-step", step.line, message, "Add it there, or take it out here.")
    shared = [id_ for id_ in ours if id_ in theirs]
    for expected, given in zip_longest(shared, [id_ for id_ in theirs if id_ in ours]):
        if expected != given:
            message = say(
                "the step {given} stands where {path} has {expected}",
                given=given,
                path=base.document.path,
                expected=expected,
            )
            hint = "Put the steps in the same order."
            found.error("language-order", theirs[given].line, message, hint)
            break
    for id_ in shared:
        for what in _differences(ours[id_], theirs[id_]):
            where = f"{base.document.path}:{ours[id_].line}"
            message = say(
                "the step {id} has another {what} than {where}", id=id_, what=what, where=where
            )
            found.error("language-differs", theirs[id_].line, message, "Make them equal.")


def _differences(ours: StepEdition, theirs: StepEdition) -> list[Said]:
    if ours.kind != theirs.kind:
        return [say("kind")]
    pairs: dict[Said, tuple[object, object]] = {
        say("mark .resource"): (ours.is_resource, theirs.is_resource),
        say("number of minutes"): (ours.minutes, theirs.minutes),
        say("visibility"): (ours.visibility, theirs.visibility),
        say("scale"): (ours.scale, theirs.scale),
        say("time of access"): (ours.access, theirs.access),
        say("provider"): (_provider(ours), _provider(theirs)),
        say("time of the event"): (_times(ours), _times(theirs)),
        say("number of items"): (len(ours.text.items), len(theirs.text.items)),
        say("borrowed resource"): (ours.text.includes, theirs.text.includes),
    }
    one, two = ours.text.question, theirs.text.question
    if one is not None and two is not None:
        pairs[say("form of answers")] = (one.form, two.form)
        pairs[say("number of answers")] = (len(one.options), len(two.options))
        pairs[say("right answer")] = (one.right, two.right)
        pairs[say("number of gaps")] = (len(one.gaps), len(two.gaps))
        pairs[say("number of pairs")] = (len(one.pairs), len(two.pairs))
        pairs[say("number of items in order")] = (len(one.items), len(two.items))
        pairs[say("right number")] = (one.numbers, two.numbers)
        pairs[say("number of points")] = (one.points, two.points)
    return [what for what, (mine, other) in pairs.items() if mine != other]


def _times(step: StepEdition) -> tuple[datetime, datetime | None] | None:
    event = step.text.event
    return None if event is None else (event.starts, event.ends)


def _provider(step: StepEdition) -> str:
    return step.text.terms.provider if step.text.terms is not None else ""
