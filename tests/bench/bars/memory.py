"""Bar 12: what a worker holds in memory after 1,000 launches, against ltijs."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import update

from tests.bench.apps import NO_LIMIT
from tests.bench.bars.launch_peers import STRAIGHT_ON
from tests.bench.bench import CACHE, Bench
from tests.bench.browser import Browser
from tests.bench.key_server import key_server
from tests.bench.lms import follow, launch
from tests.bench.peers import Missing, peer_python
from tests.bench.peers.launchers import ltijs
from tests.bench.result import Figure, Limit, NotMeasured, Result
from tests.bench.servers import Server, free_port, started
from tests.bench.world import World
from tests.factories.databases import open_database
from tracks.lms.models import registration

LAUNCHES = 1000
# As docs/operators has it installed: what only tests need (and others import when they find it)
# a worker does not hold.
LOCK = Path(".locks/run.txt")
OURS = Limit(floor=75, goal=55, at_most=True)
BESIDE = Limit(floor=0.45, goal=0.45, at_most=True)


def measure(bench: Bench) -> list[Result]:
    """`tracks serve` as it is run, with its worker inside: one process, which shares its pages
    with nobody."""
    try:
        python = peer_python(
            CACHE / "ours", ["--no-deps", "--require-hashes", "-r", str(LOCK)], LOCK
        )
    except Missing as missing:
        return [NotMeasured("12 memory of a worker", str(missing))]
    world = bench.postgres(server="waitress")
    with key_server(world.jwks_file.read_bytes()) as keys:
        _publish_keys(world, keys.url)
        with _tracks_serve(python, world):
            pass  # its modules are compiled now
        with _tracks_serve(python, world) as server:
            ours = _held_after_launches(server)
    results: list[Result] = [
        Figure(
            name="12 memory of a worker",
            value=ours,
            unit=" MB",
            limit=OURS,
            how=f"PSS of `tracks serve` after {LAUNCHES} launches by as many, on PostgreSQL",
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


def _publish_keys(world: World, url: str) -> None:
    database = open_database(world.database_url)
    with database.writing() as session:
        session.execute(update(registration).values(jwks_url=url))
    database.engine.dispose()


@contextmanager
def _tracks_serve(python: Path, world: World) -> Iterator[Server]:
    port = free_port()
    environment = {
        "TRACKS_BASE_URL": f"http://localhost:{port}",
        "TRACKS_PORT": str(port),
        "TRACKS_DATABASE_URL": world.database_url,
        "TRACKS_DATA_DIR": str(world.folder / "data"),
        "TRACKS_LAUNCHES_PER_MINUTE": str(NO_LIMIT),
    }
    words = [python, "-m", "tracks", "serve"]
    with started(words, port, environment=environment, says="Learning Tracks: ") as server:
        yield server


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
