"""Draws everything once, so that no page is ever asked to draw what is too big or too slow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from content.checks.size import HTML_LARGEST
from content.model import Step, Track
from content.problems import Location, Problem
from content.reading.watch import Watch
from content.rendering.html import render_notes, render_step, render_track_intro
from content.said import say

_HINT = "Divide it into several steps; wide tables grow the most."


def check(step: Step, language: str) -> Problem | None:
    rendered = render_step(step, language, media_url=_url)
    size = len(json.dumps(rendered.as_json(), ensure_ascii=False).encode())
    return _too_big(size, step.texts[language].location)


def check_track(track: Track, problems: Sequence[Problem], watch: Watch) -> Iterator[Problem]:
    """What is too long to be read or too many, as told already, is not drawn."""
    too_long = {p.location for p in problems if p.code == "step-size"}
    too_wordy = {p.location.path for p in problems if p.code == "text-size"}
    too_many = {p.location.path for p in problems if p.code == "steps-many"}
    for language, text in track.texts.items():
        if text.location.path in too_wordy:
            continue
        watch.begin(text.location)
        html = render_track_intro(track, language, media_url=_url)
        yield from _found(_too_big(len(html.encode()), text.location))
    for module in track.modules:
        for language, words in module.texts.items():
            if words.location.path in too_wordy:
                continue
            notes = [words.leader]
            for section in module.sections:
                notes += section.leader.get(language, ())
            watch.begin(words.location)
            html = render_notes(notes, language, media_url=_url)
            yield from _found(_too_big(len(html.encode()), words.location))
        for step in module.steps:
            for language, step_text in step.texts.items():
                at = step_text.location
                if at not in too_long and at.path not in too_many:
                    watch.begin(at)
                    yield from _found(check(step, language))


def check_borrowed(tracks: Iterable[Track], watch: Watch) -> Iterator[Problem]:
    """Steps that show texts of others are larger than what was written for them."""
    for track in tracks:
        for module in track.modules:
            for step in module.steps:
                for language, text in step.texts.items():
                    if text.includes:
                        watch.begin(text.location)
                        yield from _found(check(step, language))


def _too_big(size: int, at: Location) -> Problem | None:
    if size <= HTML_LARGEST:
        return None
    message = say(
        "the step becomes {size} KB of HTML; at most {html_largest}",
        size=size // 1024,
        html_largest=HTML_LARGEST // 1024,
    )
    return Problem("step-html-size", at, message, _HINT)


def _found(problem: Problem | None) -> list[Problem]:
    return [problem] if problem is not None else []


def _url(path: str) -> str:
    return f"/{path}"
