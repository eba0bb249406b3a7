"""`tracks db backup` and `tracks db restore`."""

import json
import sys
import time
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import Engine, delete, func, inspect, select, text

from tracks.db.copies import Copies, CopyError
from tracks.settings import load_settings

programs_option = click.option(
    "--programs",
    type=click.Path(path_type=Path),
    help="The folder of pg_dump, pg_restore and psql, if they are not on the PATH.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def _stop(why: object) -> NoReturn:
    click.echo(f"tracks: {why}", err=True)
    sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@programs_option
@json_option
def backup(file: Path, programs: Path | None, as_json: bool) -> None:
    """Write the whole database into FILE, also while the tool runs."""
    settings = load_settings()
    copies = Copies(settings.sqlalchemy_url, programs)
    try:
        size = copies.write(file)
        revision = copies.revision_in(file)
    except CopyError as failed:
        _stop(failed)
    made = {"file": str(file), "bytes": size, "schema": revision}
    click.echo(json.dumps(made) if as_json else f"{file}: {size} bytes, schema {revision}.")
    if not as_json:
        click.echo(
            "It holds personal data, readable for this account only. Keep it apart from "
            "encryption-key and erased.jsonl, which are not in it."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", "is_sure", is_flag=True, help="What is in the database now is lost.")
@click.option("--older", is_flag=True, help="The backup is of an older schema than the database.")
@programs_option
@json_option
def restore(file: Path, is_sure: bool, older: bool, programs: Path | None, as_json: bool) -> None:
    """Put FILE in the place of the database; whoever was erased since is erased again.

    Stop the tool and its workers first.
    """
    from tracks.app import erase_again, open_database
    from tracks.db.engine import make_engine
    from tracks.migrations import upgrade
    from tracks.people.models import sign_in

    settings = load_settings()
    copies = Copies(settings.sqlalchemy_url, programs)
    engine = make_engine(settings.sqlalchemy_url)
    try:
        revision = copies.revision_in(file)
        _may_restore(engine, revision, is_sure=is_sure, older=older)
        engine.dispose()
        copies.read(file)
    except CopyError as failed:
        _stop(failed)
    finally:
        engine.dispose()
    database = open_database(settings)
    upgrade(database.engine)
    with database.writing() as session:
        # Whoever has signed out since would be signed in again.
        session.execute(delete(sign_in))
    again = erase_again(settings, database)
    database.engine.dispose()
    listed = settings.data_dir / "erased.jsonl"
    made = {"file": str(file), "schema": revision, "erased_again": again}
    if as_json:
        click.echo(json.dumps({**made, "has_list_of_erased": listed.exists()}))
        return
    click.echo(f"{file} is the database now. Erased again: {again}. Everybody is signed out.")
    if not listed.exists():
        click.echo(
            f"There is no {listed}: whoever was erased after the backup was made is back. Put the "
            "newest one there, then run: tracks people erase --again",
            err=True,
        )


def _may_restore(engine: Engine, revision: str, *, is_sure: bool, older: bool) -> None:
    """Raises CopyError."""
    from tracks.migrations import newest

    if revision > newest():
        raise CopyError(
            f"the backup's schema is {revision}, and this program knows none after {newest()}; "
            "install the version that made it, or a later one"
        )
    there = _revision_there(engine)
    if there is None:
        return
    if there > newest():
        raise CopyError(
            f"the database's schema is {there}, and this program knows none after {newest()}: it "
            "belongs to a newer version and is left alone"
        )
    if there > revision and not older:
        raise CopyError(
            f"the database's schema ({there}) is newer than the backup's ({revision}); if that is "
            "what you want, say --older: the backup is brought up to date afterwards"
        )
    # A program that has just been stopped takes a moment to be gone from PostgreSQL's list.
    for _ in range(20):
        if not (others := _others_in(engine)):
            break
        time.sleep(0.1)
    if others:
        raise CopyError(f"{others} others are connected to the database; stop the tool first")
    people = _people_in(engine)
    if people and not is_sure:
        raise CopyError(
            f"there are {people} people in the database; make a backup of it, then say --replace"
        )


def _revision_there(engine: Engine) -> str | None:
    if "alembic_version" not in inspect(engine).get_table_names():
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _people_in(engine: Engine) -> int:
    from tracks.people.models import person

    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(person)).scalar_one()


def _others_in(engine: Engine) -> int:
    if engine.dialect.name != "postgresql":
        return 0
    with engine.connect() as connection:
        return int(
            connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            ).scalar_one()
        )
