"""What a run shares: how many pairs, where its databases are."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.world import World, postgres_world, sqlite_world
from tests.postgres import start_postgres

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"


@dataclass(slots=True)
class Bench:
    pairs: int
    server: str
    folder: Path  # on the disk of the project: a commit costs there what it costs in use
    _open: ExitStack
    _made: int = field(default=0)
    _postgres_url: str = field(default="")

    def sqlite(self, *, server: str = "") -> World:
        """`server`: for a bar that has to choose its own."""
        return sqlite_world(self._next_folder(), server or self.server)

    def postgres(self, *, server: str = "") -> World:
        if not self._postgres_url:
            self._postgres_url, stop = start_postgres(self.folder)
            self._open.callback(stop)
        return postgres_world(self._next_folder(), self._postgres_url, server or self.server)

    def _next_folder(self) -> Path:
        self._made += 1
        return self.folder / f"world-{self._made}"


@contextmanager
def open_bench(pairs: int, server: str) -> Iterator[Bench]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, ExitStack() as opened:
        yield Bench(pairs, server, Path(folder), opened)
