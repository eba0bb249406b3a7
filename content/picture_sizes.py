"""How many dots a picture has, by what stands before them: none is unpacked, so that a small file
that would unfold into gigabytes costs no more than another. PNG, JPEG, GIF and WebP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

PIXELS_MOST: Final = 40_000_000
PHOTO_PIXELS_MOST: Final = 70_000_000  # of a JPEG, which is opened in a fraction of its size
LONGEST_SIDE: Final = 1600  # pixels; a page's column has half of that

_STEPS_MOST: Final = 200_000  # of a file; a GIF of 20 MB is written in 80,000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_GIF: Final = (b"GIF87a", b"GIF89a")
# markers of a JPEG that say its size, that have no length, and that begin its dots
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD8)))
_SCAN: Final = 0xDA


class Broken(Exception):
    """Damaged, cut short, or of another kind than these."""


class Size(NamedTuple):
    width: int
    height: int
    is_photo: bool = False

    @property
    def most(self) -> int:
        return PHOTO_PIXELS_MOST if self.is_photo else PIXELS_MOST

    @property
    def is_too_large(self) -> bool:
        return self.width * self.height > self.most


def size_of(data: bytes) -> Size:
    """Of an animation: of all its pictures together, one above the other. Raises Broken."""
    steps = iter(range(_STEPS_MOST))
    try:
        if data.startswith(_PNG):
            found = _png(data, steps)
        elif data.startswith(_JPEG):
            found = _jpeg(data, steps)
        elif data.startswith(_GIF):
            found = _gif(data, steps)
        elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            found = _webp(data, steps)
        else:
            raise Broken
    except (IndexError, struct.error, StopIteration) as failure:
        raise Broken from failure
    if not found.width or not found.height:
        raise Broken
    return found


def is_sound(data: bytes) -> bool:
    """Neither broken nor larger than a picture may be."""
    try:
        return not size_of(data).is_too_large
    except Broken:
        return False


def outline(data: bytes) -> bytes:
    """A short picture without dots that is as large as this one, or as broken."""
    try:
        size = size_of(data)
    except Broken:
        return data[:12]  # by which its kind is known
    if size.is_photo:
        frame = struct.pack(">HBHHB", 8, 8, size.height, size.width, 0)
        return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda\0\2\xff\xd9"
    head = b"\0\0\0\rIHDR" + struct.pack(">II", size.width, size.height) + bytes(9)
    return _PNG + head + b"\0\0\0\0IDAT\0\0\0\0" + b"\0\0\0\0IEND\0\0\0\0"


def _png(data: bytes, steps: Iterator[int]) -> Size:
    at, has_dots = len(_PNG), False
    if data[at + 4 : at + 8] != b"IHDR":
        raise Broken
    width, height = struct.unpack_from(">II", data, at + 8)
    while next(steps) >= 0:
        (size,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        at += 12 + size
        if at > len(data):
            raise Broken
        has_dots = has_dots or kind == b"IDAT"
        if kind == b"IEND":
            break
    if not has_dots:
        raise Broken
    return Size(width, height)


def _jpeg(data: bytes, steps: Iterator[int]) -> Size:
    at, width, height = 2, 0, 0
    while next(steps) >= 0:
        if data[at] != 0xFF:
            raise Broken
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1  # filled up
            continue
        if marker in _ALONE:
            at += 2
            continue
        if marker in _FRAMES:
            high, wide = struct.unpack_from(">HH", data, at + 5)
            width, height = max(width, wide), max(height, high)
        (size,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + size
        if marker == _SCAN:
            break
    if data.find(b"\xff\xd9", at) < 0:
        raise Broken
    return Size(width, height, is_photo=True)


def _gif(data: bytes, steps: Iterator[int]) -> Size:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at, has_dots = 13 + _colours(flags), False
    while (block := data[at]) != 0x3B and next(steps) >= 0:
        if block == 0x2C:
            left, top, wide, high, flags = struct.unpack_from("<4HB", data, at + 1)
            # one that is larger than the screen makes the screen larger
            width, height, has_dots = max(width, left + wide), max(height, top + high), True
            at += 11 + _colours(flags)
        elif block == 0x21:
            at += 2
        else:
            raise Broken
        while (size := data[at]) and next(steps) >= 0:
            at += 1 + size
        at += 1
    if not has_dots:
        raise Broken
    return Size(width, height)


def _colours(flags: int) -> int:
    """Bytes of the table of colours."""
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _webp(data: bytes, steps: Iterator[int]) -> Size:
    """The canvas, and what is drawn on it: they should say the same."""
    (size,) = struct.unpack_from("<I", data, 4)
    at, end, width, height, has_dots = 12, 8 + size, 0, 0, False
    if end > len(data):
        raise Broken
    while at + 8 <= end and next(steps) >= 0:
        kind, (size,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        found = _webp_part(kind, data, at + 8)
        at += 8 + size + size % 2
        if found is not None:
            if at > end:
                raise Broken
            width, height = max(width, found[0]), max(height, found[1])
            has_dots = has_dots or kind != b"VP8X"
    if not has_dots:
        raise Broken
    return Size(width, height)


def _webp_part(kind: bytes, data: bytes, at: int) -> tuple[int, int] | None:
    if kind == b"VP8 ":
        if data[at + 3 : at + 6] != b"\x9d\x01\x2a":
            raise Broken
        wide, high = struct.unpack_from("<HH", data, at + 6)
        return wide & 0x3FFF, high & 0x3FFF
    if kind == b"VP8L":
        signature, bits = struct.unpack_from("<BI", data, at)
        if signature != 0x2F:
            raise Broken
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind in (b"VP8X", b"ANMF"):
        at += 4 if kind == b"VP8X" else 6
        sides = data[at : at + 6]
        return int.from_bytes(sides[:3], "little") + 1, int.from_bytes(sides[3:], "little") + 1
    return None
