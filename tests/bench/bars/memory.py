"""Bar 12: what a worker holds in memory after 1,000 launches, against ltijs.

The product is measured as it runs on two cores, with a process for each, and as one process."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import update

from tests.bench.apps import NO_LIMIT
from tests.bench.bars.launch_peers import STRAIGHT_ON
from tests.bench.bench import CACHE, Bench
from tests.bench.browser import Browser, Connection
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
PROCESSES = 2
# Of one connection: any process may take the next one.
LAUNCHES_OF_ONE = 25
# As docs/operators has it installed: what only tests need (and others import when they find it)
# a worker does not hold.
LOCK = Path(".locks/run.txt")
OURS = Limit(floor=75, goal=55, at_most=True)
BESIDE = Limit(floor=0.45, goal=0.45, at_most=True)


def measure(bench: Bench) -> list[Result]:
    try:
        python = peer_python(
            CACHE / "ours", ["--no-deps", "--require-hashes", "-r", str(LOCK)], LOCK
        )
    except Missing as missing:
        return [NotMeasured("12 memory of a worker", str(missing))]
    world = bench.postgres(server="waitress")
    with key_server(world.jwks_file.read_bytes()) as keys:
        _publish_keys(world, keys.url)
        with _tracks_serve(python, world, 1):
            pass  # its modules are compiled now
        with _tracks_serve(python, world, 1) as server:
            _launch(server, LAUNCHES)
            alone = _held(server.pid)
        with _tracks_serve(python, world, PROCESSES) as server:
            _launch(server, LAUNCHES * PROCESSES)
            workers = [_held(pid) for pid in _children(server.pid)]
            parent = _held(server.pid)
    each = " and ".join(f"{held:.0f}" for held in workers)
    share = (sum(workers) + parent) / PROCESSES
    results: list[Result] = [
        Figure(
            name=f"12 memory of a worker of {PROCESSES}",
            value=max(workers),
            unit=" MB",
            limit=OURS,
            how=f"PSS of the larger of {PROCESSES} after {LAUNCHES} launches each, by as many, on "
            f"PostgreSQL: {each} MB, and {parent:.0f} MB in the process that forked them; as one "
            f"process {alone:.0f} MB",
        )
    ]
    name = "12 memory for each worker, ltijs, PostgreSQL"
    try:
        with (
            key_server(world.jwks_file.read_bytes()) as keys,
            ltijs(CACHE, world, keys.url) as server,
        ):
            _launch(server, LAUNCHES)
            theirs = _held(server.pid)
    except Missing as missing:
        return [*results, NotMeasured(name, str(missing))]
    results.append(
        Figure(
            name=name,
            value=share / theirs,
            unit="x",
            limit=BESIDE,
            how=f"ours {share:.0f} MB, the forking process shared out; theirs {theirs:.0f} MB; "
            f"ours as one process {alone:.0f} MB, {alone / theirs:.2f}x",
        )
    )
    return results


def _publish_keys(world: World, url: str) -> None:
    database = open_database(world.database_url)
    with database.writing() as session:
        session.execute(update(registration).values(jwks_url=url))
    database.engine.dispose()


@contextmanager
def _tracks_serve(python: Path, world: World, processes: int) -> Iterator[Server]:
    port = free_port()
    environment = {
        "TRACKS_BASE_URL": f"http://localhost:{port}",
        "TRACKS_PORT": str(port),
        "TRACKS_DATABASE_URL": world.database_url,
        "TRACKS_DATA_DIR": str(world.folder / "data"),
        "TRACKS_PROCESSES": str(processes),
        "TRACKS_LAUNCHES_PER_MINUTE": str(NO_LIMIT),
    }
    words: list[str | Path] = [python, "-m", "tracks", "serve"]
    with started(words, port, environment=environment, says="Learning Tracks: ") as server:
        yield server


def _launch(server: Server, launches: int) -> None:
    """By as many people."""
    newcomers = count()
    for _ in range(0, launches, LAUNCHES_OF_ONE):
        connection = Connection(server.port)
        for _ in range(LAUNCHES_OF_ONE):
            browser = Browser(connection)
            follow(browser, launch(browser, server.port, next(newcomers), more=STRAIGHT_ON))
        connection.close()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if len(listed) != PROCESSES:
        raise RuntimeError(f"{len(listed)} processes where {PROCESSES} were expected")
    return [int(child) for child in listed]


def _held(pid: int) -> float:
    """Megabytes (10**6), proportional: a page that n processes share counts for an nth."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("the kernel tells no proportional set size")
