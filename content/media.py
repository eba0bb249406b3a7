"""Which paths a track may use for its own files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

IMAGE_TYPES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_MEDIA_PATH = re.compile(r"media/[\w.-]+(?:/[\w.-]+)*")


def media_path(address: str) -> str | None:
    """The path inside the track's folder, or None if the address does not stay there."""
    path = unquote(address)
    if not _MEDIA_PATH.fullmatch(path) or any(part.startswith(".") for part in path.split("/")):
        return None
    return path


def is_image(address: str) -> bool:
    path = media_path(address)
    return path is not None and path.lower().endswith(IMAGE_TYPES)


def is_file_of(folder: Path, path: str) -> bool:
    """An ordinary file there, reached through no symbolic link."""
    place = folder
    try:
        for part in path.split("/"):
            place = place / part
            if place.is_symlink():
                return False
        return place.is_file()
    except OSError:
        return False  # a name may be longer than the disk has any: then there is no such file
