"""300 units and 12,000 of staff in each form, or as many as asked for (issue 5).

For example: python -m tests.lists_at_size --staff 100000 --form csv
"""

import argparse
import multiprocessing
import sys

from tests.lists_at_size.run import FORMS, measured
from tracks.rosters.rules import Counts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lists_at_size", description=__doc__)
    parser.add_argument("--units", type=int, default=300)
    parser.add_argument("--staff", type=int, default=12_000)
    parser.add_argument("--form", choices=FORMS, nargs="*", default=FORMS)
    parser.add_argument("--database", help="a PostgreSQL database to empty; SQLite unless given")
    given = parser.parse_args()
    is_right = True
    for form in given.form:
        # A process for each: what it has held at most is its own.
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            taken = alone.apply(measured, (form, given.database, given.units, given.staff))
        print(taken, flush=True)
        is_right &= (taken.working, taken.changed_again) == (given.staff, Counts())
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
