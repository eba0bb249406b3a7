"""Who looks on while a library is read, so that a piece which takes too long can be ended and the
rest be read without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from content.problems import Location

if TYPE_CHECKING:
    from content.loader import Loaded
    from content.model import Track

_HEADING = re.compile(r" {0,3}#{1,3}[ \t]")


class Unread(Struct, frozen=True):
    """Lines that could not be read in time; counted from 0, `last` is the line after them."""

    line: int  # where it is told, counted from 1
    first: int
    last: int
    is_whole: bool = False

    def holds(self, line: int) -> bool:
        return self.first < line <= self.last


class Watch:
    """Lets everything pass; content.workers has the one that keeps the time."""

    def begin(self, at: Location, size: int = 0, *, is_file: bool = False) -> None:
        """A piece of work begins: reading so many bytes, or drawing what stands there."""

    def unread(self, path: str) -> Sequence[Unread]:
        return ()

    def track(self, name: str, load: Callable[[], Loaded[Track]]) -> Loaded[Track]:
        return load()


def without(text: str, unread: Sequence[Unread]) -> str:
    """With the same number of lines. Headings stay: the ids on them are still there."""
    lines = text.split("\n")
    for part in unread:
        for number in range(part.first, min(part.last, len(lines))):
            if number > part.first or not _HEADING.match(lines[number]):
                lines[number] = ""
    return "\n".join(lines)


def pieces(text: str) -> list[tuple[int, int]]:
    """First line and the line after the last of what stands under each heading."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    starts = sorted({0, *starts})
    return list(zip(starts, [*starts[1:], len(lines)], strict=True))


def piece_with(text: str, line: int) -> Unread:
    """The piece that holds a line counted from 1."""
    first, last = next((p for p in pieces(text) if p[0] < line <= p[1]), (0, text.count("\n") + 1))
    return Unread(line, first, last)
