"""Files from authors: taken by what they hold; of a picture only the picture is kept (check 26)."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from content.intake.opening import upload_taken_in
from content.intake.uploads import LARGEST, LARGEST_PICTURE, Refused, taken_in
from content.picture_sizes import LONGEST_SIDE

CANARY = b"canary-59.8333-10.4333"


def picture(
    kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object
) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 7).save(made, kind, **options)
    return made.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825)[2] = (59.0, 50.0, 0.0)
    return picture("JPEG", exif=exif, comment=CANARY)


def with_text() -> bytes:
    info = PngInfo()
    info.add_text("Comment", CANARY.decode())
    return picture("PNG", pnginfo=info)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that, and has nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (picture("PNG"), ".png"),
        (picture("JPEG"), ".jpg"),
        (picture("WEBP"), ".webp"),
        (picture("GIF", mode="P"), ".png"),
        (picture("PNG", mode="P"), ".png"),
        (picture("PNG", mode="RGBA"), ".png"),
        (picture("PNG", mode="1"), ".png"),
        (picture("PNG", mode="I;16"), ".png"),
        (picture("JPEG", mode="CMYK"), ".jpg"),
        (picture("JPEG", mode="L"), ".jpg"),
    ],
)
def test_pictures_are_kept_as_what_they_are(data: bytes, suffix: str):
    taken = taken_in(data)

    assert (taken.suffix, taken.is_picture) == (suffix, True)
    with Image.open(io.BytesIO(taken.data)) as drawn:
        assert drawn.size == (40, 30)


@pytest.mark.parametrize(
    "data",
    [
        with_place(),
        with_text(),
        picture("PNG") + b"<script>" + CANARY,
        picture("JPEG") + b"PK\x03\x04" + CANARY,
        picture("JPEG", icc_profile=CANARY),
        picture("GIF", mode="P", comment=CANARY),
        picture("WEBP", xmp=CANARY),
    ],
)
def test_nothing_but_the_picture_is_kept(data: bytes):
    assert CANARY in data or b"59" in data

    taken = taken_in(data)

    assert CANARY not in taken.data
    assert b"<script>" not in taken.data
    with Image.open(io.BytesIO(taken.data)) as drawn:
        assert dict(drawn.getexif()) == {}
        assert "comment" not in drawn.info


def test_a_picture_stands_as_the_camera_was_held():
    with Image.open(io.BytesIO(taken_in(with_place()).data)) as drawn:
        assert drawn.size == (30, 40)


def test_what_was_see_through_stays_so():
    made = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG")

    with Image.open(io.BytesIO(taken_in(made.getvalue()).data)) as drawn:
        assert drawn.getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_large_pictures_are_scaled(kind: str):
    with Image.open(io.BytesIO(taken_in(picture(kind, (4000, 1000))).data)) as drawn:
        assert drawn.size == (LONGEST_SIDE, 400)


def test_the_photo_of_a_telephone_is_scaled_however_large_it_comes():
    noise = Image.effect_noise((8000, 6000), 90).convert("RGB")  # 48 megapixels
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=40)
    assert LARGEST < made.tell() < LARGEST_PICTURE

    taken = upload_taken_in(made.getvalue())

    with Image.open(io.BytesIO(taken.data)) as drawn:
        assert drawn.size == (LONGEST_SIDE, 1200)
    assert len(taken.data) < LARGEST


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"x" * (LARGEST + 1), "large"),
        (picture("JPEG") + b"x" * LARGEST_PICTURE, "large"),
        (b"<svg onload='alert(1)'/>", "svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- --><SVG/>", "svg"),
        (b"<html><script>alert(1)</script>", "kind"),
        (b"MZ\x90\x00", "kind"),
        (b"PK\x03\x04", "kind"),
        (b"GIF89a<script>alert(1)</script>", "kind"),
        (b"RIFF\x00\x00\x00\x00WAVE", "kind"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x10" + CANARY, "kind"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01webm" + CANARY, "kind"),
        (b"\x00\x00\x00\x18ftypheic" + CANARY, "heic"),
        (b"\x00\x00\x00\x18ftypmif1" + CANARY, "heic"),
        (b"\x00\x00\x00\x1cftypavif" + CANARY, "heic"),
        (b"\x00\x00\x00\x14ftypqt  " + CANARY, "film"),
        (b"\x00\x00\x00\x14ftypM4A " + CANARY, "film"),
        (picture("PNG")[:60], "broken"),
        (picture("JPEG")[:300], "broken"),
        (bomb(50_000, 50_000), "pixels"),
        (bomb(10_000, 9_000), "pixels"),
        (bomb(7_000, 7_000), "pixels"),
        (bomb(100, 100), "broken"),
        (b"WEBVTT\n\n\xff\xfe", "captions"),
        (b"WEBVTT\n\x00", "captions"),
    ],
)
def test_what_is_not_taken_says_why_at_once(data: bytes, reason: str):
    began = time.process_time()

    with pytest.raises(Refused) as refused:
        taken_in(data)

    assert refused.value.reason == reason
    assert time.process_time() - began < 1, "check 26, of the processor: neighbours do not count"


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHei\n", ".vtt"),
        (b"\xef\xbb\xbfWEBVTT\n", ".vtt"),
        (b"%PDF-1.7\n", ".pdf"),
        (b"\x00\x00\x00\x0cftypmp42", ".mp4"),
    ],
)
def test_films_captions_and_documents_are_known(data: bytes, suffix: str):
    taken = taken_in(data)

    assert (taken.suffix, taken.is_picture) == (suffix, False)
    assert taken.data == data.removeprefix(b"\xef\xbb\xbf")
