"""Mutation testing of `lti/`: do the tests see it when a line of it is wrong?

For example: python -m tests.mutants --paths lti/tool/state.py

A mutator of our own, on `ast`. mutmut 3 mutates functions only, has no way to add an operator
(removed checks are what matters most here) and mutates every text, also those for the log only;
cosmic-ray writes each mutant into the file and starts the tests anew, which takes 4,000 times 2 s.
Here a mutant is a fork of one collected session: some 50 ms.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.mutants.finder import all_in
from tests.mutants.operators import Kind, Mutant
from tests.mutants.records import REVIEWED, Results, is_alive, read_reviewed, unmatched
from tests.mutants.session import verdicts

TESTS = [
    "tests/lti",
    "tests/lti_platform",
    "tests/conformance/test_exchange.py",
    "tests/conformance/test_launches.py",
    "tests/conformance/test_platforms.py",
]
ENOUGH = 0.85  # of the others; of the checks, all


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--paths", nargs="+", default=["lti"])
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--reviewed", type=Path, default=REVIEWED)
    parser.add_argument("--results", type=Path, default=Path(".cache/mutants.jsonl"))
    parser.add_argument("--all", action="store_true", help="also those that were killed before")
    parser.add_argument("--one-in", type=int, default=1, help="only a sample of the others")
    parser.add_argument("--report", action="store_true", help="only what is known from before")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    reviewed = read_reviewed(given.reviewed)
    mutants = list(all_in(given.paths))
    stale = unmatched(reviewed, mutants)
    for entry in stale:
        print(f"{given.reviewed}: not one mutant: {entry.file}: {entry.now}", file=sys.stderr)
    mutants = [m for m in mutants if not any(entry.is_of(m) for entry in reviewed)]
    mutants = [m for m in mutants if m.kind == "check" or int(m.key, 16) % given.one_in == 0]
    results = Results(given.results)
    todo = [m for m in mutants if given.all or not results.is_killed(m)]
    if given.report:
        todo = []
    # the checks first; the platform's side, which is for tests and demonstration, last
    todo.sort(key=lambda mutant: (mutant.kind, mutant.path.startswith("lti/platform/")))
    with suppress(KeyboardInterrupt):
        for mutant in _run(todo, given.tests, results):
            by = results.by[mutant.key]
            if is_alive(by) and not given.json:
                print(f"{mutant.path}:{mutant.line} {mutant.kind} {by}")
                print(f"- {mutant.was}\n+ {mutant.now}", flush=True)
    return _report(mutants, results, as_json=given.json) or bool(stale)


def _run(mutants: list[Mutant], tests: list[str], results: Results) -> Iterator[Mutant]:
    if not mutants:
        return
    os.environ["TRACKS_TEST_POSTGRES_URL"] = "none of these tests needs one"
    by_key = {mutant.key: mutant for mutant in mutants}
    for key, by in verdicts(mutants, tests):
        results.keep(key, by)
        yield by_key[key]


def _report(mutants: Iterable[Mutant], results: Results, *, as_json: bool) -> int:
    counts: dict[tuple[str, Kind], list[bool]] = defaultdict(list)
    alive = []
    not_run = 0  # of a run that was interrupted
    for mutant in mutants:
        by = results.by.get(mutant.key)
        if by is None:
            not_run += 1
            continue
        counts[Path(mutant.path).parent.as_posix(), mutant.kind].append(not is_alive(by))
        if is_alive(by):
            alive.append(mutant)
    figures = [
        {"part": part, "kind": kind, "killed": sum(killed), "of": len(killed)}
        for (part, kind), killed in sorted(counts.items())
    ]
    if as_json:
        print(
            json.dumps(
                {"figures": figures, "not_run": not_run, "alive": [asdict(m) for m in alive]},
                indent=2,
            )
        )
    else:
        for line in figures:
            share = line["killed"] / line["of"]
            print(f"{line['part']}: {line['kind']}: {line['killed']} of {line['of']} ({share:.1%})")
    fits = all(
        sum(killed) >= len(killed) * (1 if kind == "check" else ENOUGH)
        for (_, kind), killed in counts.items()
    )
    if not_run:
        print(f"{not_run} not run yet", file=sys.stderr)
    return 0 if fits and not not_run else 1


if __name__ == "__main__":
    sys.exit(main())
