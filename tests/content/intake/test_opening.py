"""Pictures are opened in a process that can be ended."""

from __future__ import annotations

import io
import struct
import threading
import time
import zlib

import pytest
from PIL import Image

from content.intake.opening import upload_taken_in
from content.intake.uploads import Refused, Upload, taken_in


def a_picture(side: int = 40) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(made, "PNG")
    return made.getvalue()


def test_it_answers_as_without_a_process() -> None:
    for data in (a_picture(), b"%PDF-1.4", b"WEBVTT\n\n"):
        assert upload_taken_in(data) == taken_in(data)
    for data, reason in ((b"", "empty"), (b"<svg/>", "svg"), (b"x", "kind")):
        with pytest.raises(Refused) as refused:
            upload_taken_in(data)
        assert refused.value.reason == reason


def test_with_threads_around_it_answers_too() -> None:
    answers: list[Upload] = []
    threads = [
        threading.Thread(target=lambda: answers.append(upload_taken_in(a_picture())))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [taken_in(a_picture())] * 2


def test_a_picture_that_takes_too_long_is_refused_in_time() -> None:
    made = io.BytesIO()
    Image.effect_noise((4000, 4000), 50).point(lambda value: value % 2).save(made, "PNG")
    data = made.getvalue()
    assert len(data) < 5 * 1024 * 1024
    began = time.monotonic()

    with pytest.raises(Refused) as refused:
        upload_taken_in(data, seconds=0.05)

    assert refused.value.reason == "pixels"
    assert time.monotonic() - began < 20


def test_a_bomb_is_refused() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000, 9))

    with pytest.raises(Refused) as refused:
        upload_taken_in(bomb)

    assert refused.value.reason == "pixels"
