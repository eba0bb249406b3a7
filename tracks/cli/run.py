"""`tracks run`: everything on one machine, with a sample to look at."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from content.loader import to_publish
from content.model import Library
from content.workers.loading import load_library
from tracks.cli.content import publish_library
from tracks.cli.processes import wait_for_signal
from tracks.cli.serve import (
    check_port,
    links_of_start,
    listen,
    start_tool,
)
from tracks.cli.told import tell
from tracks.db import Database
from tracks.settings import Settings, SettingsError, load_settings

LMS_HOST = "127.0.0.1"  # another site than localhost, on purpose: the frame is third-party


@click.command()
@click.option("--port", default=None, type=int, help="Port of the tool (TRACKS_PORT).")
@click.option("--lms-port", default=8100, show_default=True, help="Port of the demo LMS.")
def run(port: int | None, lms_port: int) -> None:
    """Run the tool, its worker and a demo LMS, with a sample municipality."""
    from tracks.app import configure_logging

    began = time.monotonic()
    settings = load_settings()
    if port is not None:
        url = urlsplit(settings.base_url)
        settings = replace(settings, port=port, base_url=f"{url.scheme}://{url.hostname}:{port}")
    if not settings.is_loopback:
        raise SettingsError("`tracks run` is for trying on one machine; use `tracks serve`")
    lms_url = f"http://{LMS_HOST}:{lms_port}"
    check_port(settings.host, settings.port, "Learning Tracks")
    check_port(LMS_HOST, lms_port, "the demo LMS")
    configure_logging(replace(settings, log_level="WARNING"))
    library = _library(settings)
    console = Console()
    _prepare(settings, lms_url, library, console)
    stop_lms = _start_lms(settings, lms_url, lms_port, library)
    stop_tool = start_tool(settings)
    _say_where(console, settings, lms_url, time.monotonic() - began)
    wait_for_signal()
    console.print("Stopping …")
    stop_tool()
    stop_lms()


def _library(settings: Settings) -> Library:
    library, errors = to_publish(load_library(settings.library))
    if library is None:
        for problem in errors:
            tell(problem)
        raise SettingsError(f"the library in {settings.library} has problems; nothing published")
    return library


def _prepare(settings: Settings, lms_url: str, library: Library, console: Console) -> None:
    """Schema, tracks, registration and sample: what is there already is left alone."""
    from tracks.app import open_database
    from tracks.catalogue.actions import VersionTaken
    from tracks.catalogue.naming import IdsLost
    from tracks.migrations import upgrade

    database = open_database(settings)
    try:
        upgrade(database.engine)
        try:
            publish_library(database, settings.library, library)
        except VersionTaken as taken:
            console.print(f"[yellow]{taken}; raise its version.")
        except IdsLost as lost:
            console.print("[yellow]The library has lost ids that are published:")
            for problem in lost.problems:
                tell(problem)
        registration_id, is_new = _register(database, lms_url)
        if is_new:
            _seed(database, registration_id, console)
    finally:
        database.engine.dispose()


def _register(database: Database, lms_url: str) -> tuple[int, bool]:
    """The demo LMS at this address; the sample hangs on the first one, whatever its port."""
    from tracks.cli.sample.people import MUNICIPALITY
    from tracks.demo_lms import CLIENT_ID, DEPLOYMENT_ID
    from tracks.lms.actions import move_registration, register
    from tracks.people.actions import add_municipality

    now = datetime.now(UTC)
    addresses = {
        "auth_url": f"{lms_url}/lti/auth",
        "token_url": f"{lms_url}/lti/token",
        "jwks_url": f"{lms_url}/lti/jwks.json",
    }
    with database.writing() as session:
        municipality_id = add_municipality(session, MUNICIPALITY, country="NO", is_sample=True)
        moved = move_registration(session, municipality_id, CLIENT_ID, lms_url, addresses)
        if moved is not None:
            return moved, False
        made = register(
            session,
            municipality_id=municipality_id,
            issuer=lms_url,
            client_id=CLIENT_ID,
            deployment_ids=[DEPLOYMENT_ID],
            now=now,
            auth_url=addresses["auth_url"],
            token_url=addresses["token_url"],
            jwks_url=addresses["jwks_url"],
        )
        return made, True


def _seed(database: Database, registration_id: int, console: Console) -> None:
    from tracks.cli.sample import seed

    bar = Progress(
        TextColumn("Sample municipality"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total} schools"),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("", total=None)
        seed(
            database,
            registration_id,
            datetime.now(UTC),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _start_lms(
    settings: Settings, lms_url: str, lms_port: int, library: Library
) -> Callable[[], None]:
    from tracks.cli.sample import demo_world, sample_track
    from tracks.demo_lms import create_demo_lms

    track = sample_track(library)
    address = f"{library.publisher.id}/{track.id}"
    resources = [
        f"{address}/{module.id}#{step.id}"
        for module in track.modules
        for step in module.steps
        if step.is_resource
    ]
    world = demo_world(settings.base_url, address, resources[0] if resources else address)
    app = create_demo_lms(
        world,
        base_url=lms_url,
        tool_base_url=settings.base_url,
        state_file=settings.data_dir / "demo-lms.sqlite",
    )
    return listen(app, LMS_HOST, lms_port, threads=4)


def _say_where(console: Console, settings: Settings, lms_url: str, seconds: float) -> None:
    from tracks.cli.sample import doors

    console.print(f"\n[bold]Learning Tracks is running[/bold] (after {seconds:.0f} s)")
    console.print("Everybody and every place in it is a sample.\n")
    for door in doors():
        console.print(f"  {door.text:36}{lms_url}{door.path}", soft_wrap=True, highlight=False)
    console.print(f"\n  {'the catalogue, for everybody':36}{settings.base_url}/catalogue")
    console.print(f"  {'the demo LMS':36}{lms_url}")
    if links := links_of_start(settings):
        console.print("\nA login for the administrator, who cannot come by an LMS alone:")
        console.print(links, soft_wrap=True, highlight=False, markup=False)
        console.print("Each works once, for a day.")
    console.print("\nCtrl-C stops it. What you did is kept for the next time.")
