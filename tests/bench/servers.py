"""Start and stop the servers of serve.py, and read what their work costs."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bench import CACHE
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
    port = free_port()
    words = ["-m", "tests.bench.serve", world.server, which, str(world.folder), str(port), *more]
    with started([sys.executable, *words], port, backends=backends) as server:
        yield server


@contextmanager
def started(
    words: Sequence[str | Path],
    port: int,
    *,
    backends: Callable[[], Iterable[int]] = _none,
    environment: Mapping[str, str] | None = None,
    says: str = "ready ",
) -> Iterator[Server]:
    """A server that says "ready PID" when it is (of gunicorn the worker, its parent waits), or
    begins a line with what it `says` and is a single process."""
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**_as_installed(), **(environment or {})}
    )
    try:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith(says)), None)
        if ready is None:
            raise RuntimeError(f"{words[1]} did not start")
        pid = int(ready.removeprefix(says)) if says == "ready " else process.pid
        connection = Connection(port)
        yield Server(pid, port, connection, backends)
        connection.close()
    finally:
        process.terminate()
        process.wait(20)


def _as_installed() -> dict[str, str]:
    """Where a server runs, its modules lie compiled on the disk. A process that had to compile them
    itself keeps 8 MB of what that took."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**environment, "PYTHONPYCACHEPREFIX": str(CACHE / "compiled")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
