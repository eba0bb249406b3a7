"""A mutant lives in the memory of a process that ends with it, and in no file."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

_MEMORY = 3 * 1024**3


def forked(act: Callable[[int], None], seconds: float | None = None) -> Iterator[str]:
    """The lines that `act` writes to its descriptor, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _alone(act, reading, writing, seconds)
    os.close(writing)
    try:
        with os.fdopen(reading) as lines:
            yield from lines
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        yield f"signal {os.WTERMSIG(status)}"


def _alone(
    act: Callable[[int], None], reading: int, writing: int, seconds: float | None
) -> NoReturn:
    code = 1
    try:
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        act(writing)
        code = 0
    except BaseException as failed:  # the parent must hear of it, whatever it is
        os.write(writing, f"error {failed!r}\n".encode())
    finally:
        os._exit(code)


class FirstFailure:
    """The plugin of a run that ends with the first test that fails."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        # before the report, whose traceback takes longer than most tests
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self._end(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._end(report.nodeid or "collection")

    def _end(self, test: str) -> NoReturn:
        os.write(self._writing, f"{test.splitlines()[0]}\n".encode())
        os._exit(0)
