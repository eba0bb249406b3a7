"""What an input costs, in a process of its own that has everything else in memory already."""

import ctypes
import gc
import json
import os
import re
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, convert, to_builtins

PATIENCE = 30  # seconds, then the process is ended


class Said(Struct, frozen=True):
    """What the one who sent it, or the operator, is told. Status 0: it did not come by HTTP."""

    status: int
    text: str


class Cost(Struct, frozen=True):
    name: str
    seconds: float  # of computing, processes that it began included
    megabytes: float  # of resident memory that it added at its peak
    said: Said | None  # None: it ended the process, or would not end


Act = Callable[[], Said]


def measure(name: str, prepare: Callable[[], Act]) -> Cost:
    """`prepare` makes the input, and is not counted. C's allocations count: it is the system's own
    figure, reset before; so do processes that were forked off, each above what it began with."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(here)
            signal.alarm(PATIENCE)
            os.write(there, json.dumps(to_builtins(_cost(name, prepare))).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(there)
    with os.fdopen(here) as told:
        text = told.read()
    os.waitpid(child, 0)
    return convert(json.loads(text), Cost) if text else Cost(name, PATIENCE, 0, None)


def _cost(name: str, prepare: Callable[[], Act]) -> Cost:
    act = prepare()
    gc.collect()  # what the parent has is frozen
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _kilobytes("VmRSS"), _computed()
    said = act()
    seconds = _computed() - began
    forked = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak = max(_kilobytes("VmHWM"), forked)
    return Cost(name, seconds, (peak - before) / 1024, Said(said.status, said.text[:400_000]))


def _computed() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _kilobytes(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])
