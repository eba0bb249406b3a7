"""Bar 12: what a worker holds in memory after 1,000 launches, against ltijs."""

from itertools import count
from pathlib import Path

from tests.bench.bars.launch_peers import STRAIGHT_ON
from tests.bench.bench import CACHE, Bench
from tests.bench.browser import Browser
from tests.bench.key_server import key_server
from tests.bench.lms import follow, launch
from tests.bench.peers import Missing
from tests.bench.peers.launchers import ltijs
from tests.bench.result import Figure, Limit, NotMeasured, Result
from tests.bench.servers import Server, tool_server

LAUNCHES = 1000
OURS = Limit(floor=75, goal=55, at_most=True)
BESIDE = Limit(floor=0.45, goal=0.45, at_most=True)


def measure(bench: Bench) -> list[Result]:
    """On waitress, as `tracks serve`: one process, which shares its pages with nobody."""
    world = bench.postgres(server="waitress")
    with tool_server(world) as server:
        ours = _held_after_launches(server)
    results: list[Result] = [
        Figure(
            name="12 memory of a worker",
            value=ours,
            unit=" MB",
            limit=OURS,
            how=f"PSS after {LAUNCHES} launches of as many persons, on PostgreSQL",
        )
    ]
    name = "12 memory of a worker, ltijs, PostgreSQL"
    try:
        with (
            key_server(world.jwks_file.read_bytes()) as keys,
            ltijs(CACHE, world, keys.url) as server,
        ):
            theirs = _held_after_launches(server)
    except Missing as missing:
        return [*results, NotMeasured(name, str(missing))]
    results.append(
        Figure(
            name=name,
            value=ours / theirs,
            unit="x",
            limit=BESIDE,
            how=f"ours {ours:.0f} MB, theirs {theirs:.0f} MB, after the same launches",
        )
    )
    return results


def _held_after_launches(server: Server) -> float:
    """Megabytes (10**6), proportional: a page that n processes share counts for an nth."""
    newcomers = count()
    for _ in range(LAUNCHES):
        browser = Browser(server.connection)
        follow(browser, launch(browser, server.port, next(newcomers), more=STRAIGHT_ON))
    for line in Path(f"/proc/{server.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("the kernel tells no proportional set size")
