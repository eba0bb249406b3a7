"""The database's schema: from nothing, or from any released one, to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, text

from tracks.adoption import models as _adoption
from tracks.catalogue import models as _catalogue
from tracks.db import metadata
from tracks.jobs import models as _jobs
from tracks.lms import models as _lms
from tracks.people import models as _people
from tracks.progress import models as _progress

# Imported for their tables.
AREAS_WITH_TABLES = (_people, _catalogue, _progress, _lms, _adoption, _jobs)


def target_metadata() -> MetaData:
    return metadata


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    # Alembic logs each revision; `tracks db upgrade` says it in its own words.
    found.set_main_option("path_separator", "os")
    return found


def upgrade(engine: Engine) -> None:
    """To the newest schema, whole or not at all; of several starters one does it."""
    settings = config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's BEGIN IMMEDIATE does the same.
            connection.execute(text("SELECT pg_advisory_xact_lock(7267227)"))
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def is_current(engine: Engine) -> bool:
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
