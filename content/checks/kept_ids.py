"""Ids are for ever: links, answers and gradebooks hang on them."""

from __future__ import annotations

from collections.abc import Iterator

from content.model import Library, Track
from content.problems import Location, Problem, suggestion
from content.said import say


def check(before: Library, after: Library) -> tuple[Problem, ...]:
    """What the earlier library had an id for and the later has not."""
    now = {track.id: track for track in after.tracks}
    problems: list[Problem] = []
    for track in before.tracks:
        if track.id in now:
            problems += _in_track(track, now[track.id])
        else:
            at = Location(next(iter(track.texts.values())).location.path, 1)
            problems.append(_gone(say("track"), track.id, at, list(now)))
    return tuple(problems)


def _in_track(before: Track, after: Track) -> Iterator[Problem]:
    now = {module.id: module for module in after.modules}
    at = Location(next(iter(after.texts.values())).location.path, 1)
    for module in before.modules:
        if module.id not in now:
            yield _gone(say("session"), module.id, at, list(now))
            continue
        steps = {step.id for step in now[module.id].steps}
        place = Location(next(iter(now[module.id].texts.values())).location.path, 1)
        for step in module.steps:
            if step.id not in steps:
                was = {each.id for each in module.steps}
                yield _gone(say("step"), step.id, place, sorted(steps - was))


def _gone(what: str, id_: str, at: Location, known: list[str]) -> Problem:
    hint = say("Keep the id when you change a title or move a text.")
    if known:
        hint = say("{hint} {suggestion}", hint=hint, suggestion=suggestion(id_, known))
    return Problem(
        "id-gone", at, say("the {what} {id} was there in the last version", what=what, id=id_), hint
    )
