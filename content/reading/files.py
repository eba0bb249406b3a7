from __future__ import annotations

from pathlib import Path
from typing import Final

from content.problems import ProblemList
from content.said import say

FILE_LARGEST: Final = 256 * 1024  # bytes


def sorted_entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def read_text(path: Path, found: ProblemList) -> str | None:
    """At most one problem: the file cannot be read, or is no text, or is too big."""
    hint = "Put an ordinary file there, in UTF-8."
    try:
        if path.is_symlink() or not path.is_file():
            found.error("file-missing", 1, "there is no such file", hint)
            return None
        with path.open("rb") as file:
            data = file.read(FILE_LARGEST + 1)
    except OSError as failure:
        found.error(
            "file-unreadable", 1, say("cannot be read: {strerror}", strerror=failure.strerror), hint
        )
        return None
    if len(data) > FILE_LARGEST:
        found.error(
            "file-size",
            1,
            say("more than {file_largest} KB", file_largest=FILE_LARGEST // 1024),
            "Divide the module.",
        )
        return None
    return decoded(data, found)


def decoded(data: bytes, found: ProblemList) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        found.error("file-encoding", line, "not written in UTF-8", "Save the file as UTF-8.")
        return None
