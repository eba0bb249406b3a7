"""50,000 results for an LMS that is down for a day: pages stay quick, then it drains at its pace.

For example: python -m tests.backpressure --people 50000 --hours 24
"""

import argparse
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from tests.backpressure.backlog import Day, one_day
from tests.backpressure.pages import TURNS, compare
from tests.factories.databases import empty_postgres, published_sqlite
from tests.factories.tool import Tool
from tracks.jobs.rules import PER_SECOND

SLOWER = 1.10


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.backpressure", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--hours", type=int, default=24, help="that the LMS is down, simulated")
    parser.add_argument("--turns", type=int, default=TURNS, help="of pages, on each side")
    parser.add_argument("--only", choices=["pages", "day"])
    parser.add_argument("--folder", type=Path, help="where the database of the day is")
    parser.add_argument(
        "--database", help="a PostgreSQL database to empty, for the day; SQLite unless given"
    )
    given = parser.parse_args()
    logging.disable()
    fits = True
    if given.only != "day":
        fits &= _pages(given.people, given.turns)
    if given.only != "pages":
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            fits &= _day(given, Path(folder))
    return 0 if fits else 1


def _pages(people: int, turns: int) -> bool:
    found = compare(people, turns)
    for name, (without, with_backlog) in found.items():
        ratio = with_backlog / without
        print(
            f"{name}: p95 {without:.2f} ms without, {with_backlog:.2f} ms with "
            f"{people} waiting: {ratio:.3f}"
        )
    return all(with_backlog / without <= SLOWER for without, with_backlog in found.values())


def _day(given: argparse.Namespace, folder: Path) -> bool:
    url = given.database
    if url:
        empty_postgres(url)
    else:
        url = f"sqlite:///{published_sqlite(folder)}"
    tool = Tool(url, folder / "data")
    began = time.monotonic()
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        day = one_day(tool, clock, people=given.people, hours=given.hours, look_every=10)
    tool.close()
    print(day)
    print(f"{time.monotonic() - began:.0f} s of real time")
    return is_right(day, given.people)


def is_right(day: Day, people: int) -> bool:
    return (
        (day.rows, day.waiting_after, day.shown, day.taken) == (people, people, people, people)
        and day.most_in_a_second <= PER_SECOND
        and day.drained_in >= people / PER_SECOND - 1
    )


if __name__ == "__main__":
    sys.exit(main())
