"""Bar 5, second part: the service call, against the library that Open edX has for it.

Each side commits once a call, and a commit waits for the disk. What that costs in CPU is the
disk's and the kernel's, the same for both: it is more than all that ours does, and on another
machine a third of it. So the bar is measured where a sync costs nothing, and the same on the
project's disk is told beside it (ADR 0043).
"""

import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tests.bench.bench import CACHE, Bench
from tests.bench.library import TRACK
from tests.bench.measuring import Pairs, in_turn, rounds_at_most
from tests.bench.peers import Missing, peer_python, rounds_of
from tests.bench.people import own_cpu, service
from tests.bench.result import Comparison, Limit, NotMeasured, Result

NAME = "5 service call, SQLite"
PERSONS = 5  # a round; each does all the readings of the track
PACKAGES = ("edx-completion==5.0.0", "Django==5.2.19")
LIMIT = Limit(floor=4, goal=7, at_most=False)
MEMORY = Path("/dev/shm")


def measure(bench: Bench) -> list[Result]:
    try:
        python = peer_python(CACHE / "edx-completion", PACKAGES)
    except Missing as missing:
        return [NotMeasured(NAME, str(missing))]
    if not MEMORY.is_dir():
        return [NotMeasured(NAME, f"there is no {MEMORY} here to measure in")]
    on_disk = _compared(_measured(bench, python))
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        in_memory = _measured(replace(bench, folder=Path(folder)), python)
    us, them = on_disk.costs
    beside = f"on the project's disk, sync counted: {us:.0f} to {them:.0f} us, {on_disk.ratio:.2f}x"
    return [_compared(in_memory, beside)]


def _compared(pairs: Pairs, beside: str = "") -> Comparison:
    return Comparison(
        name=NAME,
        ours="complete_steps with one step, a transaction each: once-only, counters, outbox",
        theirs="edx-completion: BlockCompletion.objects.submit_completion, a transaction each",
        how=f"{PERSONS} persons x all readings a round, all new; SQLite with WAL and "
        "synchronous=FULL on both sides, on files in memory; calls per CPU second, ours to "
        f"theirs; {beside}",
        limit=LIMIT,
        pairs=pairs,
    )


def _measured(bench: Bench, python: Path) -> Pairs:
    ours = service(bench.sqlite(), TRACK, PERSONS * rounds_at_most(bench.pairs))
    steps = ours.readings

    def ours_round() -> float:
        people = list(islice(ours.workers, PERSONS))

        def work() -> int:
            for who in people:
                for step in steps:
                    ours.complete(who, [step])
            return len(people) * len(steps)

        return own_cpu(work)

    database = str(bench.folder / "edx.sqlite")
    counts = [str(PERSONS), str(len(steps)), str(rounds_at_most(bench.pairs))]
    with rounds_of(python, "edx_completion.py", [database, *counts]) as theirs_round:
        pairs = in_turn(ours_round, theirs_round, bench.pairs)
    ours.database.engine.dispose()
    return pairs
