"""Ids are for ever: links, answers and gradebooks hang on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from content.checks.renames import resolved
from content.model import Library, Phase, StepKind, Track
from content.problems import Location, Problem, suggestion
from content.said import say

Ids = Mapping[str, Collection[str]]  # module -> its steps
Shape = tuple[str, str, Phase, StepKind, bool]  # of a step: module, id, is it a resource


def check(before: Library, after: Library) -> tuple[Problem, ...]:
    """What the earlier library had an id for and the later neither has nor says what became of."""
    now = {track.id: track for track in after.tracks}
    problems: list[Problem] = []
    for track in before.tracks:
        id_ = resolved(after.publisher.renamed, track.id)
        if id_ in now:
            problems += gone_from({m.id: [s.id for s in m.steps] for m in track.modules}, now[id_])
        else:
            at = Location(next(iter(track.texts.values())).location.path, 1)
            hint = say("Write lifecycle: archived instead of taking a track away.")
            problems.append(_gone(say("track"), track.id, at, list(now), hint))
    return tuple(problems)


def gone_from(before: Ids, after: Track) -> Iterator[Problem]:
    now = {module.id: module for module in after.modules}
    at = Location(next(iter(after.texts.values())).location.path, 1)
    for old, steps_before in before.items():
        id_ = resolved(after.renamed, old)
        if id_ not in now:
            if old not in after.retired:
                yield _gone(say("session"), old, at, [m for m in now if m not in before])
            continue
        module = now[id_]
        steps = {step.id for step in module.steps}
        place = Location(next(iter(module.texts.values())).location.path, 1)
        for step in steps_before:
            if resolved(module.renamed, step) not in steps and step not in module.retired:
                new = sorted(steps - set(steps_before))
                yield _gone(say("step"), step, place, new)


def _gone(what: str, id_: str, at: Location, new: list[str], hint: str = "") -> Problem:
    """`new`: ids that were not there before; one of them may be what it is called now."""
    hint = hint or say(
        "Keep the id when you change a title or move a text; or say what became of it, under "
        "renamed or retired in the front matter."
    )
    if new:
        hint = say("{hint} {suggestion}", hint=hint, suggestion=suggestion(id_, new))
    return Problem(
        "id-gone", at, say("the {what} {id} was there in the last version", what=what, id=id_), hint
    )


def used_before(
    modules: Collection[str], steps: Collection[tuple[str, str]], after: Track
) -> Iterator[Problem]:
    """`modules`, `steps` (module and id): what things were called before that are called otherwise
    now. Links to them lead there."""
    for module in after.modules:
        if module.id in modules:
            place = Location(next(iter(module.texts.values())).location.path, 1)
            yield _used_before(module.id, place)
        for step in module.steps:
            if (module.id, step.id) in steps:
                yield _used_before(step.id, next(iter(step.texts.values())).location)


def used_before_by_track(after: Track) -> Problem:
    return _used_before(after.id, Location(next(iter(after.texts.values())).location.path, 1))


def _used_before(id_: str, at: Location) -> Problem:
    message = say("{id} was the id of something else before", id=id_)
    return Problem("id-used-before", at, message, "Choose another id.")


def more_than_spelling(before: str, shape: Sequence[Shape], after: Track) -> Iterator[Problem]:
    """`before`: the version whose steps were of that shape."""
    is_now = [
        (module.id, step.id, section.phase, step.kind, step.is_resource)
        for module in after.for_everybody
        for section in module.sections
        for step in section.steps
    ]
    if list(shape) != is_now:
        at = Location(next(iter(after.texts.values())).location.path, 1)
        message = say(
            "after {before}, {version} may change the spelling only; it has other steps",
            before=before,
            version=after.version,
        )
        yield Problem("version-small", at, message, "Raise the second number of the version.")
