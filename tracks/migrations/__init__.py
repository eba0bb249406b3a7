"""The database's schema: from nothing, or from any released one, to the newest.

Alembic is loaded only where something is migrated: a server that starts on a current schema
would carry its 10 MB for as long as it runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from tracks.adoption import models as _adoption
from tracks.audit import models as _audit
from tracks.authoring import models as _authoring
from tracks.catalogue import models as _catalogue
from tracks.db import metadata
from tracks.feedback import models as _feedback
from tracks.jobs import models as _jobs
from tracks.lms import models as _lms
from tracks.mapping import models as _mapping
from tracks.organisation import models as _organisation
from tracks.people import models as _people
from tracks.privacy import models as _privacy
from tracks.progress import models as _progress
from tracks.rosters import models as _rosters
from tracks.support import models as _support

if TYPE_CHECKING:
    from alembic.config import Config

# Imported for their tables.
AREAS_WITH_TABLES = (
    _people,
    _audit,
    _privacy,
    _organisation,
    _rosters,
    _catalogue,
    _feedback,
    _progress,
    _lms,
    _authoring,
    _mapping,
    _support,
    _adoption,
    _jobs,
)


def target_metadata() -> MetaData:
    return metadata


FOLDER = Path(__file__).parent
# How long to wait for whoever is at it.
PATIENCE_S = 15 * 60


def config() -> "Config":
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    # Alembic logs each revision; `tracks db upgrade` says it in its own words.
    found.set_main_option("path_separator", "os")
    return found


def upgrade(engine: Engine) -> None:
    """To the newest schema, whole or not at all; of several starters one does it, and the others
    wait for it: of a large database it takes longer than a page ever waits."""
    from alembic import command

    settings = config()
    with _patient(engine) as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


@contextmanager
def _patient(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else migrates beside."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(7267227)"))
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        (usual,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout={PATIENCE_S * 1000}")
        try:
            with connection.begin():  # IMMEDIATE: see db/engine.py
                yield connection
        finally:
            driver.execute(f"PRAGMA busy_timeout={usual}")


def newest() -> str:
    """The revision that the files end with: their names begin with it."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [newest()]
