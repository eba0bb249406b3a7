"""The process that reads what anybody may have written. It is ended from outside, by the system or
by whoever started it: Python code that runs wild cannot be stopped from within."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec import Struct

from content.checks import DOCUMENT_CHECKS
from content.checks.size import STEP_LARGEST
from content.front_matter import split_front_matter
from content.loader import Loaded, load_library
from content.markdown import read_document
from content.model import Track
from content.problems import Location, ProblemList
from content.reading.editions import read_sections
from content.reading.files import read_text
from content.reading.watch import Unread, Watch, pieces, without
from content.workers import process


class Job(Struct, frozen=True):
    root: Path
    seconds: float  # of computing, for a step
    unread: Mapping[str, tuple[Unread, ...]]
    done: Mapping[str, Loaded[Track]]
    locate: str = ""  # a file, by its path in the library: find which part of it takes so long


class Beginning(Struct, frozen=True):
    """What is being done; if nothing more is heard, this was it."""

    at: Location
    seconds: float
    is_file: bool


class TooMuch(Struct, frozen=True):
    """It would have taken more memory than there may be."""


class Failed(Struct, frozen=True):
    report: str


class _Timed(Watch):
    def __init__(self, job: Job, pipe: Connection) -> None:
        self.job = job
        self.pipe = pipe

    def begin(self, at: Location, size: int = 0, *, is_file: bool = False) -> None:
        seconds = self.job.seconds / 2 * max(1, -(-size // STEP_LARGEST))
        self.pipe.send(Beginning(at, seconds, is_file))
        process.end_after(seconds)

    def unread(self, path: str) -> Sequence[Unread]:
        return self.job.unread.get(path, ())

    def track(self, name: str, load: Callable[[], Loaded[Track]]) -> Loaded[Track]:
        known = self.job.done.get(name)
        if known is not None:
            return known
        loaded = load()
        process.end_after(0)
        self.pipe.send((name, loaded))
        return loaded


def run(job: Job, pipe: Connection) -> None:
    process.bound(process.MEMORY)
    watch = _Timed(job, pipe)
    try:
        answer = None
        if job.locate:
            _read_in_parts(job, watch)
        else:
            answer = load_library(job.root, watch=watch)
    except (MemoryError, RecursionError):
        pipe.send(TooMuch())
        return
    except Exception:
        pipe.send(Failed(traceback.format_exc()))
        return
    process.end_after(0)
    pipe.send(answer)


def _read_in_parts(job: Job, watch: Watch) -> None:
    """Reads the file once more, part by part; whoever listens hears at which it ended."""
    place = job.root / job.locate
    _, body = split_front_matter(read_text(place, ProblemList(job.locate)) or "")
    lines = without(body, job.unread.get(job.locate, ())).split("\n")
    for first, last in pieces(body):
        text = "\n".join([""] * first + lines[first:last])
        watch.begin(Location(job.locate, _first_words(lines, first, last)))
        document = read_document(job.locate, text)
        found = ProblemList(job.locate)
        for check in DOCUMENT_CHECKS:
            check(document, place.parent, found)
        read_sections(document, "en", found)


def _first_words(lines: Sequence[str], first: int, last: int) -> int:
    return next((n + 1 for n in range(first, last) if lines[n].strip()), first + 1)
