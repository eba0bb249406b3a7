"""Our own zip out and in: byte for byte, all or nothing (security.md F11, checks 29 and 30)."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from content.export.archive import archive_of
from content.intake import unpacking
from content.intake.archive import take_in
from content.loader import load_library
from content.workers.loading import ReadingFailed
from tests.content.export.libraries import LIBRARIES, LIBRARY_FILE, laid_out
from tests.content.test_picture_sizes import bomb
from tests.content.workers.test_budget import ending, failing

SHIPPED = Path("content/library")
TRACK = "naturfag-utforskende"


@settings(max_examples=50, deadline=None)
@given(LIBRARIES)
def test_out_and_in_and_out_gives_the_same_bytes(made: tuple[str, dict[str, bytes]]) -> None:
    track_id, files = made
    with tempfile.TemporaryDirectory() as folder:
        one, other = laid_out(Path(folder) / "one", files), Path(folder) / "other"
        first = archive_of(one, track_id)
        arrival = take_in(first, other)
        assert (arrival.outcome, [p for p in arrival.problems if p.is_error]) == ("new", [])
        assert archive_of(other, track_id) == first
        assert take_in(first, other).outcome == "unchanged"
        assert load_library(other) == load_library(one)
        assert {p.relative_to(other).as_posix(): p.read_bytes() for p in files_in(other)} == files


def files_in(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if not place.is_dir()]


def test_the_zip_says_nothing_about_the_machine_or_the_day(tmp_path: Path) -> None:
    data = archive_of(SHIPPED, TRACK)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = {
            (i.date_time, i.create_system, i.external_attr, i.extra) for i in archive.infolist()
        }
        names = archive.namelist()
    assert told == {((1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16, b"")}
    assert names == sorted(names)


def test_what_editors_and_systems_leave_is_not_exported(tmp_path: Path) -> None:
    clean = archive_of(SHIPPED, TRACK)
    take_in(clean, tmp_path)
    for left in (".DS_Store", "track.nb.md.swp", "notes.txt", "media/.hidden"):
        laid_out(tmp_path, {f"{TRACK}/{left}": b"left"})
    (tmp_path / TRACK / "media" / "link.png").symlink_to("/etc/hostname")
    assert archive_of(tmp_path, TRACK) == clean


def test_a_track_comes_in_without_the_one_it_builds_on(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(SHIPPED, TRACK))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name in files:
        if "/track." in name:
            files[name] = files[name].replace(b"title:", b"foundation: annet\ntitle:", 1)

    came = take_in(zip_of(files), tmp_path)

    assert came.outcome == "new"
    told = {(p.code, p.level) for p in came.problems}
    assert ("foundation-missing", "warning") in told
    there = load_library(tmp_path).problems
    assert ("foundation-missing", "error") in {(p.code, p.level) for p in there}


@pytest.mark.parametrize("code", ["include-missing", "replacement-missing"])
def test_a_track_comes_in_without_those_that_it_leads_to(tmp_path: Path, code: str) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(SHIPPED, TRACK))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    def leading_to(address: str) -> bytes:
        changed = {}
        for name, data in files.items():
            text = data.decode()
            if code == "replacement-missing" and "/track." in name:
                text = text.replace("title:", f"retired: {{borte: {address}}}\ntitle:", 1)
            if code == "include-missing" and "/01-" in name:
                borrowed = rf"\1\n::: include {{resource={address}}}\n:::\n"
                text = re.sub(r"(### [^\n]*\{#[^\n]*\n)", borrowed, text, count=1)
            changed[name] = text.encode()
        return zip_of(changed)

    own = take_in(leading_to(f"{TRACK}/ingen#les"), tmp_path)
    assert own.outcome == "refused"
    assert {p.code for p in own.problems if p.is_error} == {code}
    came = take_in(leading_to("annet/en#les"), tmp_path)
    assert came.outcome == "new"
    assert (code, "warning") in {(p.code, p.level) for p in came.problems}
    there = load_library(tmp_path).problems
    assert (code, "error") in {(p.code, p.level) for p in there}


def test_a_track_that_differs_is_changed_only_when_asked(tmp_path: Path) -> None:
    data = archive_of(SHIPPED, TRACK)
    take_in(data, tmp_path)
    place = tmp_path / TRACK / "track.nb.md"
    before = place.read_bytes() + b"\nMer.\n"
    place.write_bytes(before)

    refused = take_in(data, tmp_path)
    assert (refused.outcome, [p.code for p in refused.problems]) == ("refused", ["track-taken"])
    assert place.read_bytes() == before
    assert take_in(data, tmp_path, replace=True).outcome == "replaced"
    assert archive_of(tmp_path, TRACK) == data
    assert sorted(p.name for p in tmp_path.iterdir()) == ["library.yaml", TRACK]


GOOD = {"library.yaml": LIBRARY_FILE.encode(), "spor/track.nb.md": b"---\ntitle: x\n---\n"}


def zip_of(
    files: dict[str, bytes] | list[tuple[str, bytes]],
    change: Callable[[zipfile.ZipInfo], None] = lambda entry: None,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", method) as archive:
        warnings.simplefilter("ignore")  # that a name is there twice
        for name, data in files.items() if isinstance(files, dict) else files:
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, method
            change(entry)
            archive.writestr(entry, data)
    return held.getvalue()


def with_entry(name: str, data: bytes = b"x") -> bytes:
    return zip_of([*GOOD.items(), (name, data)])


def with_mode(mode: int) -> bytes:
    def change(entry: zipfile.ZipInfo) -> None:
        if entry.filename.endswith("a.png"):
            entry.external_attr = mode << 16

    return zip_of(GOOD | {"spor/media/a.png": b"/etc/passwd"}, change)


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """In the last record that begins so."""
    at = data.rindex(signature) + offset
    return data[:at] + value + data[at + len(value) :]


def overlapping() -> bytes:
    """Every entry of the list points at the same bytes."""
    data = zip_of(GOOD | {"spor/media/a.png": b"a", "spor/media/b.png": b"b"}, method=0)
    last = data.rindex(b"PK\x01\x02")
    before = data.rindex(b"PK\x01\x02", 0, last)
    return patched(data, b"PK\x01\x02", 42, data[before + 42 : before + 46])


def many(count: int) -> bytes:
    return zip_of(GOOD | {f"spor/media/{n}.png": b"" for n in range(count)}, method=0)


def with_picture(data: bytes) -> bytes:
    return with_entry("spor/media/a.png", data)


CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "upwards": ("zip-name", lambda: with_entry("../outside.md")),
    "upwards inside": ("zip-name", lambda: with_entry("spor/../../outside.md")),
    "absolute": ("zip-name", lambda: with_entry("/tmp/outside.md")),
    "backslash": ("zip-name", lambda: with_entry("..\\outside.md")),
    "drive": ("zip-name", lambda: with_entry("C:/outside.md")),
    "stream": ("zip-name", lambda: with_entry("spor/a.md:hidden")),
    "nul": ("zip-name", lambda: with_entry("spor/a.md\x00.png")),
    "line end": ("zip-name", lambda: with_entry("spor/a\nb.md")),
    "dot": ("zip-name", lambda: with_entry("spor/./a.md")),
    "empty part": ("zip-name", lambda: with_entry("spor//a.md")),
    "dot at the end": ("zip-name", lambda: with_entry("spor/media/a.png.")),
    "long name": ("zip-name", lambda: with_entry(f"spor/media/{'a' * 130}.png")),
    "deep": ("zip-name", lambda: with_entry("spor/media/" + "a/" * 200 + "a.png")),
    "symlink": ("zip-link", lambda: with_mode(stat.S_IFLNK | 0o777)),
    "device": ("zip-link", lambda: with_mode(stat.S_IFCHR | 0o666)),
    "pipe": ("zip-link", lambda: with_mode(stat.S_IFIFO | 0o666)),
    "doubled": (
        "zip-doubled",
        lambda: with_entry("spor/track.nb.md"),
    ),
    "doubled by case": ("zip-doubled", lambda: with_entry("spor/TRACK.nb.md")),
    "doubled by composition": (
        "zip-doubled",
        lambda: zip_of([*GOOD.items(), ("spor/å.md", b"1"), ("spor/a\u030a.md", b"2")]),
    ),
    "folders by case": ("zip-doubled", lambda: with_entry("SPOR/a.md")),
    "file and folder": ("zip-doubled", lambda: with_entry("spor/track.nb.md/a.md")),
    "encrypted": (
        "zip-encrypted",
        lambda: patched(zip_of(GOOD), CENTRAL, 8, struct.pack("<H", 1)),
    ),
    "method": ("zip-method", lambda: zip_of(GOOD, method=zipfile.ZIP_LZMA)),
    "ratio": ("zip-ratio", lambda: with_entry("spor/media/a.png", bytes(3_000_000))),
    "claims much": (
        "zip-ratio",
        lambda: patched(zip_of(GOOD), CENTRAL, 24, struct.pack("<L", 150_000_000)),
    ),
    "claims too much": (
        "zip-size",
        lambda: patched(zip_of(GOOD), CENTRAL, 24, struct.pack("<L", 0xFFFFFFF0)),
    ),
    "claims little": (
        "zip-broken",
        lambda: patched(zip_of(GOOD), CENTRAL, 24, struct.pack("<L", 3)),
    ),
    "many": ("zip-entries", lambda: many(10_001)),
    "zip64": ("zip-entries", lambda: patched(zip_of(GOOD), END, 8, b"\xff\xff\xff\xff")),
    "counts itself wrong": (
        "zip-broken",
        lambda: patched(zip_of(GOOD), END, 8, b"\x02\x00\x01\x00"),
    ),
    "long list": (
        "zip-entries",
        lambda: patched(zip_of(GOOD), END, 12, struct.pack("<L", 5_000_000)),
    ),
    "overlap": ("zip-overlap", overlapping),
    "nested": ("zip-nested", lambda: with_entry("spor/media/inner.zip", zip_of(GOOD))),
    "nested in disguise": ("zip-nested", lambda: with_entry("spor/media/a.png", zip_of(GOOD))),
    "nested gzip": ("zip-nested", lambda: with_entry("spor/media/a.png", b"\x1f\x8b\x08")),
    "checksum": ("zip-broken", lambda: patched(zip_of(GOOD), CENTRAL, 16, b"abcd")),
    "names differ": ("zip-broken", lambda: patched(zip_of(GOOD), CENTRAL, 46, b"q")),
    "cut off": ("zip-broken", lambda: zip_of(GOOD)[:-30]),
    "empty": ("zip-broken", lambda: b""),
    "no zip": ("zip-broken", lambda: b"title: x\n" * 40),
    "noise": ("zip-broken", lambda: os.urandom(2_000) + b"PK\x05\x06"),
    "no library": ("zip-content", lambda: zip_of({"spor/track.nb.md": b"x"})),
    "two tracks": ("zip-content", lambda: with_entry("other/track.nb.md")),
    "odd id": ("zip-content", lambda: zip_of({"library.yaml": b"x", "Spor 1/track.nb.md": b"x"})),
    "stranger": ("zip-content", lambda: with_entry("spor/run.sh")),
    "hidden": ("zip-content", lambda: with_entry("spor/.git.md")),
    "program in media's shadow": ("zip-content", lambda: with_entry("spor/media/.htaccess")),
    "bomb": ("image-pixels", lambda: with_picture(bomb())),
    "cut picture": ("image-broken", lambda: with_picture(bomb()[:-9])),
    "bad track": ("front-matter-missing", lambda: zip_of(GOOD)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_changes_nothing(name: str, tmp_path: Path) -> None:
    code, made = HOSTILE[name]
    library = tmp_path / "inner" / "library"
    laid_out(library, {"library.yaml": b"mine", "spor-2/track.nb.md": b"mine"})
    arrival = take_in(made(), library, replace=True)
    assert arrival.outcome == "refused"
    assert code in {problem.code for problem in arrival.problems}
    left = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in files_in(tmp_path)}
    assert left == {
        "inner/library/library.yaml": b"mine",
        "inner/library/spor-2/track.nb.md": b"mine",
    }


def test_a_refused_picture_is_told_by_its_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(SHIPPED, TRACK))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {f"{TRACK}/media/a.png": bomb(), f"{TRACK}/media/b.png": bomb()[:-9]}

    began = time.monotonic()
    refused = take_in(zip_of(files, method=zipfile.ZIP_STORED), tmp_path)

    assert time.monotonic() - began < 30
    assert refused.outcome == "refused"
    assert [(p.code, p.location.path) for p in refused.problems if p.is_error] == [
        ("image-pixels", f"{TRACK}/media/a.png"),
        ("image-broken", f"{TRACK}/media/b.png"),
    ]
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("break_off", [failing, ending])
def test_a_check_that_breaks_off_writes_nothing(
    break_off: Callable[[pytest.MonkeyPatch], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = laid_out(tmp_path, {"library.yaml": b"mine", f"{TRACK}/track.nb.md": b"mine"})
    break_off(monkeypatch)
    with pytest.raises(ReadingFailed):
        take_in(archive_of(SHIPPED, TRACK), library, replace=True)
    assert sorted(p.name for p in library.iterdir()) == ["library.yaml", TRACK]
    assert (library / TRACK / "track.nb.md").read_bytes() == b"mine"


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST", 5_000)
    monkeypatch.setattr(unpacking, "_RATIO_FROM", 10_000)
    with pytest.raises(unpacking.BadArchive, match="when unpacked"):
        unpacking.unpacked(zip_of({"a": bytes(3_000), "b": bytes(3_000)}))
    with pytest.raises(unpacking.BadArchive, match="the zip is larger"):
        unpacking.unpacked(zip_of({"a": os.urandom(6_000)}, method=0))


def test_a_zip_packed_by_hand_on_another_system_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(SHIPPED, TRACK))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    extra = {f"{TRACK}/": b"", "__MACOSX/._x": b"1", f"{TRACK}/.DS_Store": b"2", "Thumbs.db": b"3"}
    assert take_in(zip_of(extra | files), tmp_path).outcome == "new"
    assert archive_of(tmp_path, TRACK) == archive_of(SHIPPED, TRACK)
