"""Start and stop the servers of serve.py, and read what their work costs."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.browser import Connection
from tests.bench.measuring import reading, spent
from tests.bench.world import World


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    port: int
    connection: Connection
    backends: Callable[[], Iterable[int]]

    def cost(self, work: Callable[[], int]) -> float:
        """CPU microseconds of server and database for each of the operations that `work` does."""
        before = reading([self.pid, *self.backends()])
        operations = work()
        after = reading([self.pid, *self.backends()])
        return spent(before, after) * 1e6 / operations


def _none() -> tuple[int, ...]:
    return ()


@contextmanager
def tool_server(world: World) -> Iterator[Server]:
    with _serve(world, "tool", world.database_url, backends=world.backends) as server:
        yield server


@contextmanager
def bare_server(world: World) -> Iterator[Server]:
    with _serve(world, "bare", backends=_none) as server:
        yield server


@contextmanager
def _serve(
    world: World, which: str, *more: str, backends: Callable[[], Iterable[int]]
) -> Iterator[Server]:
    port = _free_port()
    words = ["-m", "tests.bench.serve", world.server, which, str(world.folder), str(port), *more]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said, _, pid = process.stdout.readline().strip().partition(" ")
        if said != "ready":
            raise RuntimeError(f"the {which} server did not start")
        connection = Connection(port)
        # Of gunicorn the worker: its parent only watches.
        yield Server(int(pid), port, connection, backends)
        connection.close()
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
