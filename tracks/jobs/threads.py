"""Handed-out jobs, done by threads of this process: what `memory://` means."""

import logging
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from tracks.jobs.actions import Handed

log = logging.getLogger(__name__)


class Threads:
    """tracks.jobs.worker.Hands. What it has not begun when it stops is handed out again later, as
    after a kill: the row decides (ADR 0003)."""

    def __init__(self, run: Callable[[int, str, str], None], count: int) -> None:
        self._run = run
        self._count = count
        self._given: SimpleQueue[Handed | None] = SimpleQueue()
        self._stopping = threading.Event()

    def give(self, handed: Handed) -> None:
        self._given.put(handed)

    def workers(self) -> Sequence[Callable[[], None]]:
        return [self._work] * self._count

    def ask_to_stop(self) -> None:
        self._stopping.set()
        for _ in range(self._count):
            self._given.put(None)

    def stopped(self) -> None:
        """Nothing is left to put right."""

    def _work(self) -> None:
        while (handed := self._given.get()) is not None and not self._stopping.is_set():
            try:
                self._run(*handed)
            except Exception as exc:
                # Its lease ends, and it is handed out again. The text may hold personal data.
                log.error("job.broke_off type=%s", type(exc).__name__)
