"""tests/postgres.py itself: the server that the rest of the suite stands on."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.postgres import fresh_database, libpq_url, start_postgres

pytestmark = pytest.mark.postgres

_WORKER = """
import sys
from pathlib import Path
from tests.postgres import fresh_database, start_postgres
url, stop = start_postgres(Path(sys.argv[1]))
print(url, fresh_database(url, sys.argv[2]), flush=True)
sys.stdin.read()
stop()
"""


def worker(folder: Path, name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(folder), name],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def home_of(url: str) -> Path:
    return Path(str(conninfo_to_dict(libpq_url(url))["host"]))


def test_a_database_is_empty_and_the_servers_end_leaves_nothing(tmp_path: Path) -> None:
    url, stop = start_postgres(tmp_path / "server")
    try:
        mine = fresh_database(url, "mine")
        with psycopg.connect(libpq_url(mine)) as connection:
            connection.execute("CREATE TABLE t (text text)")
            connection.execute("INSERT INTO t VALUES ('æøå')")
        with psycopg.connect(libpq_url(fresh_database(url, "mine"))) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
            settings = connection.execute(
                "SELECT current_setting('fsync'), current_setting('server_encoding')"
            ).fetchone()
        assert (tables, settings) == ((0,), ("off", "UTF8"))
    finally:
        stop()
    assert not home_of(url).exists()
    assert list((tmp_path / "server").iterdir()) == [tmp_path / "server" / "postgres.lock"]


def test_several_starting_at_once_share_one_server(tmp_path: Path) -> None:
    workers = [worker(tmp_path, f"gw{number}") for number in range(3)]
    said = [process.stdout.readline().split() for process in workers if process.stdout]
    servers, databases = zip(*said, strict=True)
    assert len(set(servers)) == 1
    assert len(set(databases)) == 3
    for process in workers:
        process.communicate()
    assert not home_of(servers[0]).exists()


def test_the_server_ends_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    process = worker(tmp_path, "gw0")
    assert process.stdout
    url = process.stdout.readline().split()[0]
    process.kill()
    process.communicate()
    end = time.monotonic() + 20
    while home_of(url).exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not home_of(url).exists()
    again, stop = start_postgres(tmp_path)
    stop()
    assert again != url
