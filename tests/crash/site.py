"""One tool with one LMS: its database, its settings, its processes."""

import random
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.crash.lms import FakeLms
from tests.crash.processes import Command, Running, Starter, free_port
from tests.factories.databases import LIBRARY, open_database, sample_library
from tracks.cli.content import publish_library
from tracks.lms.actions import register
from tracks.migrations import upgrade
from tracks.people.actions import add_municipality, add_school
from tracks.people.rules import SchoolKind

_SCHOOLS = 2


def prepare(database_url: str, lms: FakeLms) -> list[int]:
    """Schema, track and registration; the ids of the schools."""
    database = open_database(database_url)
    try:
        upgrade(database.engine)
        publish_library(database, LIBRARY, sample_library())
        with database.writing() as session:
            municipality = add_municipality(session, "Sample municipality", country="NO")
            register(
                session,
                municipality_id=municipality,
                issuer=lms.url,
                client_id=lms.client_id,
                auth_url=f"{lms.url}/auth",
                token_url=f"{lms.url}/token",
                jwks_url=f"{lms.url}/jwks",
                deployment_ids=[lms.deployment_id],
                now=datetime.now(UTC),
            )
            return [
                add_school(
                    session,
                    municipality,
                    code=f"school-{n}",
                    name=f"Sample school {n}",
                    kind=SchoolKind.LOWER_SECONDARY,
                )
                for n in range(_SCHOOLS)
            ]
    finally:
        database.engine.dispose()


class Site:
    """`commands`: which processes it has. With two of them a broker stands between."""

    def __init__(self, database_url: str | None, broker_url: str, *, lms: FakeLms) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tracks-crash-"))
        self.database_url = database_url or f"sqlite:///{self.folder / 'tracks.sqlite'}"
        self.commands: tuple[Command, ...] = (
            ("serve",) if broker_url.startswith("memory") else ("serve", "worker")
        )
        self.schools = prepare(self.database_url, lms)
        port = free_port()
        self.base_url = f"http://127.0.0.1:{port}"
        environment = {
            "TRACKS_DATA_DIR": str(self.folder),
            "TRACKS_DATABASE_URL": self.database_url,
            "TRACKS_BASE_URL": self.base_url,
            "TRACKS_PORT": str(port),
            "TRACKS_BROKER_URL": broker_url,
            "TRACKS_LOG_LEVEL": "WARNING",
        }
        self._starter = Starter(environment, self.folder, port)
        self._running: dict[Command, Running] = {}
        self.killed_while_starting = 0

    @property
    def is_dead(self) -> bool:
        return not self._running

    def died(self) -> list[str]:
        """What nobody here has killed."""
        return [c for c, running in list(self._running.items()) if not running.is_alive()]

    def kill(self, commands: tuple[Command, ...]) -> None:
        """All at the same moment, as far as one program can."""
        for running in [self._running.pop(c) for c in commands if c in self._running]:
            running.kill()

    def start(self, *, cold: bool) -> float:
        """Whatever is dead; the seconds until all of it is up."""
        missing = [c for c in self.commands if c not in self._running]
        began = time.monotonic()
        for command in missing:
            self._running[command] = self._starter.start(command, cold=cold)
        for command in missing:
            self._starter.wait_until_up(self._running[command])
        return time.monotonic() - began

    def start_and_kill(self, longest: float) -> None:
        """A start that does not come to its end."""
        missing = tuple(c for c in self.commands if c not in self._running)
        for command in missing:
            self._running[command] = self._starter.start(command, cold=False)
        time.sleep(random.uniform(0, longest))
        self.kill(missing)
        self.killed_while_starting += 1

    def tracebacks(self) -> list[str]:
        """The logs in which something went wrong that nobody foresaw."""
        signs = ("Traceback", "job.bug", "relay.failed")
        logs = sorted(self.folder.glob("*.log"))
        return [p.name for p in logs if any(s in p.read_text(errors="replace") for s in signs)]

    def close(self, *, keep: bool) -> None:
        self.kill(self.commands)
        self._starter.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
