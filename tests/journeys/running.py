"""The whole product as `tracks run` puts it together: the tool on one site, an LMS on another."""

import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from content.loader import load_library
from content.model import Access, Library, Module, Phase, Step, Track
from tracks.app import open_database
from tracks.authoring.views import desk
from tracks.cli.content import publish_library
from tracks.cli.sample import sample_track, seed
from tracks.cli.sample.people import MUNICIPALITY
from tracks.cli.serve import start_tool
from tracks.db import Database
from tracks.demo_lms import CLIENT_ID, DEPLOYMENT_ID
from tracks.i18n import local_day
from tracks.lms.actions import register
from tracks.migrations import upgrade
from tracks.people.actions import add_municipality
from tracks.settings import Settings

TIMED = "digitale-prover"
_ROOT = Path(__file__).resolve().parents[2]


class Lms:
    """The demo LMS, in its own process, so that "down" is really down."""

    def __init__(self, url: str, *arguments: str) -> None:
        self.url = url
        self._arguments = (url, *arguments)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.lms_process", *self._arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the demo LMS did not start"

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process = None


@dataclass(frozen=True, slots=True)
class Running:
    tool_url: str
    lms: Lms
    database: Database
    registration_id: int
    publisher: str
    track: Track
    timed: tuple[str, ...]  # paths of resources: was free, is free for a week, will be free
    stop_tool: Callable[[], None]

    @property
    def track_url(self) -> str:
        return f"{self.tool_url}/t/{self.publisher}/{self.track.id}"

    def steps(self, module: int, phase: Phase) -> list[Step]:
        sections = self.track.modules[module].sections
        return [step for section in sections if section.phase is phase for step in section.steps]

    def module_url(self, module: int) -> str:
        return f"{self.track_url}/{self.track.modules[module].id}"

    def step_url(self, module: int, step: Step) -> str:
        return f"{self.module_url(module)}/{step.id}"

    def resource_url(self, module: int, step: Step) -> str:
        return self.step_url(module, step).replace("/t/", "/r/", 1)

    def door(self, person: str, link: str) -> str:
        """Where the demo LMS signs a person in and shows one of its links in a frame."""
        return f"{self.lms.url}/open/{person}/{link}"

    def stop(self) -> None:
        self.stop_tool()
        self.lms.stop()
        self.database.engine.dispose()


def start(folder: Path) -> Running:
    """The shipped library, the sample municipality and the demo LMS, on free ports."""
    # One author walks through all pages in four languages, faster than anybody would.
    desk.CHECKS_A_MINUTE = 1000
    port, lms_port = free_ports(2)
    lms_url = f"http://127.0.0.1:{lms_port}"
    settings = Settings(base_url=f"http://localhost:{port}", port=port, data_dir=folder)
    shipped = load_library(settings.library).value
    assert shipped is not None
    library, timed = with_times_of_access(shipped, local_day(datetime.now(UTC)))
    track = sample_track(library)
    lms = Lms(
        lms_url,
        settings.base_url,
        f"{library.publisher.id}/{track.id}",
        first_resource(library, track),
        str(folder / "lms.sqlite"),
    )
    database = open_database(settings)
    registration_id = _fill(database, settings, library, lms_url)
    stop_tool = start_tool(settings)
    lms.start()
    publisher = library.publisher.id
    return Running(
        settings.base_url, lms, database, registration_id, publisher, track, timed, stop_tool
    )


def with_times_of_access(library: Library, today: date) -> tuple[Library, tuple[str, ...]]:
    """Its resources in one track were free until yesterday, are for a week more, will be; paths."""
    day = timedelta(days=1)
    windows = iter(
        [
            Access(None, today - day),
            Access(today - day, today + 7 * day),
            Access(today + day, None),
        ]
    )
    paths: list[str] = []

    def timed(track: Track, module: Module, step: Step) -> Step:
        window = next(windows, None) if step.is_resource else None
        if window is None:
            return step
        paths.append(f"/r/{library.publisher.id}/{track.id}/{module.id}/{step.id}")
        return replace(step, access=window)

    def changed(track: Track) -> Track:
        if track.id != TIMED:
            return track
        modules = []
        for module in track.modules:
            sections = tuple(
                replace(s, steps=tuple(timed(track, module, step) for step in s.steps))
                for s in module.sections
            )
            modules.append(replace(module, sections=sections))
        return replace(track, modules=tuple(modules))

    return replace(library, tracks=tuple(map(changed, library.tracks))), tuple(paths)


def first_resource(library: Library, track: Track) -> str:
    return next(
        f"{library.publisher.id}/{track.id}/{module.id}#{step.id}"
        for module in track.modules
        for section in module.sections
        for step in section.steps
        if step.is_resource
    )


def _fill(database: Database, settings: Settings, library: Library, lms_url: str) -> int:
    upgrade(database.engine)
    publish_library(database, settings.library, library)
    now = datetime.now(UTC)
    with database.writing() as session:
        registration_id = register(
            session,
            municipality_id=add_municipality(session, MUNICIPALITY, country="NO", is_sample=True),
            issuer=lms_url,
            client_id=CLIENT_ID,
            auth_url=f"{lms_url}/lti/auth",
            token_url=f"{lms_url}/lti/token",
            jwks_url=f"{lms_url}/lti/jwks.json",
            deployment_ids=[DEPLOYMENT_ID],
            now=now,
        )
    seed(database, registration_id, now)
    return registration_id


def free_ports(count: int) -> list[int]:
    """All held at the same time, so that they differ."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
