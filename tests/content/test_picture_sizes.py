"""A picture's size is known before it is unpacked, whatever unpacks it: Pillow is the witness, and
what it finds too large or cannot read is not sound (check 26)."""

import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from content.checks import drawings
from content.picture_sizes import (
    PHOTO_PIXELS_MOST,
    PIXELS_MOST,
    Broken,
    Size,
    is_sound,
    outline,
    size_of,
)
from content.workers.loading import load_library
from tests.content.cases import MODULE, TRACK_FILE, _whole_module, write
from tests.content.test_includes import LIBRARY

SIZE = (37, 23)


def saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, SIZE, 1).save(made, kind, **options)
    return made.getvalue()


def moving(kind: str, **options: object) -> bytes:
    others = [Image.new("RGB", SIZE, colour) for colour in ("teal", "navy", "olive")]
    return saved(kind, save_all=True, append_images=others, **options)


def noted() -> Image.Exif:
    """Notes with a small picture of its own in them."""
    made = Image.Exif()
    made[0x010E] = "\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\xff\xd9"
    return made


PICTURES = {
    "png": saved("PNG"),
    "png, two colours": saved("PNG", "1"),
    "png, table": saved("PNG", "P"),
    "png, see-through": saved("PNG", "RGBA", icc_profile=b"profile" * 20),
    "png, moving": moving("PNG"),
    "jpeg": saved("JPEG"),
    "jpeg, grey": saved("JPEG", "L"),
    "jpeg, printed": saved("JPEG", "CMYK"),
    "jpeg, progressive": saved("JPEG", progressive=True, restart_marker_blocks=1),
    "jpeg, notes": saved("JPEG", exif=noted(), comment=b"\xff\xd9", icc_profile=b"p" * 99_000),
    "jpeg, filled": saved("JPEG").replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1),
    "gif": saved("GIF", "P"),
    "gif, moving": moving("GIF", comment=b";,!"),
    "webp": saved("WEBP"),
    "webp, lossless": saved("WEBP", lossless=True),
    "webp, see-through": saved("WEBP", "RGBA", exif=noted()),
    "webp, moving": moving("WEBP"),
}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, dots: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">HH", *reversed(SIZE))
    return PICTURES["jpeg"].replace(frame, struct.pack(">HH", height, width), 1)


def gif(screen: tuple[int, int], place: tuple[int, int, int, int]) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\0\0\0"
    return head + b"," + struct.pack("<4H", *place) + b"\0\2\2D\1\0;"


def webp(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossless(width: int, height: int) -> bytes:
    return b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)


def canvas(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(4) + sides


def bomb() -> bytes:
    """50,000 x 50,000 dots, which every reader unpacks to the end."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 50_000 // 8)
    dots = b"".join(packer.compress(row * 1000) for _ in range(50)) + packer.flush()
    return png(50_000, 50_000, dots)


SMALL = lossless(9, 9)
LARGE = {
    "png": bomb(),
    "png, one column": png(1, PIXELS_MOST + 1),
    "jpeg": jpeg(65_535, 65_535),
    "jpeg, said twice": PICTURES["jpeg"][:2]
    + b"\xff\xc0\0\7\x08\xff\xff\xff\xff"
    + PICTURES["jpeg"][2:],
    "gif, screen": gif((65_535, 65_535), (0, 0, 1, 1)),
    "gif, larger than its screen": gif((1, 1), (0, 0, 65_535, 65_535)),
    "gif, far out on its screen": gif((1, 1), (65_534, 65_534, 1, 1)),
    "webp": webp((b"VP8 ", b"\0\0\0\x9d\1\x2a\xff\x3f\xff\x3f")),
    "webp, lossless": webp((b"VP8L", lossless(16_383, 16_383))),
    "webp, canvas": webp((b"VP8X", canvas(1 << 24, 255)), (b"VP8L", SMALL)),
    "webp, larger than its canvas": webp(
        (b"VP8X", canvas(9, 9)), (b"VP8L", lossless(16_383, 16_383))
    ),
    "webp, moving": webp((b"VP8X", canvas(9, 9)), (b"ANMF", bytes(2) + canvas(1 << 24, 1 << 24))),
}


def witnessed(data: bytes) -> tuple[int, int] | None:
    """What Pillow says, which draws none of it. None: it cannot be opened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        try:
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "GIF", "WEBP"]) as opened:
                return opened.size
        except Exception:
            return None


@pytest.mark.parametrize("name", PICTURES)
def test_the_size_is_what_pillow_says(name: str):
    data = PICTURES[name]
    assert size_of(data) == Size(*SIZE, is_photo=name.startswith("jpeg"))
    assert witnessed(data) == SIZE


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_cut_short_is_told_wherever_it_was_cut(name: str):
    data = PICTURES[name]
    ends = {*range(min(len(data), 2_000)), *range(2_000, len(data), 97), len(data) - 1}
    assert [end for end in sorted(ends) if is_sound(data[:end])] == []
    assert is_sound(data + b"what a camera puts behind it")


@pytest.mark.parametrize("name", LARGE)
def test_too_many_dots_are_seen_without_unpacking_any(name: str):
    began = time.process_time()
    assert size_of(LARGE[name]).is_too_large
    assert time.process_time() - began < 0.05


def test_the_limits_are_those_of_an_upload():
    assert is_sound(png(PIXELS_MOST // 1000, 1000))
    assert not is_sound(png(PIXELS_MOST // 1000 + 1, 1000))
    assert is_sound(jpeg(PHOTO_PIXELS_MOST // 10_000, 10_000))
    assert not is_sound(jpeg(PHOTO_PIXELS_MOST // 10_000 + 1, 10_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        png(0, 9),
        jpeg(9, 0),
        gif((0, 9), (0, 0, 0, 9)),
        png(9, 9).replace(b"IDAT", b"tEXt"),
        png(9, 9).replace(b"IHDR", b"CgBI"),
        gif((9, 9), (0, 0, 9, 9)).replace(b",", b"?"),
        b"GIF89a\x09\0\x09\0\0\0\0;",
        PICTURES["jpeg"][:2] + b"<!-- -->" + PICTURES["jpeg"][2:],
        PICTURES["jpeg"].replace(b"\xff\xc0", b"\xff\xe9"),
        webp((b"VP8X", canvas(9, 9))),
        webp((b"VP8L", b"\0" + SMALL[1:])),
        webp((b"VP8 ", bytes(10))),
        b"\0\0\0\x18ftypheic",
    ],
)  # fmt: skip
def test_what_is_no_whole_picture(data: bytes):
    with pytest.raises(Broken):
        size_of(data)


LONG = {
    "png": PICTURES["png"][:33] + chunk(b"tEXt", b"") * 1_600_000,
    "jpeg": b"\xff\xd8" + b"\xff\xe9\0\2" * 5_000_000,
    "jpeg, filled": b"\xff\xd8" + b"\xff" * 20_000_000,
    "gif": b"GIF89a" + bytes(7) + b"!\xfe" + b"\1x" * 10_000_000,
    "gif, frames": b"GIF89a" + bytes(7) + (b"," + bytes(11)) * 1_600_000,
    "webp": webp(*[(b"ALPH", b"")] * 10)[:-80]
    .replace(struct.pack("<I", 84), struct.pack("<I", 20_000_004))
    + b"ALPH\0\0\0\0" * 2_500_000,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_a_picture_of_ever_more_parts_is_given_up_at_once(name: str):
    began = time.process_time()
    assert not is_sound(LONG[name])
    assert time.process_time() - began < 0.3


KINDS = st.sampled_from([*PICTURES.values(), *LARGE.values()])


@settings(max_examples=300, deadline=None)
@given(KINDS, st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=6))
def test_what_pillow_finds_larger_than_we_do_is_not_sound(
    data: bytes, changes: list[tuple[int, int]]
):
    changed = bytearray(data[:200_000])
    for at, byte in changes:
        changed[at % len(changed)] = byte
    seen = witnessed(bytes(changed))
    try:
        found = size_of(bytes(changed))
    except Broken:
        found = None
    if seen is not None and found is not None:
        assert seen[0] <= found.width
        assert seen[1] <= found.height


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP"]),
    st.binary(max_size=80),
    KINDS,
)
def test_an_outline_is_judged_as_the_picture_is(begin: bytes, rest: bytes, other: bytes):
    for data in (begin + rest, other, other[: len(rest) * 7]):
        assert len(outline(data)) < 80
        assert drawings._picture("a", outline(data)) == drawings._picture("a", data)


def a_library(root: Path, media: dict[str, bytes]) -> Path:
    write(root, {"library.yaml": LIBRARY})
    write(root / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: _whole_module()})
    for name, data in media.items():
        place = root / "et-spor" / "media" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def test_a_folder_with_such_pictures_is_told_by_file(tmp_path: Path):
    media = {
        "a.png": bomb(),
        "b/c.JPG": PICTURES["jpeg"][:300],
        "d.gif": LARGE["gif, screen"],
        "e.webp": PICTURES["webp"],
    }
    loaded = load_library(a_library(tmp_path, media))
    assert [(p.code, p.location.path, p.level) for p in loaded.problems] == [
        ("image-pixels", "et-spor/media/a.png", "error"),
        ("image-broken", "et-spor/media/b/c.JPG", "error"),
        ("image-pixels", "et-spor/media/d.gif", "error"),
    ]
    assert loaded.value is None
    assert "50000 x 50000 dots; at most 40 million" in loaded.problems[0].message


def test_a_library_of_many_pictures_is_checked_quickly(tmp_path: Path):
    """100 tracks of 10 photos, 200 KB each."""
    photo = PICTURES["jpeg"][:-2] + bytes(200_000) + b"\xff\xd9"
    folder = a_library(tmp_path, {f"{number}.jpg": photo for number in range(10)}) / "et-spor"
    began = time.process_time()
    for _ in range(100):
        assert drawings.problems(folder) == []
    assert time.process_time() - began < 2
