"""A film keeps what is seen and heard, byte for byte where it stood, and nothing that is noted."""

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks import films
from content.films import NoFilm, notes_of, without_notes
from content.intake.uploads import Refused, taken_in

CANARY = b"+59.8333+010.4333/"


def box(kind: bytes, *inside: bytes, size: int | None = None) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body) if size is None else size) + kind + body


def long_box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body


HEAD = box(b"ftyp", b"mp42\0\0\0\0")
PICTURES = box(b"mdat", b"pictures udta meta \xa9xyz and sounds")
APPLE = box(
    b"meta",
    box(b"keys", b"com.apple.quicktime.location.ISO6709"),
    box(b"ilst", box(b"data", CANARY)),
)
NOTES = {
    "place of a telephone": box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7", CANARY)),
    "loci": box(b"udta", box(b"loci", CANARY)),
    "apple": APPLE,
    "apple in user data": box(b"udta", APPLE),
    "xmp": box(b"uuid", b"x" * 16, CANARY),
    "id3": box(b"ID32", CANARY),
    "left in free room": box(b"free", CANARY),
    "long": long_box(b"udta", CANARY),
    "empty": box(b"skip"),
}


@pytest.mark.parametrize("notes", NOTES.values(), ids=NOTES)
def test_notes_are_emptied_wherever_they_stand_and_nothing_moves(notes: bytes) -> None:
    offsets = box(b"stco", struct.pack(">III", 0, 1, 24))
    track = box(
        b"trak", box(b"tkhd", b"x"), notes, box(b"mdia", box(b"minf", box(b"stbl", offsets)))
    )
    film = HEAD + box(b"moov", box(b"mvhd", b"y"), track, notes) + PICTURES + notes

    kept = without_notes(film)

    assert len(kept) == len(film)
    assert CANARY not in kept
    assert kept.index(PICTURES) == film.index(PICTURES)
    assert kept.index(offsets) == film.index(offsets)
    assert kept.count(b"free") == 3
    assert without_notes(kept) == kept


def test_a_film_without_notes_is_the_same_film() -> None:
    film = HEAD + box(b"moov", box(b"mvhd", b"y")) + box(b"mdat", b"to the end", size=0)

    assert without_notes(film) == film


BROKEN = {
    "no room for a head": HEAD + b"\0\0\0",
    "smaller than its head": HEAD + box(b"moov", size=7),
    "longer than the file": HEAD + box(b"udta", CANARY, size=4_000_000_000),
    "longer than what holds it": HEAD + box(b"moov", box(b"udta", CANARY, size=99)),
    "to the end, inside another": HEAD + box(b"moov", box(b"udta", CANARY, size=0)) + PICTURES,
    "long, and smaller than its head": HEAD + struct.pack(">I4sQ", 1, b"udta", 15),
    "long beyond all measure": HEAD + struct.pack(">I4sQ", 1, b"udta", 2**64 - 1),
    "long, and cut": HEAD + struct.pack(">I4s", 1, b"udta"),
    "more boxes than any film has": HEAD + box(b"wide") * 100_001,
}


@pytest.mark.parametrize("film", BROKEN.values(), ids=BROKEN)
def test_a_film_whose_boxes_do_not_fit_is_refused_at_once(film: bytes) -> None:
    began = time.monotonic()

    with pytest.raises(Refused) as refused:
        taken_in(film)

    assert refused.value.reason == "cut"
    assert time.monotonic() - began < 2


def test_boxes_in_boxes_as_deep_as_a_file_may_be() -> None:
    depth = 20_000
    film = b"".join(struct.pack(">I4s", 8 * (depth - n), b"moov") for n in range(depth))

    assert without_notes(film) == film


KINDS = st.sampled_from([b"moov", b"udta", b"meta", b"mdat", b"trak", b"free", b"uuid"])
SIZES = st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1))
PARTS = st.one_of(
    st.binary(max_size=24), st.tuples(SIZES, KINDS).map(lambda p: struct.pack(">I4s", *p))
)


@given(st.lists(PARTS, max_size=12).map(b"".join))
def test_whatever_the_sizes_say_it_ends_with_a_film_or_a_refusal(film: bytes) -> None:
    try:
        kept = without_notes(film)
    except NoFilm:
        return
    assert len(kept) == len(film)
    assert without_notes(kept) == kept


def test_what_is_noted_is_told_until_it_is_emptied(tmp_path: Path) -> None:
    media = tmp_path / "spor" / "media"
    media.mkdir(parents=True)
    place = media / "a.MP4"
    program = HEAD + box(b"moov", box(b"udta", box(b"\xa9too", b"Lavf"))) + PICTURES
    told = []
    for film in (
        HEAD + box(b"moov", NOTES["place of a telephone"]) + PICTURES,
        HEAD + box(b"moov", APPLE) + PICTURES,
        program,
        without_notes(program),
        HEAD + box(b"moov", box(b"udta")) + PICTURES,
    ):
        place.write_bytes(film)
        told.append([(p.code, p.level, p.location.path) for p in films.problems(tmp_path / "spor")])
        # of the notes alone the check says the same
        place.write_bytes(notes_of(film))
        again = [(p.code, p.level, p.location.path) for p in films.problems(tmp_path / "spor")]
        assert again == told[-1]

    path = "spor/media/a.MP4"
    assert told == [
        [("film-place", "error", path)],
        [("film-place", "error", path)],
        [("film-notes", "warning", path)],
        [],
        [],
    ]
