"""Files an author adds to a track: known by what they hold, not by what they are called. Pictures
are drawn anew and drawings written anew, so that nothing but the picture is left: no place, no
camera, no second file, no program. Of a film its notes are emptied."""

from __future__ import annotations

import io
import warnings
from typing import Final, Literal

from msgspec import Struct
from PIL import Image, ImageOps, UnidentifiedImageError

from content.drawings import NoDrawing, harmless
from content.films import NoFilm, without_notes
from content.picture_sizes import LONGEST_SIDE, Size

LARGEST: Final = 5 * 1024 * 1024  # bytes, as it is kept
LARGEST_PICTURE: Final = 20 * 1024 * 1024  # bytes, as it comes: a telephone's

Refusal = Literal[
    "empty", "large", "svg", "kind", "heic", "film", "cut", "broken", "pixels", "captions"
]

# what a picture comes as -> as what it is kept
_FORMATS: Final = {"PNG": "PNG", "GIF": "PNG", "JPEG": "JPEG", "WEBP": "WEBP"}
_SUFFIXES: Final = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
# ISO base media: what it is, it says after "ftyp".
_FILMS: Final = frozenset(
    (b"isom", *(b"iso%d" % n for n in range(2, 10)), b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV")
)
_STILLS: Final = frozenset(b"heic heix heim heis hevc hevx mif1 msf1 avif avis".split())
_STARTS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")


class Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason: Refusal = reason


class Upload(Struct, frozen=True):
    data: bytes
    suffix: str
    is_picture: bool
    taken_out: tuple[str, ...] = ()  # of a drawing: names of what it may not hold


def taken_in(data: bytes) -> Upload:
    """Raises Refused."""
    if not data:
        raise Refused("empty")
    is_picture = data.startswith(_STARTS)
    if len(data) > (LARGEST_PICTURE if is_picture else LARGEST):
        raise Refused("large")
    if is_picture:
        return _picture(data)
    if data.startswith(b"%PDF-"):
        return Upload(data, ".pdf", is_picture=False)
    if data[4:8] == b"ftyp":
        return _film(data)
    if data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        return _captions(data)
    if b"<svg" in data[:4096].lower():
        return _drawing(data)
    raise Refused("kind")


def _film(data: bytes) -> Upload:
    brand = data[8:12]
    if brand in _STILLS:
        raise Refused("heic")
    if brand not in _FILMS:
        raise Refused("film")
    try:
        return Upload(without_notes(data), ".mp4", is_picture=False)
    except NoFilm as failure:
        raise Refused("cut") from failure


def _drawing(data: bytes) -> Upload:
    try:
        drawing = harmless(data)
    except NoDrawing as failure:
        raise Refused("svg") from failure
    return Upload(drawing.data, ".svg", is_picture=True, taken_out=drawing.taken_out)


def _captions(data: bytes) -> Upload:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise Refused("captions") from failure
    if "\x00" in text:
        raise Refused("captions")
    return Upload(text.encode(), ".vtt", is_picture=False)


def _picture(data: bytes) -> Upload:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as opened:
                return _drawn_anew(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
        raise Refused("pixels") from failure
    except UnidentifiedImageError as failure:
        raise Refused("kind") from failure
    except (Refused, MemoryError):
        raise
    except Exception as failure:
        # decoders of damaged pictures trip in ways of their own: struct.error, SyntaxError ...
        raise Refused("broken") from failure


def _drawn_anew(opened: Image.Image) -> Upload:
    if Size(*opened.size, is_photo=opened.format == "JPEG").is_too_large:
        raise Refused("pixels")
    kept = _FORMATS[str(opened.format)]
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read in a fraction of its size
    picture = ImageOps.exif_transpose(opened)  # as the camera was held
    is_see_through = picture.has_transparency_data and kept != "JPEG"
    picture = picture.convert("RGBA" if is_see_through else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.info = {}  # comments, colour profiles, whatever else came along
    made = io.BytesIO()
    if kept == "PNG":
        picture.save(made, "PNG", optimize=True)
    else:
        picture.save(made, kept, quality=85)
    return Upload(made.getvalue(), _SUFFIXES[kept], is_picture=True)
