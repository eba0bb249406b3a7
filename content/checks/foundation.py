"""The track for those who cannot yet what another asks for is another one of the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from content.model import Track
from content.problems import Location, Problem, suggestion
from content.said import say


def check(tracks: Sequence[Track]) -> Iterator[Problem]:
    names = {track.id for track in tracks}
    for track in tracks:
        others = names - {track.id}
        if track.foundation and track.foundation not in others:
            at = Location(next(iter(track.texts.values())).location.path, 1)
            message = say("there is no other track {id}", id=track.foundation)
            hint = suggestion(track.foundation, others) if others else ""
            yield Problem("foundation-missing", at, message, hint)
