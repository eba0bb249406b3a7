"""`python -m tests.crash --database sqlite --cycles 200`; exits 1 on any violation.

One process first (the worker inside the server), then server and worker apart, when there is a
RabbitMQ at TRACKS_TEST_AMQP_URL or on this machine's own port.
"""

import argparse
import random
import sys
from contextlib import ExitStack

from tests.crash.databases import amqp_url, is_reachable, postgres_database
from tests.crash.run import Report, Run


def _say(line: str) -> None:
    print(line, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cycles", type=int, default=200, help="with one process")
    parser.add_argument(
        "--apart", type=int, help="cycles with two processes; a fifth of --cycles when left out"
    )
    parser.add_argument("--seed", type=int, help="of the choices made here; the timing is free")
    return parser.parse_args()


def _run(database: str, broker_url: str, cycles: int, title: str, stack: ExitStack) -> Report:
    url = stack.enter_context(postgres_database()) if database == "postgresql" else None
    with Run(title, url, broker_url, say=_say) as run:
        report = run(cycles)
    for line in report.lines():
        _say(line)
    return report


def main() -> int:
    given = _arguments()
    seed = given.seed if given.seed is not None else random.randrange(10**6)
    _say(f"seed {seed}")
    random.seed(seed)
    apart = given.cycles // 5 if given.apart is None else given.apart
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[given.database]
    reports = []
    with ExitStack() as stack:
        if given.cycles:
            title = f"{name}, one process"
            reports.append(_run(given.database, "memory://", given.cycles, title, stack))
        if apart and is_reachable(amqp_url()):
            title = f"{name}, server and worker"
            reports.append(_run(given.database, amqp_url(), apart, title, stack))
        elif apart:
            _say("=" * 78)
            _say("NOT RUN: server and worker as two processes. There is no RabbitMQ at")
            _say("TRACKS_TEST_AMQP_URL, nor at amqp://127.0.0.1:5672.")
            _say("=" * 78)
    return 1 if not reports or any(report.violations for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
