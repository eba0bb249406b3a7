"""Of a picture only the picture is published, bit by bit as it was (check 26)."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from content.pictures import is_picture, without_notes

CANARY = b"canary-59.8333-10.4333"
SIZE = (37, 23)


def drawn() -> Image.Image:
    made = Image.new("RGB", SIZE)
    made.putdata([(x * 7 % 256, y * 11 % 256, x * y % 256) for y in range(23) for x in range(37)])
    return made


def exif(way: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = way
    made[0x010E] = CANARY.decode()
    made.get_ifd(0x8825)[2] = (59.0, 50.0, 0.0)
    return made


def saved(kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    drawn().save(made, kind, **options)
    return made.getvalue()


def with_text() -> bytes:
    info = PngInfo()
    info.add_text("Comment", CANARY.decode())
    info.add_itxt("XML:com.adobe.xmp", CANARY.decode(), zip=False)
    return saved("PNG", pnginfo=info, exif=exif())


def profiled(kind: str) -> bytes:
    """A profile says which colours are meant: that is seen."""
    return saved(kind, icc_profile=b"profile " * 20, exif=exif())


def second_picture() -> bytes:
    """As a camera puts one behind the first, with its own notes."""
    return saved("JPEG") + saved("JPEG", exif=exif())


PICTURES = {
    "jpeg": saved("JPEG", exif=exif(), comment=CANARY, quality=90),
    "jpeg, progressive": saved("JPEG", exif=exif(), progressive=True, restart_marker_blocks=1),
    "jpeg, xmp": saved("JPEG", xmp=CANARY),
    "jpeg, two": second_picture(),
    "jpeg, profile": profiled("JPEG"),
    "jpeg, filled": saved("JPEG", exif=exif()).replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1),
    "png": with_text(),
    "png, profile": profiled("PNG"),
    "png, more behind it": saved("PNG") + CANARY,
    "webp": saved("WEBP", exif=exif(), xmp=CANARY),
    "webp, lossless": saved("WEBP", exif=exif(), lossless=True),
    "webp, profile": profiled("WEBP"),
}


def look(data: bytes) -> tuple[bytes, bytes | None]:
    """What is seen: the dots as they stand in a browser, and the colours that are meant."""
    with Image.open(io.BytesIO(data)) as opened:
        profile = opened.info.get("icc_profile")
        return ImageOps.exif_transpose(opened).convert("RGB").tobytes(), profile


@pytest.mark.parametrize("name", PICTURES)
def test_only_what_is_seen_is_left(name: str):
    data = PICTURES[name]

    left = without_notes(data)

    assert look(left) == look(data)
    assert CANARY not in left
    with Image.open(io.BytesIO(left)) as opened:
        assert dict(opened.getexif()) == {}
        assert not {"comment", "xmp", "exif", "Comment"} & opened.info.keys()
    assert without_notes(left) == left
    assert left.count(b"\xff\xd8\xff") <= 1


@pytest.mark.parametrize("way", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_stands_as_the_camera_was_held(way: int, order: str):
    notes = exif(way)
    notes.endian = order
    data = saved("JPEG", exif=notes.tobytes())

    left = without_notes(data)

    assert look(left) == look(data)
    with Image.open(io.BytesIO(left)) as opened:
        assert dict(opened.getexif()) == ({0x0112: way} if way > 1 else {})
    assert CANARY not in left


def test_a_picture_without_notes_stays_as_it_is():
    for data in (saved("JPEG"), saved("PNG"), saved("WEBP"), saved("GIF"), b"WEBVTT\n", b""):
        assert without_notes(data) == data


@given(
    st.sampled_from(sorted(PICTURES)),
    st.integers(0, 4000),
    st.binary(min_size=1, max_size=8),
    st.booleans(),
)
def test_damaged_pictures_come_out_as_something(name: str, at: int, put: bytes, is_cut: bool):
    data = PICTURES[name]
    at %= len(data)
    damaged = data[:at] + put + (b"" if is_cut else data[at + len(put) :])

    left = without_notes(damaged)

    assert len(left) <= len(damaged) + 40
    assert is_picture(left) is is_picture(damaged)


def test_an_entry_that_points_outside_is_no_way_to_hold_a_camera():
    tiff = b"II*\0" + struct.pack("<I", 0xFFFFFFF0)
    body = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    plain = saved("JPEG")

    assert without_notes(plain[:2] + segment + plain[2:]) == plain


def test_what_every_browser_shows():
    heic = b"\x00\x00\x00\x18ftypheic" + CANARY
    assert [is_picture(x) for x in (saved("GIF"), saved("WEBP"), heic, b"RIFFxxxxWAVE", b"")] == [
        True, True, False, False, False,
    ]  # fmt: skip
