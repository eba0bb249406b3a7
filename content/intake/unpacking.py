"""A zip from a stranger: what it says about itself is a claim, and nothing is written before all
of it has been looked at. What is read is counted while it is read."""

from __future__ import annotations

import errno
import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from content.said import say

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
LARGEST: Final = 200 * 1024 * 1024  # bytes, both as it comes and unpacked
ENTRIES_MOST: Final = 10_000
RATIO_MOST: Final = 100
_RATIO_FROM: Final = 1024 * 1024  # a short file of equal lines may shrink more, and harms nobody
_DIRECTORY_LARGEST: Final = 4 * 1024 * 1024  # bytes of the list of entries
_LONGEST_NAME: Final = 240
_LONGEST_PART: Final = 120
_CHUNK: Final = 64 * 1024

_END: Final = struct.Struct("<4s4H2LH")  # the end of the central directory
_END_64: Final = b"PK\x06\x07"
_LONGEST_END: Final = 20 + _END.size + 0xFFFF  # with what Zip64 has before it, and a comment
_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PACKED: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
)
# Documents that are zips inside; nobody here unpacks them.
_DOCUMENTS: Final = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub")
_ARCHIVES: Final = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".jar", ".zst")
_ODD_CHARACTER: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_LEFT_BY_SYSTEMS: Final = re.compile(
    r"(?:__MACOSX/.*|(?:.*/)?(?:\.DS_Store|Thumbs\.db|desktop\.ini))"
)


class BadArchive(Exception):
    """`code` is the problem's name, the text what an author can act on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NoRoom(OSError):
    """The disk takes nothing: it is full, or may only be read. It is not the zip's fault."""


def unpacked(data: bytes) -> dict[str, bytes]:
    """Path in the zip -> bytes. Raises BadArchive, and has then written nothing anywhere."""
    with _opened(io.BytesIO(data)) as archive:
        return {name: b"".join(pieces) for name, pieces in _contents(archive)}


def unpack(zipped: IO[bytes], folder: Path, look: Callable[[Sequence[str]], object]) -> list[str]:
    """Piece by piece into an empty folder, once `look` has seen the paths and raised nothing; these
    paths. Raises BadArchive and NoRoom; what is in the folder then is for nobody."""
    with _opened(zipped) as archive:
        names = [entry.filename for entry in _files(archive)]
        look(names)
        for name, pieces in _contents(archive):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with _room(), place.open("xb") as file:
                file.writelines(pieces)
        return names


def check_archive(data: bytes) -> None:
    """What can be seen before anything is unpacked, for who unpacks it with a library of their own.
    Raises BadArchive."""
    with _opened(io.BytesIO(data)):
        return


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in _NO_ROOM:
            raise NoRoom(fault.errno, fault.strerror) from fault
        raise


@contextmanager
def _opened(zipped: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    size = zipped.seek(0, io.SEEK_END)
    if size > LARGEST:
        raise BadArchive(
            "zip-size", say("the zip is larger than {largest} MB", largest=LARGEST // 1024 // 1024)
        )
    _check_end(zipped, size)
    try:
        with zipfile.ZipFile(zipped) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            _check_overlap(entries, archive.start_dir)
            yield archive
    except NoRoom:
        raise
    # NotImplementedError: a compression that zipfile cannot read
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as fault:
        raise BadArchive("zip-broken", say("the zip is broken: {fault}", fault=fault)) from fault
    except (RuntimeError, struct.error, UnicodeError, OSError) as fault:
        raise BadArchive("zip-broken", "the zip cannot be read") from fault


def _check_end(zipped: IO[bytes], whole: int) -> None:
    """Before the list of entries is read at all: how long does it say it is?"""
    zipped.seek(max(0, whole - _LONGEST_END))
    data = zipped.read(_LONGEST_END)
    position = data.rfind(b"PK\x05\x06")
    if position < 0 or position + _END.size > len(data):
        raise BadArchive("zip-broken", "this is no zip")
    _, disk, first_disk, here, entries, size, _, _ = _END.unpack_from(data, position)
    if data[max(0, position - 20) : position][:4] == _END_64 or entries == 0xFFFF:
        raise BadArchive(
            "zip-entries",
            say("more than {entries_most} files, or the Zip64 format", entries_most=ENTRIES_MOST),
        )
    if disk or first_disk or here != entries:
        raise BadArchive("zip-broken", "the zip is one part of several")
    if entries > ENTRIES_MOST or size > _DIRECTORY_LARGEST:
        raise BadArchive(
            "zip-entries", say("more than {entries_most} files", entries_most=ENTRIES_MOST)
        )


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES_MOST:
        raise BadArchive(
            "zip-entries", say("more than {entries_most} files", entries_most=ENTRIES_MOST)
        )
    taken: dict[str, str] = {}
    for entry in entries:
        name = entry.orig_filename
        _check_name(name)
        _check_kind(entry)
        for path in _path_and_folders(name):
            # two names that one file system takes for the same
            folded = unicodedata.normalize("NFC", path).casefold()
            is_folder = path != name
            if (folded in taken and not is_folder) or taken.setdefault(folded, path) != path:
                raise BadArchive("zip-doubled", say("{path!r} is in the zip twice", path=path[:80]))
    _check_folders_are_no_files(entries)
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST:
        raise BadArchive(
            "zip-size", say("more than {largest} MB when unpacked", largest=LARGEST // 1024 // 1024)
        )
    for size, packed in [(e.file_size, e.compress_size) for e in entries] + [
        (total, sum(e.compress_size for e in entries))
    ]:
        if size > _RATIO_FROM and size > RATIO_MOST * max(1, packed):
            raise BadArchive(
                "zip-ratio", say("a file grows more than {ratio_most} times", ratio_most=RATIO_MOST)
            )


def _check_folders_are_no_files(entries: Sequence[zipfile.ZipInfo]) -> None:
    files = {entry.orig_filename for entry in entries}
    for name in files:
        for folder in _path_and_folders(name)[1:]:
            if folder in files:
                raise BadArchive(
                    "zip-doubled", say("{folder!r} is a file and a folder", folder=folder[:80])
                )


def _path_and_folders(name: str) -> list[str]:
    parts = name.rstrip("/").split("/")
    above = ["/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    return [name, *above]


def _check_name(name: str) -> None:
    parts = name.removesuffix("/").split("/")
    if (
        _ODD_CHARACTER.search(name)
        or len(name) > _LONGEST_NAME
        or any(part in ("", ".", "..") or len(part) > _LONGEST_PART for part in parts)
        or any(part != part.strip(" ") or part.endswith(".") for part in parts)
    ):
        raise BadArchive(
            "zip-name", say("{name!r} is no name of a file inside the zip", name=name[:80])
        )


def _check_kind(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename[:80]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive("zip-link", say("{name!r} is a link or a device, not a file", name=name))
    if entry.flag_bits & _ENCRYPTED:
        raise BadArchive("zip-encrypted", say("{name!r} is encrypted", name=name))
    if entry.compress_type not in _METHODS:
        raise BadArchive("zip-method", say("{name!r} is packed in a way we do not read", name=name))


def _check_overlap(entries: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Entries that share bytes unpack to far more than they take."""
    for entry in sorted(entries, key=lambda entry: entry.header_offset, reverse=True):
        last = entry.header_offset + _LOCAL_HEADER + entry.compress_size
        if last > end:
            raise BadArchive("zip-overlap", "two files in the zip lie on top of each other")
        end = entry.header_offset


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for entry in archive.infolist():
        if not (entry.is_dir() or _LEFT_BY_SYSTEMS.fullmatch(entry.filename)):
            yield entry


def _contents(archive: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each with its bytes in pieces, which are to be read before the next."""
    left = LARGEST
    for entry in _files(archive):
        yield entry.filename, _pieces(archive, entry, left)
        left -= entry.file_size  # so long it is, or reading has failed


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    name, length = entry.filename, 0
    with archive.open(entry) as file:
        while piece := file.read(_CHUNK):
            if not length and piece.startswith(_PACKED) and not name.lower().endswith(_DOCUMENTS):
                raise _nested(name)
            length += len(piece)
            if length > min(left, entry.file_size):
                raise BadArchive(
                    "zip-size", say("{filename!r} is larger than it says", filename=name[:80])
                )
            yield piece
    if length != entry.file_size:
        raise BadArchive(
            "zip-broken", say("{filename!r} is shorter than it says", filename=name[:80])
        )
    if name.lower().endswith(_ARCHIVES):
        raise _nested(name)


def _nested(name: str) -> BadArchive:
    return BadArchive(
        "zip-nested", say("{filename!r} is an archive in the archive", filename=name[:80])
    )
