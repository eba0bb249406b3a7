"""Check 28: what each hostile text costs, through the entry where it comes in: a line of JSON each.

For example: python -m tests.bombs --entry "a platform's keys"
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bombs.run import as_line, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bombs", description=__doc__)
    parser.add_argument("--entry", help="this one only")
    only, is_right = parser.parse_args().entry, True
    with tempfile.TemporaryDirectory() as folder:
        for case in run(Path(folder), only):
            print(as_line(case), flush=True)
            is_right &= not case.faults()
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
