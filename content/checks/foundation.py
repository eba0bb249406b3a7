"""The track for those who cannot yet what another asks for is another one of the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from content.model import Track
from content.problems import Location, Problem, suggestion
from content.said import say

_CODE: Final = "foundation-missing"


def check(tracks: Sequence[Track]) -> Iterator[Problem]:
    names = {track.id for track in tracks}
    for track in tracks:
        others = names - {track.id}
        if track.foundation and track.foundation not in others:
            at = Location(next(iter(track.texts.values())).location.path, 1)
            message = say("there is no other track {id}", id=track.foundation)
            hint = suggestion(track.foundation, others) if others else ""
            yield Problem("foundation-missing", at, message, hint)


def told_alone(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Of a track on its way out or in by itself: the other one may be where it comes to, and the
    check of the library there says so. It stands in no way."""
    return tuple(
        replace(problem, level="warning") if problem.code == _CODE else problem
        for problem in problems
    )
