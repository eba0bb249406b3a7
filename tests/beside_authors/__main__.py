"""Check 24: what others wait is at most 20 % longer while authors send hostile texts.

Blocks are short and take turns: a machine that others share is not as fast in one minute as in the
next. The same measured twice is told beside it.

For example: python -m tests.beside_authors --rounds 26
"""

import argparse
import sys

from tests.beside_authors.run import compare, p95
from tests.beside_authors.served import AUTHORS, serving

SLOWER = 1.20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.beside_authors", description=__doc__)
    parser.add_argument("--rounds", type=int, default=26, help="of four blocks")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a block")
    parser.add_argument(
        "--authors", type=int, default=1, choices=range(1, AUTHORS + 1), help="at the same time"
    )
    parser.add_argument("--apart", action="store_true", help="authors in a process of their own")
    given = parser.parse_args()
    with serving(is_apart=given.apart) as site:
        found = compare(site, given.rounds, given.seconds, given.authors)
    alone = found.alone + found.again
    for who, took, more in (
        ("alone", alone, f"its halves differ {found.of_nothing:.3f} times"),
        (f"beside {given.authors} with hostile texts", found.beside, f"{found.ratio:.3f} of alone"),
        (
            "beside as many with prose as long",
            found.beside_ordinary,
            f"hostile is {found.of_hostility:.3f} of it",
        ),
    ):
        print(f"{who}: p95 {1000 * p95(took):.1f} ms of {len(took)} pages and posts; {more}")
    print(f"authors' requests: {found.asked}")
    for line in found.wrong:
        print(line)
    return 0 if found.ratio <= SLOWER and found.asked and not found.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
