"""CPU time of processes, and rounds of two sides in turn."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping

Round = Callable[[], float]  # runs one round; CPU microseconds per operation


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, those that have ended too."""
    if sys.platform == "linux":
        # What clock_getcpuclockid(3) gives: nanoseconds, where /proc counts in hundredths.
        return time.clock_gettime((~pid << 3) | 2)
    import psutil

    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def spent(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Seconds between two readings; a process that is new in the second began at nothing."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def reading(pids: Iterable[int]) -> dict[int, float]:
    found = {}
    for pid in pids:
        try:
            found[pid] = cpu_seconds(pid)
        except OSError:
            continue  # gone meanwhile: a helper of the database that nobody misses
    return found


def in_turn(ours: Round, theirs: Round, count: int) -> tuple[tuple[float, float], ...]:
    """`count` pairs after one of each to warm up; who begins alternates."""
    ours()
    theirs()
    pairs = []
    for number in range(count):
        if number % 2:
            them = theirs()
            us = ours()
        else:
            us = ours()
            them = theirs()
        pairs.append((us, them))
    return tuple(pairs)
