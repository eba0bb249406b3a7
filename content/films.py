"""MP4 without what the telephone or a program has noted in it: where, when, by whom. Every box of
notes becomes a `free` box of the same size, filled with zeros: no byte of the film moves, so that
what points into it (stco, co64, mfra) stays true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

# What holds other boxes, and notes among them (ISO/IEC 14496-12).
_HOLDERS: Final = frozenset(b"moov trak mdia minf stbl dinf edts mvex moof traf mfra".split())
# User data (with its loci and ©xyz), Apple's and other metadata, boxes of anybody's own (XMP).
_NOTES: Final = frozenset((b"udta", b"meta", b"uuid", b"loci", b"\xa9xyz", b"ID32", b"meco"))
_EMPTY: Final = frozenset((b"free", b"skip", b"wide"))
# As telephones, QuickTime, 3GPP and XMP name it.
_PLACES: Final = (b"\xa9xyz", b"loci", b"location.ISO6709", b"GPSLatitude")
_BOXES_MOST: Final = 100_000


class NoFilm(Exception):
    """Its boxes do not fit into each other: what is in it cannot be told."""


def without_notes(data: bytes) -> bytes:
    """Of the same length. Raises NoFilm."""
    film = bytearray(data)
    for at, kind, head, size in _boxes(data):
        if kind in _NOTES or kind in _EMPTY:
            film[at + 4 : at + 8] = b"free"
            film[at + head : at + size] = bytes(size - head)
    return bytes(film)


def notes_of(data: bytes) -> bytes:
    """The boxes of notes in which something is noted, one after the other. Of what is no film as
    much as can be told."""
    found = []
    try:
        for at, kind, head, size in _boxes(data):
            if kind in _NOTES and data[at + head : at + size].strip(b"\0"):
                found.append(data[at : at + size])
    except NoFilm:
        pass
    return b"".join(found)


def tells_place(notes: bytes) -> bool:
    return any(name in notes for name in _PLACES)


def _boxes(film: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """Where each begins, its kind, bytes of its head, bytes of it all."""
    waiting = [(0, len(film))]
    seen = 0
    while waiting:
        at, end = waiting.pop()
        while at < end:
            seen += 1
            if seen > _BOXES_MOST:
                raise NoFilm
            kind, head, size = _box(film, at, end)
            yield at, kind, head, size
            if kind in _HOLDERS:
                waiting.append((at + head, at + size))
            at += size


def _box(film: bytes, at: int, end: int) -> tuple[bytes, int, int]:
    """Kind, bytes of its head, bytes of it all: at least one, at most what is left."""
    if end - at < 8:
        raise NoFilm
    size, kind = int.from_bytes(film[at : at + 4]), bytes(film[at + 4 : at + 8])
    head = 8
    if size == 1:
        head, size = 16, int.from_bytes(film[at + 8 : at + 16])
    elif size == 0:  # to the end, which only the last box of the file may say
        if end != len(film):
            raise NoFilm
        size = end - at
    if size < head or size > end - at:
        raise NoFilm
    return kind, head, size
