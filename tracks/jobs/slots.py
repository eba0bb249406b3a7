"""Who may work for which lane: one slow LMS must not hold every thread."""

import threading
from collections import defaultdict, deque

from tracks.jobs.actions import Handed


class Slots:
    """At most `most` jobs of a lane run at a time in this process; others stand in line."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: dict[str, int] = defaultdict(int)
        self._lines: dict[str, deque[Handed]] = defaultdict(deque)
        self._lock = threading.Lock()

    def enter(self, handed: Handed) -> bool:
        """False: it stands in line, and whoever runs now for its lane will take it."""
        if not handed.lane:
            return True
        with self._lock:
            if self._running[handed.lane] < self._most:
                self._running[handed.lane] += 1
                return True
            self._lines[handed.lane].append(handed)
            return False

    def next(self, lane: str) -> Handed | None:
        """The next in line, in the slot of the one before; None: the slot is free again."""
        if not lane:
            return None
        with self._lock:
            if line := self._lines.get(lane):
                return line.popleft()
            self._release(lane)
            return None

    def leave(self, lane: str) -> None:
        """After an accident. What still stands in line is handed out again when its lease ends."""
        if lane:
            with self._lock:
                self._release(lane)

    def _release(self, lane: str) -> None:
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
            self._lines.pop(lane, None)
