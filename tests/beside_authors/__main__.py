"""Check 24: what others wait is at most 20 % longer while authors send hostile texts.

For example: python -m tests.beside_authors --pairs 8
"""

import argparse
import sys

from tests.beside_authors.run import compare, p95
from tests.beside_authors.served import AUTHORS, serving

SLOWER = 1.20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.beside_authors", description=__doc__)
    parser.add_argument("--pairs", type=int, default=8, help="of blocks, without and with authors")
    parser.add_argument("--seconds", type=float, default=15.0, help="of a block")
    parser.add_argument("--authors", type=int, default=AUTHORS, help="at the same time")
    parser.add_argument("--apart", action="store_true", help="authors in a process of their own")
    given = parser.parse_args()
    with serving(is_apart=given.apart) as site:
        found = compare(site, given.pairs, given.seconds, given.authors)
    print(
        f"p95 of a teacher's pages and posts: {1000 * p95(found.alone):.1f} ms alone "
        f"({len(found.alone)} requests), {1000 * p95(found.beside):.1f} ms beside {given.authors} "
        f"authors with hostile texts ({len(found.beside)} requests): {found.ratio:.3f}; "
        f"{1000 * p95(found.beside_ordinary):.1f} ms beside as many with texts as long of prose: "
        f"{found.of_hostility:.3f}. Requests of authors: {found.asked}"
    )
    for line in found.wrong:
        print(line)
    return 0 if found.ratio <= SLOWER and found.asked and not found.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
