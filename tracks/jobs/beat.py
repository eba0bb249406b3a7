"""A lease that lasts for as long as the work goes on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tracks.db import Database
from tracks.jobs.actions import renew
from tracks.jobs.rules import Job

_RENEW_EVERY: Final = 20.0


class LeaseLost(Exception):
    """Another worker does the same job by now."""


class Beat:
    """Work that takes longer than a lease stays ours for as long as it goes on."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database = database
        self._job = job
        self._next = time.monotonic() + _RENEW_EVERY

    def __call__(self) -> None:
        """Raises LeaseLost."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _RENEW_EVERY
        with self._database.writing() as session:
            if not renew(session, self._job, datetime.now(UTC)):
                raise LeaseLost

    def wait(self, seconds: float, sleep: Callable[[float], object]) -> None:
        while seconds > 0:
            self()
            sleep(min(seconds, _RENEW_EVERY))
            seconds -= _RENEW_EVERY
