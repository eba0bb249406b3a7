"""Where the runs find their servers."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from kombu import Connection
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.postgres import fresh_database, libpq_url, start_postgres


@contextmanager
def postgres_database() -> Iterator[str]:
    """A new database of its own, on TRACKS_TEST_POSTGRES_URL or a server started for it.

    That server runs without fsync. Here its clients are killed and never itself, so what it has
    acknowledged is safe with the operating system.
    """
    with ExitStack() as stack:
        server = os.environ.get("TRACKS_TEST_POSTGRES_URL")
        if server is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tracks-crash-pg-"))
            server, stop = start_postgres(Path(folder))
            stack.callback(stop)
        url = fresh_database(server, f"tracks_crash_{os.getpid()}")
        stack.callback(_drop, server, url)
        yield url


def _drop(server: str, url: str) -> None:
    name = sql.Identifier(make_url(url).database or "")
    with psycopg.connect(libpq_url(server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def amqp_url() -> str:
    return os.environ.get("TRACKS_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")


def is_reachable(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
    except Exception:
        # Refused, no such host, wrong password, a broken handshake: all the same here.
        return False
    return True
