"""A track has one structure and several languages: what differs is a step somebody forgot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from content.problems import ProblemList
from content.reading.editions import ModuleEdition, SectionEdition, StepEdition, TrackEdition

_TEXTS = {"title", "summary", "source"}


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
                hint = f"Only title and summary are written anew; see {editions[0].document.path}."
                found.error("language-front-matter", line, f"{name} is another here", hint)


def check_modules(editions: Sequence[ModuleEdition], found: ProblemList) -> None:
    base = editions[0]
    for edition in editions[1:]:
        found.path = edition.document.path
        _check_front(base, edition, found)
        theirs = {section.phase: section for section in edition.sections}
        for section in base.sections:
            other = theirs.pop(section.phase, None)
            if other is None:
                message = f"phase {section.phase} is missing here"
                hint = f"It stands in {base.document.path}:{section.line}."
                found.error("language-phase", 1, message, hint)
            else:
                _check_section(base, section, edition, other, found)
        for other in theirs.values():
            message = f"phase {other.phase} is not in {base.document.path}"
            found.error("language-phase", other.line, message, "Add it there, or take it out here.")


def _check_front(base: ModuleEdition, edition: ModuleEdition, found: ProblemList) -> None:
    ours, theirs = base.front.values, edition.front.values
    if ours is None or theirs is None:
        return
    for key in ("devices", "gap_weeks"):
        if getattr(ours, key) != getattr(theirs, key):
            name = key.replace("_", "-")
            hint = f"Make it equal in {base.document.path}."
            message = f"{name} is another here"
            found.error("language-front-matter", edition.front.line(name), message, hint)


def _check_section(
    base: ModuleEdition,
    section: SectionEdition,
    edition: ModuleEdition,
    other: SectionEdition,
    found: ProblemList,
) -> None:
    if base.phase_minutes(section) != edition.phase_minutes(other):
        message = f"phase {other.phase} has other minutes than {base.document.path}"
        found.error("language-minutes", other.line, message, "Make them equal.")
    ours = {step.id: step for step in section.steps if step.id}
    theirs = {step.id: step for step in other.steps if step.id}
    for id_, step in ours.items():
        if id_ not in theirs:
            message = f"the step {id_} is missing here"
            hint = f"It stands in {base.document.path}:{step.line}; add it to phase {other.phase}."
            found.error("language-step", other.line, message, hint)
    for id_, step in theirs.items():
        if id_ not in ours:
            message = f"the step {id_} is not in {base.document.path}"
            found.error("language-step", step.line, message, "Add it there, or take it out here.")
    shared = [id_ for id_ in ours if id_ in theirs]
    for expected, given in zip_longest(shared, [id_ for id_ in theirs if id_ in ours]):
        if expected != given:
            message = f"the step {given} stands where {base.document.path} has {expected}"
            hint = "Put the steps in the same order."
            found.error("language-order", theirs[given].line, message, hint)
            break
    for id_ in shared:
        for what in _differences(ours[id_], theirs[id_]):
            where = f"{base.document.path}:{ours[id_].line}"
            message = f"the step {id_} has another {what} than {where}"
            found.error("language-differs", theirs[id_].line, message, "Make them equal.")


def _differences(ours: StepEdition, theirs: StepEdition) -> list[str]:
    if ours.kind != theirs.kind:
        return ["kind"]
    pairs: dict[str, tuple[object, object]] = {
        "mark .resource": (ours.is_resource, theirs.is_resource),
        "number of minutes": (ours.minutes, theirs.minutes),
        "visibility": (ours.visibility, theirs.visibility),
        "scale": (ours.scale, theirs.scale),
        "time of access": (ours.access, theirs.access),
        "number of items": (len(ours.text.items), len(theirs.text.items)),
        "borrowed resource": (ours.text.includes, theirs.text.includes),
    }
    one, two = ours.text.question, theirs.text.question
    if one is not None and two is not None:
        pairs["form of answers"] = (one.form, two.form)
        pairs["number of answers"] = (len(one.options), len(two.options))
        pairs["right answer"] = (one.right, two.right)
        for what, of in (("gaps", "gaps"), ("pairs", "pairs"), ("items", "items")):
            pairs[f"number of {what} in the question"] = (
                len(getattr(one, of)),
                len(getattr(two, of)),
            )
        pairs["right number"] = (one.numbers, two.numbers)
        pairs["number of points"] = (one.points, two.points)
    return [what for what, (mine, other) in pairs.items() if mine != other]
