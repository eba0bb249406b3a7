"""What happens when a track is published, for those who react."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from content.model import Publisher


@dataclass(frozen=True, slots=True)
class FolderPublished:
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


@dataclass(frozen=True, slots=True)
class Renamed:
    """A track, a module or a step, and with it all that it holds. Neither address has a version."""

    track_id: int
    old: str
    new: str
