"""What of a track is for leaders only: shown to nobody else, and in no export for teachers."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from msgspec.structs import replace

from content.model import Track


def leader_media(track: Track, names: Iterable[str]) -> frozenset[str]:
    """Of the files `names` (media/...): those that only leaders' words and modules show."""
    open_ = [text.markdown for text in track.texts.values()]
    closed: list[str] = []
    for module in track.modules:
        closed += [text.leader for text in module.texts.values()]
        for section in module.sections:
            closed += [note for notes in section.leader.values() for note in notes]
            for text in (each for step in section.steps for each in step.texts.values()):
                closed += text.leader
                words = repr(replace(text, leader=()))
                (closed if module.is_for_leaders else open_).append(words)
    for_all, for_leaders = (unquote("\n".join(texts)) for texts in (open_, closed))
    return frozenset(name for name in names if name in for_leaders and name not in for_all)
