"""A pack is read within its limits, whatever it is; git's own packs come out whole."""

import hashlib
import struct
import zlib
from pathlib import Path
from subprocess import run
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.history.packs import Limits, PackRefused, Raw, name_of, read_pack


def head(kind: int, size: int) -> bytes:
    first = kind << 4 | size & 15
    size >>= 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)


def packed(*objects: bytes, count: int | None = None) -> bytes:
    body = b"PACK" + struct.pack(">II", 2, len(objects) if count is None else count)
    body += b"".join(objects)
    return body + hashlib.sha1(body).digest()


def blob(data: bytes, size: int | None = None) -> bytes:
    return head(3, len(data) if size is None else size) + zlib.compress(data)


def number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def copies(base: int, times: int, size: int) -> bytes:
    """A difference that is so many copies of the beginning of its base."""
    instruction = b"\xb0" + struct.pack("<H", size)
    return number(base) + number(size * times) + instruction * times


def named(base: bytes, delta: bytes) -> bytes:
    id_ = bytes.fromhex(name_of(Raw(b"blob", base)).decode())
    return head(7, len(delta)) + id_ + zlib.compress(delta)


def nothing(_id: bytes) -> Raw | None:
    return None


def test_what_git_packs_comes_out(tmp_path: Path) -> None:
    def git(*arguments: str, given: bytes | None = None) -> bytes:
        done = run(["git", *arguments], cwd=tmp_path, capture_output=True, input=given, check=True)
        return done.stdout

    git("init", "-q")
    text = b"".join(b"line %d\n" % n for n in range(3000))
    for n in range(8):
        (tmp_path / "a.md").write_bytes(text + b"%d\n" % n)
        git("add", "-A")
        git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", str(n))
    names = git("rev-list", "--objects", "--all").split(b"\n")
    ids = b"\n".join(each.split(b" ")[0] for each in names if each)
    pack = git("pack-objects", "--stdout", "-q", "--delta-base-offset", given=ids + b"\n")

    found = read_pack(pack, nothing)

    assert sorted(found) == sorted(ids.split())
    for id_, raw in found.items():
        assert git("cat-file", raw.kind.decode(), id_.decode()) == raw.data
        assert name_of(raw) == id_


BASE = b"x" * 65535
REFUSED = {
    "empty": b"",
    "not a pack": b"PACK" + b"\0" * 40,
    "version 3": packed()[:4] + b"\0\0\0\3" + packed()[8:],
    "damaged": packed(blob(b"a"))[:-1] + b"\0",
    "more than it says": packed(blob(b"a"), blob(b"b"), count=1),
    "less than it says": packed(blob(b"a"), count=2),
    "far less": packed(count=20_000),
    "too many": packed(count=20_001),
    "size too small": packed(blob(b"abc", size=2)),
    "size too large": packed(blob(b"abc", size=4)),
    "one too large": packed(head(3, 1 << 38) + zlib.compress(b"")),
    "size without end": packed(b"\xbf" + b"\xff" * 20),
    "kind 0": packed(head(0, 1) + zlib.compress(b"a")),
    "kind 5": packed(head(5, 1) + zlib.compress(b"a")),
    "not compressed": packed(head(3, 3) + b"abc"),
    "cut short": packed(head(3, 3) + zlib.compress(b"abc")[:-5]),
    "bomb": packed(head(3, 100) + zlib.compress(b"\0" * 50_000_000)),
    "base before the beginning": packed(head(6, 3) + b"\x7f" + zlib.compress(b"abc")),
    "base is itself": packed(head(6, 3) + b"\0" + zlib.compress(b"abc")),
    "base far away": packed(head(6, 3) + b"\xff" * 12 + zlib.compress(b"abc")),
    "base not here": packed(named(b"other", copies(5, 1, 5))),
    "empty difference": packed(blob(BASE), named(BASE, b"")),
    "difference of another base": packed(blob(BASE), named(BASE, copies(5, 1, 5))),
    "copy past the end": packed(
        blob(BASE), named(BASE, number(65535) + number(9) + b"\x93\xff\xff\x09")
    ),
    "makes less than it says": packed(
        blob(BASE), named(BASE, number(65535) + number(9) + b"\x01a")
    ),
    "instruction 0": packed(blob(BASE), named(BASE, number(65535) + number(1) + b"\0")),
    "one difference too large": packed(blob(BASE), named(BASE, copies(65535, 200, 65535))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_packs_that_are_refused(name: str) -> None:
    began = monotonic()
    with pytest.raises(PackRefused):
        read_pack(REFUSED[name], nothing)
    assert monotonic() - began < 20


def test_many_small_bombs_meet_the_limit_of_all() -> None:
    deltas = [
        named(BASE, number(65535) + number(65535 * 100 + 1) + b"\xb0\xff\xff" * 100 + b"\x01%c" % n)
        for n in range(1, 40)
    ]
    with pytest.raises(PackRefused, match="when it is unpacked"):
        read_pack(packed(blob(BASE), *deltas), nothing)


def test_differences_upon_differences_end() -> None:
    objects, base = [blob(b"a" * 20)], b"a" * 20
    for n in range(60):
        objects.append(named(base, number(20) + number(20) + b"\x90\x13\x01%c" % (n + 1)))
        base = b"a" * 0 + base[:19] + bytes([n + 1])
    with pytest.raises(PackRefused, match="too deep"):
        read_pack(packed(*objects), nothing)
    assert len(read_pack(packed(*objects[:40]), nothing)) == 40


def test_a_base_that_is_here_already() -> None:
    here = Raw(b"blob", BASE)
    found = read_pack(packed(named(BASE, copies(65535, 2, 65535))), lambda _: here)
    assert [raw.data for raw in found.values()] == [BASE * 2]


def test_the_clock_ends_it() -> None:
    with pytest.raises(PackRefused, match="too long"):
        read_pack(packed(blob(b"a"), blob(b"b")), nothing, Limits(seconds=-1))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_any_bytes_are_a_pack_or_refused(junk: bytes, at: int, byte: int) -> None:
    good = bytearray(packed(blob(b"abc"), named(b"abc", number(3) + number(3) + b"\x90\x03")))
    place = 12 + at % (len(good) - 32)
    good[place] = byte
    body = bytes(good[:-20])
    for pack in (body + hashlib.sha1(body).digest(), packed(junk), junk):
        try:
            read_pack(pack, nothing)
        except PackRefused:
            continue
