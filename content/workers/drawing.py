"""Pieces of text from anybody, drawn in a process of its own within a budget, as they were when
they were checked: whoever shows or publishes them does not know that they were."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from content.checks.size import HTML_LARGEST
from content.rendering.pieces import Piece
from content.workers import process
from content.workers.child import Failed
from content.workers.loading import SECONDS, ReadingFailed
from content.workers.process import CLOCK, begun, end_after

_ENDED_MOST: Final = 3  # then nothing more is drawn
_TEXT_LARGEST: Final = 3 * HTML_LARGEST  # in JSON, where a letter of two bytes has six


class Bounds(Struct, frozen=True):
    piece: float  # seconds of computing for one
    seconds: float  # for all together
    size: float  # bytes of all together


# A piece has half of what a step has, as in the check
PAGE: Final = Bounds(SECONDS / 2, 2 * SECONDS, 8 * HTML_LARGEST)
# All of it was drawn by the check, in half of the time for each
VERSION: Final = Bounds(SECONDS, math.inf, math.inf)


class _Begins(Struct, frozen=True):
    """The next piece; if nothing more is heard, it was that."""


class _Drawn(Struct, frozen=True):
    text: str | None  # None: too large, or too complex
    seconds: float


def draw(pieces: Sequence[Piece], bounds: Bounds) -> dict[str, str]:
    """Key -> what was drawn. What is not there was too complex, or the bounds were reached."""
    drawing = _Drawing(list({piece.key: piece for piece in pieces}.values()), bounds)
    for _ in range(_ENDED_MOST):
        if drawing.is_over:
            break
        drawing.go_on()
    return drawing.done


@dataclass(slots=True)
class _Drawing:
    rest: list[Piece]
    bounds: Bounds
    done: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return not self.rest or self.bounds.seconds <= 0 or self.bounds.size <= 0

    def go_on(self) -> None:
        """Until all is drawn, or one piece was ended."""
        begun_with: Piece | None = None
        ends = time.monotonic() + 60
        with begun(run, self.rest, self.bounds) as pipe:
            while not self.is_over and pipe.poll(max(0.0, ends - time.monotonic())):
                try:
                    heard = pipe.recv()
                except EOFError:
                    break
                if isinstance(heard, Failed):
                    raise ReadingFailed(heard.report)
                if isinstance(heard, _Drawn):
                    self.take(heard)
                    continue
                begun_with = self.rest[0]
                ends = time.monotonic() + self.bounds.piece * begun_with.weight * CLOCK
        if self.is_over:
            return
        if begun_with is None:
            raise ReadingFailed("the process that draws ended before it began")
        self.take(_Drawn(None, self.bounds.piece * begun_with.weight))

    def take(self, drawn: _Drawn) -> None:
        piece = self.rest.pop(0)
        size = self.bounds.size
        if drawn.text is not None:
            self.done[piece.key] = drawn.text
            size -= len(drawn.text)
        self.bounds = replace(self.bounds, seconds=self.bounds.seconds - drawn.seconds, size=size)


def run(pieces: Sequence[Piece], bounds: Bounds, pipe: Connection) -> None:
    process.bound(process.MEMORY)
    left = bounds.seconds
    try:
        for piece in pieces:
            pipe.send(_Begins())
            began = time.process_time()
            end_after(max(0.001, min(bounds.piece * piece.weight, left)))
            text: str | None = piece.draw()
            end_after(0)
            took = time.process_time() - began
            if text is not None and len(text) > _TEXT_LARGEST * piece.weight:
                text = None
            pipe.send(_Drawn(text, took))
            left -= took
    except (MemoryError, RecursionError):
        return
    except Exception:
        pipe.send(Failed(traceback.format_exc()))
