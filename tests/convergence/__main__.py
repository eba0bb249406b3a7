"""The long run of check 11: many people, in each mode, under faults.

For example: python -m tests.convergence --changes 1000 --people 100
"""

import argparse
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from tests.convergence.run import ALWAYS_IN, STEPS, Run
from tests.factories.databases import empty_postgres, published_sqlite
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import MODES, Mode, ScriptedLms
from tracks.lms.rules import ScorePolicy


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.convergence", description=__doc__)
    parser.add_argument("--mode", action="append", choices=MODES, help="all, unless given")
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--people", type=int, default=100, help=f"each does {len(STEPS)} steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", type=ScorePolicy, default=ScorePolicy.PROPORTIONAL)
    parser.add_argument("--database", help="a PostgreSQL database to empty; SQLite unless given")
    given = parser.parse_args()
    logging.disable()
    failed = 0
    for mode in given.mode or MODES:
        with tempfile.TemporaryDirectory() as folder:
            failed += _one(mode, given, Path(folder))
    return 1 if failed else 0


def _one(mode: Mode, given: argparse.Namespace, folder: Path) -> int:
    url = given.database
    if url:
        empty_postgres(url)
    else:
        url = f"sqlite:///{published_sqlite(folder)}"
    tool = Tool(url, folder / "data", **ALWAYS_IN)
    began = time.monotonic()
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, ScriptedLms(mode) as lms:
        ended = Run(tool, lms, clock, given.seed, given.policy).go(given.people, given.changes)
    tool.close()
    print(
        f"{mode}: {ended.changes} changes of {ended.people} people; {ended.posted} posted, "
        f"{ended.taken} taken, {ended.notes} of them notes, {ended.changed} changed the gradebook; "
        f"{len(ended.problems)} problems, {time.monotonic() - began:.0f} s"
    )
    for problem in ended.problems:
        print("  ", problem)
    return len(ended.problems)


if __name__ == "__main__":
    sys.exit(main())
