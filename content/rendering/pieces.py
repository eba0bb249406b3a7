"""Pieces of a track that are drawn by themselves, each with a key of all that it is made of. The
addresses of files in them begin with `placed(key)`: whoever shows one puts his own there."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any

from msgspec import Struct

from content.model import Section, Step
from content.rendered import RenderedStep
from content.rendering.html import (
    MediaUrl,
    render_for_leaders,
    render_markdown,
    render_notes,
    render_step,
)
from content.rendering.identity import key_of, renderer


def placed(key: str) -> str:
    # stands in no text: nobody can write the digest of what she writes
    return f"/media/{key}/"


class Piece(Struct, frozen=True, dict=True):
    language: str

    @property
    def weight(self) -> int:
        """Of how many steps it has the time."""
        return 1

    @cached_property
    def key(self) -> str:
        made_of = [renderer(), type(self).__name__, self.language, *self.made_of()]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()

    def made_of(self) -> list[Any]:
        raise NotImplementedError  # each kind says it, but StepPiece, whose key is kept for long

    def html(self, media_url: MediaUrl) -> str:
        raise NotImplementedError  # each kind says it; a Struct cannot be an ABC

    def draw(self) -> str:
        begin = placed(self.key)
        return self.html(lambda name: begin + name.removeprefix("media/"))


class StepPiece(Piece, frozen=True):
    """Drawn as the JSON of a RenderedStep."""

    step: Step

    @cached_property
    def key(self) -> str:
        return key_of(self.step, self.language)

    def html(self, media_url: MediaUrl) -> str:
        return json.dumps(render_step(self.step, self.language, media_url=media_url).as_json())


class TextPiece(Piece, frozen=True):
    """The words about a track."""

    markdown: str
    ids: str

    def made_of(self) -> list[Any]:
        return [self.markdown, self.ids]

    def html(self, media_url: MediaUrl) -> str:
        return render_markdown(self.markdown, self.language, media_url=media_url, ids=self.ids)


class NotesPiece(Piece, frozen=True):
    """Leader blocks."""

    notes: tuple[str, ...]
    ids: str

    def made_of(self) -> list[Any]:
        return [self.notes, self.ids]

    def html(self, media_url: MediaUrl) -> str:
        return render_notes(self.notes, self.language, media_url=media_url, ids=self.ids)


class PhasePiece(Piece, frozen=True):
    """A phase of a module for leaders."""

    section: Section

    @property
    def weight(self) -> int:
        return 1 + len(self.section.steps)

    def made_of(self) -> list[Any]:
        steps = [key_of(s, self.language) for s in self.section.steps if self.language in s.texts]
        return [self.section.phase.value, self.section.leader.get(self.language, ()), steps]

    def html(self, media_url: MediaUrl) -> str:
        return render_for_leaders(self.section, self.language, media_url=media_url)


def rendered_step(drawn: str) -> RenderedStep:
    return RenderedStep.from_json(json.loads(drawn))
