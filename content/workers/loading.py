"""A library read in a process of its own, within a budget: 2 seconds of computing for a step, half
of them to read it (for every 64 KB of a file) and half to draw it. What takes longer is a problem
with its line; the rest is read as ever."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from content.checks import complexity
from content.front_matter import split_front_matter
from content.loader import Loaded
from content.model import Library, Track
from content.problems import Location, ProblemList, in_reading_order
from content.reading.files import read_text
from content.reading.watch import Unread, piece_with
from content.workers.child import Beginning, Failed, Job, TooMuch, run
from content.workers.process import CLOCK, begun

SECONDS: Final = 2.0
_ENDED_MOST: Final = 20  # in one library; then it is told what was found so far
_PARTS_MOST: Final = 3  # of one file; then the whole file


class ReadingFailed(Exception):
    """A mistake of ours, with the other process's report."""


def load_library(root: Path, *, seconds: float = SECONDS) -> Loaded[Library]:
    """As content.loader.load_library, for text from anybody."""
    return _Reading(root, seconds).library()


@dataclass(slots=True)
class _Reading:
    root: Path
    seconds: float
    unread: dict[str, tuple[Unread, ...]] = field(default_factory=dict)
    done: dict[str, Loaded[Track]] = field(default_factory=dict)

    def library(self) -> Loaded[Library]:
        for _ in range(_ENDED_MOST):
            answer = self.run(Job(self.root, self.seconds, self.unread, self.done))
            if isinstance(answer, Loaded):
                return answer
            if answer is None or not self.leave_out(answer):
                break
        told = [p for path, parts in self.unread.items() for p in complexity.problems(path, parts)]
        return Loaded(None, in_reading_order(told))

    def leave_out(self, ended: Beginning) -> bool:
        """False: nothing of that file was read, and still it took too long."""
        path = ended.at.path
        found = ProblemList(path)
        _, body = split_front_matter(read_text(self.root / path, found) or "")
        whole = Unread(ended.at.line, 0, body.count("\n") + 1, is_whole=True)
        before = self.unread.get(path, ())
        if before and before[0].is_whole:
            return False
        at: Location | None = ended.at
        if ended.is_file:
            job = Job(self.root, self.seconds, self.unread, {}, locate=path)
            inside = self.run(job)
            at = inside.at if isinstance(inside, Beginning) else None
        part = piece_with(body, at.line) if at is not None else whole
        if len(before) >= _PARTS_MOST or part in before:
            part = whole
        self.unread[path] = (*before, part) if part is not whole else (whole,)
        self.done.pop(path.partition("/")[0], None)
        return True

    def run(self, job: Job) -> Loaded[Library] | Beginning | None:
        """What was read; or what was begun and not done; None when a file was located to no part
        of it."""
        with begun(run, job) as pipe:
            return self.listen(pipe)

    def listen(self, pipe: Connection) -> Loaded[Library] | Beginning | None:
        begun, ends = None, time.monotonic() + 60
        while pipe.poll(max(0.0, ends - time.monotonic())):
            try:
                heard = pipe.recv()
            except EOFError:
                break
            if isinstance(heard, Beginning):
                begun, ends = heard, time.monotonic() + heard.seconds * CLOCK
            elif isinstance(heard, tuple):
                self.done[heard[0]] = heard[1]
            elif isinstance(heard, Failed):
                raise ReadingFailed(f"{begun}: {heard.report}")
            elif isinstance(heard, TooMuch):
                break
            else:
                assert heard is None or isinstance(heard, Loaded)
                return heard
        if begun is None:
            raise ReadingFailed("the process that reads ended before it began")
        return begun
