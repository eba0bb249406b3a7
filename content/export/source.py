"""What every format is made from, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from content.audience import leader_media
from content.drawings import served
from content.export.archive import archive_of, track_files
from content.model import Publisher, Step, Track
from content.problems import Problem, ProblemList


class Source(Struct, frozen=True):
    library: Path
    publisher: Publisher
    track: Track
    language: str
    tool_url: str = ""  # of the LTI tool, without / at the end; for links back to it
    with_leader: bool = False
    with_answers: bool = False

    @property
    def address(self) -> str:
        return f"{self.publisher.id}/{self.track.id}@{self.track.version}"

    @property
    def media(self) -> Mapping[str, bytes]:
        """media/... -> bytes, without leaders' own unless they are asked for; of a drawing only
        what is harmless: it is shown on an LMS's host."""
        folder = self.library / self.track.id
        names = [name for name in track_files(folder) if name.startswith("media/")]
        shown = set(names) - (frozenset() if self.with_leader else leader_media(self.track, names))
        return {name: served(name, (folder / name).read_bytes()) for name in names if name in shown}


@dataclass(slots=True)
class Losses:
    """What a format cannot say."""

    found: list[Problem] = field(default_factory=list)

    def note(self, step: Step, language: str, message: str, hint: str = "") -> None:
        where = step.texts[language].location
        self.note_at(where.path, where.line, message, hint)

    def note_at(self, path: str, line: int, message: str, hint: str = "") -> None:
        found = ProblemList(path)
        found.warning("export-loss", line, message, hint)
        self.found += found.found


class Exported(Struct, frozen=True):
    data: bytes
    warnings: tuple[Problem, ...] = ()


class CannotExport(Exception):
    """Its text is what the author reads."""


def archive(source: Source) -> Exported:
    return Exported(archive_of(source.library, source.track.id))
