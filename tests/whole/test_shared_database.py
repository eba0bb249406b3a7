"""On PostgreSQL all tests of a process share a database and its connections: none sees another."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.factories.databases import empty_postgres, open_database
from tests.factories.tool import Tool
from tracks.db import metadata

pytestmark = pytest.mark.postgres
TABLES = sorted([*metadata.tables, "search_words"])


def _rows(url: str) -> dict[str, list[Any]]:
    database = open_database(url)
    with database.engine.connect() as connection:
        found = {
            name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))
            for name in TABLES
        }
        numbers = connection.execute(text("SELECT sequencename, last_value FROM pg_sequences"))
        found["numbers"] = sorted(map(repr, numbers))
    database.engine.dispose()
    return found


def _say(url: str, *statements: str) -> list[Any]:
    database = open_database(url)
    with database.engine.begin() as connection:
        said = [connection.execute(text(each)).scalar() for each in statements]
    database.engine.dispose()
    return said


@pytest.mark.parametrize(
    "changed",
    [
        "SELECT 1",
        "UPDATE track SET version_id = NULL RETURNING 1",
        "UPDATE track_version SET version = 'x' RETURNING 1",
        "WITH gone AS (DELETE FROM search_words RETURNING 1) "
        "INSERT INTO media_file VALUES (1, 'a', '') RETURNING 1",
    ],
)
def test_nothing_of_a_test_reaches_the_next(postgres_url: str, tmp_path: Path, changed: str):
    empty_postgres(postgres_url)
    before = _rows(postgres_url)
    first = Tool(postgres_url, tmp_path / "first")
    first.launch()
    ids = first.municipality_id, first.school_id, first.person_id("teacher-1")
    assert _rows(postgres_url) != before
    _say(postgres_url, changed)
    first.close()

    empty_postgres(postgres_url)

    assert _rows(postgres_url) == before
    second = Tool(postgres_url, tmp_path / "second")
    second.launch()
    assert (second.municipality_id, second.school_id, second.person_id("teacher-1")) == ids
    second.close()


def test_a_connection_comes_back_as_new(postgres_url: str):
    empty_postgres(postgres_url)
    mine = "SELECT pg_backend_pid()"
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    asked = (mine, "SHOW statement_timeout", "SHOW timezone", held)
    before = _say(postgres_url, *asked)
    changed = "SELECT set_config(name, value, false) FROM (VALUES {}) AS it (name, value)".format(
        "('statement_timeout', '1h'), ('timezone', 'Asia/Tokyo')"
    )
    used = _say(postgres_url, changed, "SELECT pg_advisory_lock(1)", *asked)

    assert used[2:] == [before[0], "1h", "Asia/Tokyo", 1]
    assert _say(postgres_url, *asked) == before
    assert before[1:] == ["30s", "UTC", 0]


def test_a_connection_that_was_ended_does_not_come_back(postgres_url: str):
    empty_postgres(postgres_url)
    [pid] = _say(postgres_url, "SELECT pg_backend_pid()")
    ending = (
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    database = open_database(postgres_url)
    other = open_database(postgres_url)
    with database.engine.connect(), other.engine.connect() as ends:
        assert ends.execute(text(ending)).scalar_one() >= 1
    other.engine.dispose()
    database.engine.dispose()

    assert _say(postgres_url, "SELECT pg_backend_pid()") != [pid]
    empty_postgres(postgres_url)
