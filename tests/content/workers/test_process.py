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
    pipe.send(os.getpriority(os.PRIO_PROCESS, 0))


@pytest.mark.parametrize(
    ("seconds", "nice"),
    [(process.LONG / 5, process.NICE), (process.LONG * 2, process.NICE_FOR_LONG)],
)
def test_what_goes_on_for_long_stands_back_as_far_as_there_is(seconds: float, nice: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)

    with process.begun(_compute, seconds) as pipe:
        assert pipe.recv() == max(nice, min(19, own + process.NICE))

    assert os.getpriority(os.PRIO_PROCESS, 0) == own
