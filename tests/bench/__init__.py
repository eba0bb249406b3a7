"""How fast the product is, beside what it is measured against: `make bench`.

    make bench                                  every bar
    make bench ARGS="launch step-page"          some (python -m tests.bench --help lists them)
    make bench ARGS="--pairs 11 --json FILE"    more rounds, and the figures for a program

Each bar prints both sides, their ratio, the floor and the goal, and how it was measured. *held*:
the ratio is on the right side of the floor; *goal reached*: of the goal too. The exit code is 1
when a floor is not held. A peer that cannot be installed is *not measured*, and no failure.

What is compared is CPU time for one operation, in microseconds: of the server with all its
threads, and of the database's own processes where it has any. The client is another process, and
is not counted. Waiting is not counted either: this is no load test and says nothing about delay.

Both sides run on the same server: gunicorn's gthread, on which an empty route costs about what the
bars assume, or with `--server waitress` what `tracks serve` runs. There an empty route costs about
half as much, so the same product shows a worse ratio: say which server a figure is of.

Both sides run in turn, in one run, after a round each to warm up, and who begins alternates: a
machine that is busy with something else slows both. The ratio is the median of the pairs'
ratios; the spread behind it says how steady the machine was. Absolute figures of two runs do not
compare; ratios do, on a quiet machine. A busy neighbour costs the side with the larger code more
(it shares the caches), so that a floor which is missed by little deserves a second run.

PostgreSQL is the one of the tests: it does not wait for the disk. SQLite is as in use: every
commit reaches the disk (WAL, synchronous=FULL).

To add a bar: a file in bars/ with `measure(bench) -> list[Result]`, and a line in bars/__init__.py.
"""
