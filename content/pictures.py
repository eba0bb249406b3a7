"""Pictures without what the camera, the telephone or a program has noted in them: where, when, by
whom. Nothing is drawn anew: what is seen stays bit by bit as it was."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
# What a picture needs to be shown as it was meant (PNG 3rd edition, 5.6), and its animation.
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sRGB sBIT cICP bKGD hIST pHYs acTL fcTL fdAT".split()
)
_WEBP_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"ICCP", b"ALPH", b"ANIM", b"ANMF"))
_SCAN, _END = 0xDA, 0xD9
_JFIF, _APP1, _APP2, _ADOBE, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_APPLICATIONS: Final = range(0xE0, 0xF0)
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_ORIENTATION: Final = 0x0112


def is_picture(data: bytes) -> bool:
    """What it begins with says so: PNG, JPEG, WebP or GIF, which every browser shows."""
    return data.startswith((_PNG, _JPEG, b"GIF87a", b"GIF89a")) or _is_webp(data)


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def without_notes(data: bytes) -> bytes:
    """PNG, JPEG and WebP are known by what they hold; anything else comes back as it is. Where a
    picture is damaged it ends."""
    if data.startswith(_PNG):
        return _PNG + b"".join(_png(data))
    if data.startswith(_JPEG):
        return data[:2] + b"".join(_jpeg(data))
    if _is_webp(data):
        body = b"WEBP" + b"".join(_webp(data))
        return b"RIFF" + struct.pack("<I", len(body)) + body
    return data


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        if kind in _PNG_KEPT:
            yield data[at : at + 12 + size]
        if kind == b"IEND":
            return
        at += 12 + size


def _webp(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        kind = data[at : at + 4]
        (size,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + size + size % 2
        if kind == b"VP8X":
            # Its first byte says what else there is: no Exif and no XMP.
            yield data[at : at + 8] + bytes([data[at + 8] & ~0b1100]) + data[at + 9 : end]
        elif kind in _WEBP_KEPT:
            yield data[at:end]
        at = end


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Its segments, from one marker to the next. What comes after the picture's end is no part of
    it: cameras put a second one there, with notes of its own."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _END:
            yield data[at : at + 2]
            return
        if marker == 0xFF:
            at += 1  # filled up
            continue
        if marker in _ALONE:
            yield data[at : at + 2]
            at += 2
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + size
        if marker == _SCAN:
            end = _next_marker(data, end)
        segment = data[at:end]
        if marker == _APP1 and segment[4:10] == b"Exif\0\0":
            yield _only_orientation(segment[10:])
        elif _is_seen(marker, segment):
            yield segment
        at = end
    yield b"\xff\xd9"


def _is_seen(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:].startswith(b"ICC_PROFILE\0")
    return marker in (_JFIF, _ADOBE) or marker not in (_COMMENT, *_APPLICATIONS)


def _next_marker(data: bytes, at: int) -> int:
    """Behind the dots of a scan, in which 0xFF stands for itself only with a 0 behind it."""
    while (at := data.find(b"\xff", at)) >= 0:
        if at + 1 < len(data) and data[at + 1] not in (0, *range(0xD0, 0xD8)):
            return at
        at += 1
    return len(data)


def _only_orientation(tiff: bytes) -> bytes:
    """How the camera was held, without which a picture lies on its side; nothing else."""
    way = _orientation(tiff)
    if way is None or not 2 <= way <= 8:
        return b""
    body = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, way, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _orientation(tiff: bytes) -> int | None:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _kind, _many, way = struct.unpack_from(
                f"{order}HHIH", tiff, first + 2 + 12 * number
            )
            if tag == _ORIENTATION:
                return int(way)
    except struct.error:
        return None
    return None
