"""What happens when a track is published, for those who react."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from content.model import Publisher


class FolderPublished(Struct, frozen=True):
    """A track as its author's files have it is in the catalogue, new or as it was."""

    publisher: Publisher
    root: Path  # of the library
    track: str
    version: str
    track_id: int
    version_id: int
    is_new: bool
    at: datetime
    commit: str | None = None  # that holds these files already: they were pushed


class Renamed(Struct, frozen=True):
    """A track, a module or a step, and with it all that it holds. Neither address has a version."""

    track_id: int
    old: str
    new: str
