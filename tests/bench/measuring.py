"""CPU time of processes, and rounds of two sides in turn, in quiet moments of the machine."""

import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Round = Callable[[], float]  # runs one round; CPU microseconds per operation
LOUD = 1.5
TRIES = 4  # rounds at most for each pair that is wanted


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


class Neighbours:
    """How much others hammer the memory: a walk through more of it than a core's cache holds.

    A virtual machine shares caches with strangers. When they are busy, a large program pays up to
    twice as much CPU time for the same work, and a tiny one hardly more.
    """

    def __init__(self) -> None:
        chance = random.Random(1)
        self._values = [chance.random() for _ in range(400_000)]
        self._way = chance.sample(range(len(self._values)), 60_000)

    def loudness(self) -> float:
        """CPU seconds of the walk: the quickest of three."""
        return min(self._walk() for _ in range(3))

    def _walk(self) -> float:
        values, total, began = self._values, 0.0, time.process_time()
        for place in self._way:
            total += values[place]
        return time.process_time() - began


@dataclass(frozen=True, slots=True)
class Pair:
    """`loudness`: of the neighbours while it was taken; only to be compared within a run."""

    ours: float
    theirs: float
    loudness: float


@dataclass(frozen=True, slots=True)
class Pairs:
    kept: tuple[Pair, ...]
    taken: int


def rounds_at_most(count: int) -> int:
    """Rounds of each side that `in_turn` may run for so many pairs."""
    return count * TRIES + 1


def in_turn(ours: Round, theirs: Round, count: int) -> Pairs:
    """`count` pairs of quiet moments, after one of each side to warm up; who begins alternates.

    Quiet is decided by the neighbours alone, before anything is known of the pair's ratio. Where
    the machine does not come to rest, the quietest pairs are kept.
    """
    neighbours = Neighbours()
    ours()
    theirs()
    taken: list[Pair] = []
    for number in range(count * TRIES):
        loudness = neighbours.loudness()
        if number % 2:
            them = theirs()
            us = ours()
        else:
            us = ours()
            them = theirs()
        taken.append(Pair(us, them, max(loudness, neighbours.loudness())))
        quietest = min(pair.loudness for pair in taken)
        if sum(pair.loudness <= LOUD * quietest for pair in taken) >= count:
            break
    kept = sorted(taken, key=lambda pair: pair.loudness)[:count]
    return Pairs(tuple(kept), len(taken))
