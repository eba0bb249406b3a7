"""`tracks db`: the schema, backups."""

import json
import sys

import click

from tracks.cli.backup import backup, restore
from tracks.settings import load_settings


@click.group()
def db() -> None:
    """The database: bring it up to date, check it, back it up."""


for command in (backup, restore):
    db.add_command(command)


@db.command()
def upgrade() -> None:
    """Bring the schema up to date."""
    from tracks.catalogue.indexing import index_what_is_not
    from tracks.db import Database
    from tracks.db.engine import make_engine
    from tracks.migrations import upgrade as upgrade_schema

    engine = make_engine(load_settings().sqlalchemy_url)
    upgrade_schema(engine)
    with Database(engine).writing() as session:
        index_what_is_not(session)
    engine.dispose()
    click.echo("The database is up to date.")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(as_json: bool) -> None:
    """Is the schema up to date, and the database whole? Exits 1 when not."""
    from sqlalchemy import text

    from tracks.db.engine import make_engine
    from tracks.migrations import is_current

    engine = make_engine(load_settings().sqlalchemy_url)
    problems = [] if is_current(engine) else ["the schema is not up to date: tracks db upgrade"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            found = connection.execute(text("PRAGMA integrity_check")).scalar()
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        problems += [] if found == "ok" else [f"integrity check: {found}"]
        problems += [f"a row of {row[0]} points nowhere" for row in broken[:10]]
    engine.dispose()
    if as_json:
        click.echo(json.dumps({"ok": not problems, "problems": problems}))
    else:
        click.echo("\n".join(problems) or "The database is up to date and whole.")
    sys.exit(1 if problems else 0)
