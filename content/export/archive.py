"""One track as a zip of the files its author wrote. Unpacked, it is a library with one track."""

from __future__ import annotations

from pathlib import Path

from content.export.zips import zipped
from content.reading.files import sorted_entries

LIBRARY_FILE = "library.yaml"


def archive_of(library: Path, track_id: str) -> bytes:
    """The same files give the same bytes, on every machine and on every day."""
    names = [LIBRARY_FILE, *(f"{track_id}/{name}" for name in track_files(library / track_id))]
    return zipped({name: (library / name).read_bytes() for name in names})


def track_files(folder: Path) -> list[str]:
    """What belongs to a track: its Markdown and its media. Not what an editor or a system left
    there, and nothing behind a symbolic link."""
    texts = [place for place in sorted_entries(folder) if place.suffix == ".md"]
    media = folder / "media"
    owned = [] if media.is_symlink() else sorted(media.rglob("*"))
    return [
        name
        for place in [*texts, *owned]
        for name in [place.relative_to(folder).as_posix()]
        if place.is_file() and not _has_link(folder, name) and not _is_hidden(name)
    ]


def _has_link(folder: Path, name: str) -> bool:
    parts = name.split("/")
    return any(folder.joinpath(*parts[: n + 1]).is_symlink() for n in range(len(parts)))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
