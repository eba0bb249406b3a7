"""A process of its own for what may run wild, and its bounds."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess, ForkServerProcess
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 1024 * 1024 * 1024  # bytes on top of what the process begins with
# How much it stands back: whoever else needs the processor, the web server above all, goes first.
# What an honest text takes is soon done; what goes on for long stands back as far as there is.
NICE: Final = 10
NICE_FOR_LONG: Final = 19
LONG: Final = 1.0  # seconds of computing
# A machine that is busy with other things must make no author's text "too complex": the clock
# ends only what computing has not, and the process stands back
CLOCK: Final = 20


@contextmanager
def begun(target: Callable[..., None], *args: Any) -> Iterator[Connection]:
    """What `target(*args, pipe)` sends; it is ended when nobody listens any more."""
    # a fork is quick; with threads around it could copy a lock that somebody holds
    here, there = multiprocessing.Pipe(duplex=False)
    process: ForkProcess | ForkServerProcess
    if threading.active_count() == 1:
        process = ForkProcess(target=target, args=(*args, there), daemon=True)
    else:
        multiprocessing.set_forkserver_preload(["content.workers.child"])
        process = ForkServerProcess(target=target, args=(*args, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()


def bound(memory: int) -> None:
    """This process, from now on."""
    os.nice(NICE)
    signal.signal(signal.SIGVTALRM, lambda *_: os.setpriority(os.PRIO_PROCESS, 0, NICE_FOR_LONG))
    signal.setitimer(signal.ITIMER_VIRTUAL, LONG)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends this one
    most = address_space() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def end_after(seconds: float) -> None:
    """When so much computing is done the system ends this process, whatever it is at. 0: never."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def address_space() -> int:
    """Bytes this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
