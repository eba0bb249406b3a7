"""`tracks serve` and `tracks worker`: the tool's processes."""

import ctypes
import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import click
from flask import Flask
from waitress.server import create_server

from tracks.cli.processes import Processes, wait_for_signal
from tracks.db import Database
from tracks.settings import Settings, SettingsError, load_settings
from tracks.web.requests import LARGEST_REQUEST


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def check_port(host: str, port: int, what: str) -> None:
    """Raises SettingsError when somebody else listens there."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise SettingsError(
                f"port {port} of {host} is taken (needed for {what}); stop the other program, "
                "or choose another port with --port, --lms-port or TRACKS_PORT"
            ) from exc


# Whoever computes gives way after so long. A page asks the database several times and waits for its
# turn after each: with Python's own 5 ms one slow request made all others wait 40 ms.
_TURN_S = 0.0005


def listen(
    app: Callable[..., object],
    host: str,
    port: int,
    threads: int,
    sockets: Sequence[socket.socket] = (),
) -> Callable[[], None]:
    """Serve in the background; the returned function stops it and waits for open requests.

    With `sockets`, which listen already, `host` and `port` only say what they are."""
    sys.setswitchinterval(_TURN_S)
    where = {"sockets": list(sockets)} if sockets else {"host": host, "port": port}
    server = create_server(
        app,
        **where,
        threads=threads,
        ident=None,
        # The app refuses earlier, route by route. What is large waits in a file, not in memory.
        max_request_body_size=LARGEST_REQUEST + 1,
        # Slow senders do not hold a thread: waitress reads whole requests before it starts one.
        channel_timeout=30,
    )
    thread = threading.Thread(target=server.run, name=f"http-{port}", daemon=True)
    thread.start()

    def stop() -> None:
        server.close()
        # Kept-alive connections do not end by themselves; what was acknowledged is committed.
        thread.join(1)

    return stop


def _bring_up_to_date(settings: Settings, database: Database) -> None:
    """In a process of its own, where there is something to do: what Alembic takes goes with it."""
    from tracks.migrations import is_current

    if is_current(database.engine):
        return
    place = {
        "TRACKS_DATABASE_URL": settings.sqlalchemy_url,
        "TRACKS_DATA_DIR": str(settings.data_dir.absolute()),
    }
    subprocess.run(
        [sys.executable, "-m", "tracks", "db", "upgrade"],
        env={**os.environ, **place},
        stdout=subprocess.DEVNULL,
        check=True,
    )


_M_ARENA_MAX = -8  # glibc's name for it in malloc.h


def _share_one_arena() -> None:
    """Threads that wait for Python's lock need no heap each: 1 MB, where the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """What starting took and does not need any more: about 5 MB, where the C library can."""
    gc.collect()
    # What is left stays for good. Looking through it again would take all threads 40 ms, and write
    # to pages that forked processes share.
    gc.freeze()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def start_tool(settings: Settings) -> Callable[[], None]:
    """The web server, and the worker inside it when the broker is in memory."""
    database, app = _prepare(settings)
    stop = _start(settings, database, app)
    give_back_memory()
    return stop


def _prepare(settings: Settings) -> tuple[Database, Flask]:
    """Everything but threads and connections."""
    from tracks.app import create_app, erase_again, open_database

    check_port(settings.host, settings.port, "Learning Tracks")
    _share_one_arena()
    database = open_database(settings)
    _bring_up_to_date(settings, database)
    erase_again(settings, database)
    app = create_app(settings, database)
    database.engine.dispose()
    return database, app


def _start(
    settings: Settings, database: Database, app: Flask, sockets: Sequence[socket.socket] = ()
) -> Callable[[], None]:
    from tracks.app import create_worker

    worker = create_worker(settings, database)
    inside = settings.broker_url.startswith("memory")
    worker.start(with_relay=True, with_tasks=inside)
    stop_http = listen(app, settings.host, settings.port, settings.threads, sockets)

    def stop() -> None:
        stop_http()
        app.extensions["tracks.page_views"].write(database)
        worker.stop()
        database.engine.dispose()

    return stop


def _serve_in_processes(settings: Settings, started: Callable[[], None]) -> None:
    database, app = _prepare(settings)
    address = settings.host, settings.port
    with socket.create_server(address, family=_family(settings.host), backlog=1024) as listening:
        give_back_memory()
        Processes(settings.processes, lambda: _start(settings, database, app, [listening])).run(
            started
        )


def links_of_start(settings: Settings) -> str:
    """Where the first administrators set up a login, as lines; empty when there is one."""
    from tracks.app import open_database
    from tracks.cli.admin import first_links, said_of

    database = open_database(settings)
    try:
        return said_of(first_links(settings, database))
    finally:
        database.engine.dispose()


@click.command()
def serve() -> None:
    """Serve the tool. With the broker in memory the worker runs inside."""
    from tracks.app import configure_logging

    settings = load_settings()
    configure_logging(settings)
    if settings.processes > 1:
        _serve_in_processes(settings, lambda: _say_started(settings))
        return
    stop = start_tool(settings)
    _say_started(settings)
    wait_for_signal()
    stop()


def _say_started(settings: Settings) -> None:
    click.echo(f"Learning Tracks: {settings.base_url} (port {settings.port}). Ctrl-C stops it.")
    if links := links_of_start(settings):
        # For whoever started it, and not for the log, which lives longer and is read by more.
        click.echo(f"There is no administrator yet. Become one here, once, within a day:\n{links}")


@click.command()
def worker() -> None:
    """Run jobs from the broker (TRACKS_BROKER_URL), beside one or more `tracks serve`."""
    from tracks.app import configure_logging, create_worker, erase_again, open_database
    from tracks.migrations import is_current

    settings = load_settings()
    configure_logging(settings)
    if settings.broker_url.startswith("memory"):
        raise SettingsError(
            "TRACKS_BROKER_URL is memory://: then `tracks serve` runs the jobs itself. "
            "For workers of their own set it to a broker, for example amqp://"
        )
    database = open_database(settings)
    if not is_current(database.engine):
        raise SettingsError("the database's schema is not up to date: tracks db upgrade")
    erase_again(settings, database)
    running = create_worker(settings, database)
    running.start(with_relay=True, with_tasks=True)
    click.echo("Worker: running. Ctrl-C stops it.")
    wait_for_signal()
    running.stop()
    database.engine.dispose()
