"""What reads anybody's text stands back, and further when it goes on for long (check 24)."""

import os
import time
from multiprocessing.connection import Connection

import pytest

from content.workers import process


def _compute(seconds: float, pipe: Connection) -> None:
    process.bound(process.MEMORY)
    while time.process_time() < seconds:
        sum(range(100_000))
    pipe.send((os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)))


@pytest.mark.parametrize(
    ("seconds", "turn"),
    [(process.LONG / 5, os.SCHED_OTHER), (process.LONG * 2, os.SCHED_IDLE)],
)
def test_what_goes_on_for_long_has_what_nobody_else_needs(seconds: float, turn: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)

    with process.begun(_compute, seconds) as pipe:
        assert pipe.recv() == (min(19, own[0] + process.NICE), turn)

    assert (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)) == own


def _refused(pipe: Connection) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    os.sched_setscheduler = refuse
    _compute(process.LONG * 2, pipe)


def test_where_that_is_not_allowed_it_is_as_nice_as_may_be() -> None:
    with process.begun(_refused) as pipe:
        assert pipe.recv() == (19, os.SCHED_OTHER)
