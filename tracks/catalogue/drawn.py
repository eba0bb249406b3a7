"""A version as it is stored: drawn before it is written, each step taken over from the version
before as long as nothing it is made of has changed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from content.checks import complexity
from content.model import Library, Module, Section, Step, Track
from content.problems import Location, Problem
from content.rendering.pieces import (
    NotesPiece,
    PhasePiece,
    Piece,
    StepPiece,
    TextPiece,
    placed,
)
from content.workers.drawing import VERSION, draw
from tracks.catalogue.models import step_text, track
from tracks.db import Database, Session

_MEDIA = "/media/"
Drawn = Mapping[str, str]  # by a piece's key


class TooComplex(Exception):
    """Parts could not be drawn in their time. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(str(each.location) for each in problems))
        self.problems = tuple(problems)


def drawn_for(database: Database, library: Library, tracks: Sequence[Track]) -> Drawn:
    """What has to be drawn for these as new versions. No transaction is open meanwhile: it takes
    its time, in a process of its own. Raises TooComplex."""
    wanted: list[tuple[Piece, Location]] = []
    for each in tracks:
        with database.reading() as session:
            known = _known(session, library.publisher.id, each)
        wanted += [(piece, at) for piece, at in pieces_of(each) if piece.key not in known]
    drawn = draw([piece for piece, _ in wanted], VERSION)
    lacking = [complexity.at(at) for piece, at in wanted if piece.key not in drawn]
    if lacking:
        raise TooComplex(lacking)
    return drawn


def _known(session: Session, publisher: str, source: Track) -> frozenset[str]:
    rows = session.execute(
        select(step_text.c.drawn_as)
        .join(track, track.c.version_id == step_text.c.track_version_id)
        .where(track.c.publisher == publisher, track.c.slug == source.id)
    )
    return frozenset(row.drawn_as for row in rows if row.drawn_as is not None)


def pieces_of(source: Track) -> Iterator[tuple[Piece, Location]]:
    """Each with the place it is told at."""
    for language, words in source.texts.items():
        yield intro_of(source, language), words.location
    for part in source.modules:
        for language, text in part.texts.items():
            yield notes_of(part, language), text.location
            for section in part.sections:
                yield leader_of(part, section, language), text.location
        if not part.is_for_leaders:
            for each in part.steps:
                for language, step in each.texts.items():
                    yield StepPiece(language, each), step.location


def intro_of(source: Track, language: str) -> Piece:
    return TextPiece(language, source.texts[language].markdown, source.id)


def notes_of(part: Module, language: str) -> Piece:
    return NotesPiece(language, (part.texts[language].leader,), "module")


def leader_of(part: Module, section: Section, language: str) -> Piece:
    """What stands in a phase for whoever leads it: all of it, in a session for leaders."""
    if part.is_for_leaders:
        return PhasePiece(language, section)
    return NotesPiece(language, section.leader.get(language, ()), section.phase.value)


def drawn_as(session: Session, version_id: int) -> dict[tuple[int, str], str | None]:
    """(step, language) -> the key of what is stored."""
    rows = session.execute(
        select(step_text.c.step_id, step_text.c.language, step_text.c.drawn_as).where(
            step_text.c.track_version_id == version_id
        )
    )
    return {(row.step_id, row.language): row.drawn_as for row in rows}


class DrawnTrack:
    """On its way into the tables as one version. `before`: the version newcomers met till now."""

    def __init__(self, session: Session, version_id: int, before: int | None, drawn: Drawn) -> None:
        self.version_id = version_id
        self.before = before
        self.drawn = drawn
        rows = session.execute(
            select(step_text.c.drawn_as, step_text.c.body).where(
                step_text.c.track_version_id == before, step_text.c.drawn_as.is_not(None)
            )
        )
        self.known: dict[str, dict[str, Any]] = {row.drawn_as: row.body for row in rows}

    def html(self, piece: Piece) -> str:
        return self.addressed(self.made(piece), placed(piece.key))

    def body(self, step: Step, language: str) -> tuple[dict[str, Any], str | None]:
        """What goes into step_text, and the key it can be found by for the next version."""
        piece = StepPiece(language, step)
        known = self.known.get(piece.key)
        if known is not None:
            drawn, began = json.dumps(known), f"{_MEDIA}{self.before}/"
            return json.loads(self.addressed(drawn, began)), piece.key
        drawn, began = self.made(piece), placed(piece.key)
        # words that look like an address of ours could not be told from one next time
        is_known_later = _MEDIA not in drawn.replace(began, "")
        return json.loads(self.addressed(drawn, began)), piece.key if is_known_later else None

    def made(self, piece: Piece) -> str:
        drawn = self.drawn.get(piece.key)
        return piece.draw() if drawn is None else drawn

    def addressed(self, drawn: str, began: str) -> str:
        """With the addresses of this version's files in place of those that begin so."""
        return drawn.replace(began, f"{_MEDIA}{self.version_id}/")
