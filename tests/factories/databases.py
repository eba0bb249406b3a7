"""Databases that are migrated and have the test library published."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    TextClause,
    func,
    inspect,
    select,
    text,
)

from content.loader import load_library
from content.model import Library
from tracks.catalogue.models import media_file, track, track_version
from tracks.catalogue.queries import Shelf
from tracks.cli.content import publish_library
from tracks.db import Database, Session, metadata
from tracks.db.engine import make_engine
from tracks.migrations import upgrade
from tracks.subscriptions import reactions

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


def open_database(url: str) -> Database:
    return StrictDatabase(make_engine(url), reactions(Shelf()))


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
    "publisher",
}


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


@cache
def _migrated(url: str) -> Engine:
    engine = make_engine(url)
    if not inspect(engine).has_table("track"):
        upgrade(engine)
    engine.dispose()
    return engine


def empty_postgres(url: str) -> None:
    """As after a migration and a publication, whatever the last test left."""
    engine = _migrated(url)
    try:
        with engine.begin() as connection:
            # The audit log refuses to be emptied: its triggers rest in here.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            # Publishing takes longer than all the rest: only when a test published something.
            kept = _CATALOGUE if _is_as_published(connection) else set()
            if kept:
                _clear(connection, [t for t in metadata.sorted_tables if t.name not in kept])
            else:
                names = ", ".join(t.name for t in metadata.sorted_tables)
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        if not kept:
            publish_library(Database(engine, reactions(Shelf())), LIBRARY, sample_library())
    finally:
        engine.dispose()
