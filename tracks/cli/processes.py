"""A server in several processes: prepared once, forked, and begun anew when one of them ends."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import click

log = logging.getLogger(__name__)
_LOOK_S = 0.2
_STOP_S = 20.0  # then what has not stopped is killed
# So many that end within so many seconds: what they lack will not come by trying.
_TRIES = 5
_TRIES_WITHIN_S = 60.0


class Ended(click.ClickException):
    """The processes end again and again, however often they are begun."""


def _asked_to_stop() -> threading.Event:
    """Set by Ctrl-C or SIGTERM from now on."""
    done = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        done.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return done


def _wait_for(done: threading.Event, goes_on: Callable[[], bool]) -> None:
    # A wait with a limit: Python runs signal handlers between waits on every platform.
    while goes_on() and not done.wait(_LOOK_S):
        pass


def wait_for_signal() -> None:
    """Until Ctrl-C or SIGTERM."""
    _wait_for(_asked_to_stop(), lambda: True)


class Processes:
    """`begin` starts one in the new process, and returns what stops it.

    The caller must hold no thread and no connection: neither survives a fork.
    """

    def __init__(self, count: int, begin: Callable[[], Callable[[], None]]) -> None:
        self._count = count
        self._begin = begin
        self._pids: set[int] = set()
        self._ends: list[float] = []
        self._done = threading.Event()

    def run(self, started: Callable[[], None]) -> None:
        """Until Ctrl-C or SIGTERM; `started` is called when all have been begun.

        Raises Ended when they end again and again.
        """
        self._done = _asked_to_stop()
        try:
            self._start()
            started()
            _wait_for(self._done, self._go_on)
        finally:
            self._stop()

    def _start(self) -> None:
        while len(self._pids) < self._count:
            self._fork()

    def _go_on(self) -> bool:
        for pid in self._gone():
            log.error("process.ended pid=%d", pid)
            now = time.monotonic()
            self._ends = [end for end in self._ends if now - end < _TRIES_WITHIN_S] + [now]
            if len(self._ends) >= _TRIES:
                raise Ended(f"{_TRIES} processes ended within {_TRIES_WITHIN_S:.0f} s; see the log")
            self._fork()
        return True

    def _stop(self) -> None:
        self._send(signal.SIGTERM)
        end = time.monotonic() + _STOP_S
        while self._pids and time.monotonic() < end:
            self._gone()
            time.sleep(0.02)
        self._send(signal.SIGKILL)
        while self._pids:
            self._gone()
            time.sleep(0.02)

    def _send(self, number: signal.Signals) -> None:
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _gone(self) -> list[int]:
        gone = [pid for pid in self._pids if os.waitpid(pid, os.WNOHANG)[0] == pid]
        self._pids.difference_update(gone)
        return gone

    def _fork(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self._pids.add(pid)
            return
        status = 1
        try:
            stop = self._begin()
            # Without its parent nobody would stop it.
            _wait_for(self._done, lambda: os.getppid() == parent)
            stop()
            status = 0
        except BaseException:
            log.exception("process.failed")
        finally:
            logging.shutdown()
            os._exit(status)
