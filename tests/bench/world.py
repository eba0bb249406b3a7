"""A municipality, one LMS, the measuring library: on a fresh SQLite file or PostgreSQL database."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from content.loader import load_library
from tests.bench.library import write_library
from tests.factories.databases import open_database
from tests.fakes.forge import jwks, signing_key
from tests.postgres import fresh_database, libpq_url
from tracks.cli.content import publish_library
from tracks.lms.actions import register
from tracks.migrations import upgrade
from tracks.people.actions import add_municipality, add_school
from tracks.people.rules import SchoolKind

ISSUER = "https://lms.example"
CLIENT_ID = "bench"
DEPLOYMENT_ID = "1"
JWKS_URL = f"{ISSUER}/jwks"


@dataclass(frozen=True, slots=True)
class World:
    """`backends`: the process ids of the database, other than those of our own connections."""

    folder: Path
    database_url: str
    school_id: int
    server: str  # "gthread" or "waitress": see serve.py
    backends: Callable[[], Iterable[int]]

    @property
    def jwks_file(self) -> Path:
        return self.folder / "jwks.json"


def _none() -> tuple[int, ...]:
    return ()


def sqlite_world(folder: Path, server: str) -> World:
    return _make(folder, f"sqlite:///{folder / 'tracks.sqlite'}", server, _none)


def postgres_world(folder: Path, server_url: str, server: str) -> World:
    url = fresh_database(server_url, "tracks_bench")

    def backends() -> list[int]:
        with closing(psycopg.connect(libpq_url(server_url), autocommit=True)) as connection:
            rows = connection.execute(
                "select pid from pg_stat_activity where pid <> pg_backend_pid()"
            ).fetchall()
        return [row[0] for row in rows]

    return _make(folder, url, server, backends)


def _make(folder: Path, url: str, server: str, backends: Callable[[], Iterable[int]]) -> World:
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "library"
    write_library(library)
    loaded = load_library(library)
    if loaded.value is None:
        errors = [problem for problem in loaded.problems if problem.is_error]
        raise RuntimeError(f"the measuring library is not valid: {errors[:5]}")
    database = open_database(url)
    try:
        upgrade(database.engine)
        publish_library(database, library, loaded.value)
        with database.writing() as session:
            municipality_id = add_municipality(session, "Sample municipality", country="NO")
            school_id = add_school(
                session,
                municipality_id,
                code="1",
                name="Sample school 1",
                kind=SchoolKind.LOWER_SECONDARY,
                teachers=40,
                teachers_as_of=date(2026, 10, 1),
            )
            register(
                session,
                municipality_id=municipality_id,
                issuer=ISSUER,
                client_id=CLIENT_ID,
                auth_url=f"{ISSUER}/auth",
                token_url=f"{ISSUER}/token",
                jwks_url=JWKS_URL,
                deployment_ids=[DEPLOYMENT_ID],
                now=datetime.now(UTC),
            )
    finally:
        database.engine.dispose()
    world = World(folder, url, school_id, server, backends)
    world.jwks_file.write_bytes(jwks(signing_key().jwk()))
    return world
