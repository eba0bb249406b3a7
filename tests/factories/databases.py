"""Databases that are migrated and have the test library published."""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from content.loader import load_library
from content.model import Library
from tracks.catalogue.queries import Shelf
from tracks.cli.content import publish_library
from tracks.db import Database
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


def open_database(url: str) -> Database:
    return Database(make_engine(url), reactions(Shelf()))


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


def empty_postgres(url: str) -> None:
    """As after a migration and a publication, whatever the last test left."""
    database = open_database(url)
    try:
        if not inspect(database.engine).has_table("track"):
            upgrade(database.engine)
        with database.engine.begin() as connection:
            names = connection.execute(
                text(
                    "select string_agg(quote_ident(tablename), ', ') from pg_tables "
                    "where schemaname = 'public' and tablename <> 'alembic_version'"
                )
            ).scalar_one()
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        publish_library(database, LIBRARY, sample_library())
    finally:
        database.engine.dispose()
