"""Databases that are migrated and have the test library published."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    TextClause,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import LRUCache

from content.loader import load_library
from content.model import Library
from tracks.catalogue.models import media_file, track, track_version
from tracks.catalogue.queries import Shelf
from tracks.cli.content import publish_library
from tracks.db import Database, Session, metadata
from tracks.db.engine import make_engine
from tracks.migrations import upgrade
from tracks.subscriptions import reactions

Driver = psycopg.Connection[Any]
LIBRARY = Path(__file__).parent / "library"


@cache
def sample_library() -> Library:
    loaded = load_library(LIBRARY)
    assert loaded.value is not None, loaded.problems
    assert loaded.problems == (), loaded.problems
    return loaded.value


class StrictDatabase(Database):
    """Who only reads cannot write: on PostgreSQL nothing would hold that together."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with super().reading() as session:
            is_sqlite = self.engine.dialect.name == "sqlite"
            if is_sqlite:
                session.execute(text("PRAGMA query_only = ON"))
            try:
                yield session
            finally:
                if is_sqlite and not session.connection.invalidated:
                    session.execute(text("PRAGMA query_only = OFF"))


_FIRST: dict[str, Engine] = {}
_SHARED: set[str] = set()  # databases that one test after the other empties
MOST_STATEMENTS = 5000  # that are kept compiled


def quick_engine(url: str) -> Engine:
    """The tool's own engine, without what thousands of them would do again and again.

    A statement is compiled once a process: SQLAlchemy keeps that by dialect. PostgreSQL's
    connections go from one engine to the next, where the database does. SQLite waits for no disk:
    what these tests look at need not survive a power cut. Who looks at that (tests/crash) starts
    real programs.
    """
    if url.startswith("sqlite"):
        return _quick_sqlite(url)
    if url not in _SHARED:
        return make_engine(url)
    first = _FIRST.get(url)
    if first is None:
        first = _FIRST[url] = make_engine(url)
        event.listen(first, "do_connect", partial(_one_that_rests, url))
        first.dialect.do_close = partial(_let_rest, url)
        with first.connect():
            pass  # now its dialect knows the server
        first._compiled_cache = LRUCache(MOST_STATEMENTS)
        first.dispose()
    # Its pool, and whoever listens to it, are its own.
    engine = Engine(first.pool.recreate(), first.dialect, first.url)
    engine._compiled_cache = first._compiled_cache
    return engine


def _quick_sqlite(url: str) -> Engine:
    engine = make_engine(url)
    event.listen(engine, "connect", _wait_for_no_disk)
    first = _FIRST.get("sqlite")
    if first is None:
        with engine.connect():
            pass
        engine._compiled_cache = LRUCache(MOST_STATEMENTS)
        _FIRST["sqlite"] = engine
    else:
        engine.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    return engine


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


_RESTING: dict[str, list[Driver]] = {}


def _one_that_rests(url: str, *_about: object) -> Driver | None:
    """A new connection has to read the catalogue of a hundred tables first."""
    resting = _RESTING.get(url, [])
    while resting:
        connection = resting.pop()
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error:  # a test has ended it
            connection.close()
            continue
        return connection
    return None


def _let_rest(url: str, connection: Driver) -> None:
    """As good as new: nothing is open, set or held."""
    try:
        connection.rollback()
        connection.autocommit = False
        connection.execute("RESET ALL; SELECT pg_advisory_unlock_all()")
        connection.commit()
    except psycopg.Error:
        connection.close()
        return
    connection._notice_handlers.clear()  # SQLAlchemy adds one each time
    _RESTING.setdefault(url, []).append(connection)


def close_connections(url: str) -> None:
    if url in _SHARED:
        _published(url).engine.dispose()
    for connection in _RESTING.pop(url, []):
        connection.close()
    _FIRST.pop(url, None)


def open_database(url: str) -> Database:
    return StrictDatabase(quick_engine(url), reactions(Shelf()))


def published_sqlite(folder: Path) -> Path:
    file = folder / "template.sqlite"
    database = open_database(f"sqlite:///{file}")
    upgrade(database.engine)
    publish_library(database, LIBRARY, sample_library())
    with database.engine.connect() as connection:
        # All in the one file, so that a copy of it is the database.
        connection.execute(text("COMMIT")) if connection.in_transaction() else None
    with database.engine.raw_connection() as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[attr-defined]
    database.engine.dispose()
    return file


_CATALOGUE = {
    "track",
    "track_version",
    "module",
    "module_version",
    "step",
    "step_version",
    "step_text",
    "media_file",
    "search_entry",
    "search_words",
    "publisher",
}
# The audit log refuses to be emptied: its triggers rest in a transaction that begins so.
_LET_AUDIT_REST = text("SET LOCAL session_replication_role = replica")
# No model describes it (tracks/catalogue/search_words.py).
_SEARCH_WORDS = Table("search_words", MetaData())


def _is_as_published(connection: Connection) -> bool:
    versions = list(
        connection.execute(
            select(track_version.c.id, track_version.c.version, track.c.version_id).join(
                track, track.c.id == track_version.c.track_id, full=True
            )
        )
    )
    media = connection.execute(select(func.count()).select_from(media_file)).scalar_one()
    return media == 0 and [tuple(row) for row in versions] == [
        (1, sample_library().tracks[0].version, 1)
    ]


@cache
def _question(names: tuple[str, ...]) -> TextClause:
    """Which of these tables hold rows, and which sequences have given a number."""
    asked = [f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in names]  # ours
    asked.append("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
    return text(" UNION ALL ".join(asked))


def _clear(connection: Connection, tables: list[Table]) -> None:
    """TRUNCATE makes new files for every table and index, used or not: ten times as slow."""
    used = set(connection.execute(_question(tuple(t.name for t in tables))).scalars())
    for one in reversed(tables):
        if one.name in used:
            connection.execute(text(f"DELETE FROM {one.name}"))  # ours
        if f"{one.name}_id_seq" in used:
            connection.execute(text(f"ALTER SEQUENCE {one.name}_id_seq RESTART"))


class _Published:
    """A PostgreSQL database as after a migration and a publication, and how it gets back there."""

    def __init__(self, url: str) -> None:
        self.engine = quick_engine(url)
        if not inspect(self.engine).has_table("track"):
            upgrade(self.engine)
        with self.engine.begin() as connection:
            connection.execute(_LET_AUDIT_REST)
            names = ", ".join(t.name for t in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        publish_library(Database(self.engine, reactions(Shelf())), LIBRARY, sample_library())
        with self.engine.begin() as connection:
            self._rows = {name: _copied_out(connection, name) for name in _CATALOGUE}
            asked = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0"
            self._numbers = dict(connection.execute(text(asked)).all())

    def put_back(self, connection: Connection) -> None:
        """Into empty tables. Publishing again would take ten times as long."""
        for name, rows in self._rows.items():
            with _cursor(connection).copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(rows)
        for name, value in self._numbers.items():
            connection.execute(text("SELECT setval(:name, :value)"), {"name": name, "value": value})


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    return cast(Driver, connection.connection.driver_connection).cursor()


def _copied_out(connection: Connection, table: str) -> bytes:
    with _cursor(connection).copy(f"COPY {table} TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(bytes(part) for part in copy)


@cache
def _published(url: str) -> _Published:
    _SHARED.add(url)
    return _Published(url)


def empty_postgres(url: str) -> None:
    """As after a migration and a publication, whatever the last test left.

    The connection is kept from test to test: a new one has to read the catalogue of a hundred
    tables first. A test may have ended it with all the others.
    """
    published = _published(url)
    try:
        _empty(published)
    except OperationalError:
        published.engine.dispose()
        _empty(published)


def clear_postgres(url: str) -> None:
    """Where a test has changed what is published in place: all of it is made anew for the next."""
    with _published(url).engine.begin() as connection:
        connection.execute(_LET_AUDIT_REST)
        _clear(connection, [*metadata.sorted_tables, _SEARCH_WORDS])


def _empty(published: _Published) -> None:
    with published.engine.begin() as connection:
        connection.execute(_LET_AUDIT_REST)
        kept = _CATALOGUE if _is_as_published(connection) else set()
        tables = [*metadata.sorted_tables, _SEARCH_WORDS]
        _clear(connection, [t for t in tables if t.name not in kept])
        if not kept:
            published.put_back(connection)
