"""Bar 5, second part: the service call, against the library that Open edX has for it."""

from itertools import islice

from tests.bench.bench import CACHE, Bench
from tests.bench.library import TRACK
from tests.bench.measuring import in_turn, rounds_at_most
from tests.bench.peers import Missing, peer_python, rounds_of
from tests.bench.people import own_cpu, service
from tests.bench.result import Comparison, Limit, NotMeasured, Result

NAME = "5 service call, SQLite"
PERSONS = 5  # a round; each does all the readings of the track
PACKAGES = ("edx-completion==5.0.0", "Django==5.2.19")


def measure(bench: Bench) -> list[Result]:
    try:
        python = peer_python(CACHE / "edx-completion", PACKAGES)
    except Missing as missing:
        return [NotMeasured(NAME, str(missing))]
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
    return [
        Comparison(
            name=NAME,
            ours="complete_steps with one step, a transaction each: once-only, counters, outbox",
            theirs="edx-completion: BlockCompletion.objects.submit_completion, a transaction each",
            how=f"{PERSONS} persons x {len(steps)} steps a round, all new; SQLite with WAL and "
            "synchronous=FULL on both sides; calls per CPU second, ours to theirs",
            limit=Limit(floor=4, goal=7, at_most=False),
            pairs=pairs,
        )
    ]
