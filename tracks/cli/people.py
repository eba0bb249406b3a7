"""`tracks people`: who has which role; a person's copy, and the end of it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from tracks.cli.opening import current_database as _database
from tracks.cli.roles import end, grant, list_people
from tracks.db import Session
from tracks.i18n import LANGUAGES
from tracks.settings import load_settings


@click.group()
def people() -> None:
    """People of a municipality: their roles, a copy of what is kept about one, its deletion."""


for command in (list_people, grant, end):
    people.add_command(command)


def _whom(session: Session, person: int | None, registration: int | None, sub: str | None) -> int:
    """Exits 1 for nobody."""
    from tracks.privacy.queries import person_by_sub, subject

    found = person
    if person is None:
        if registration is None or sub is None:
            raise click.UsageError("name a person: --person, or --registration and --sub")
        found = person_by_sub(session, registration, sub)
    who = None if found is None else subject(session, found)
    if who is None or who.erased_at is not None:
        click.echo("tracks: there is no such person", err=True)
        sys.exit(1)
    return who.id


person_option = click.option("--person", type=int, help="The person's number, as in the audit log.")
registration_option = click.option("--registration", type=int, help="An LMS: tracks lti show.")
sub_option = click.option("--sub", help="The person's id in that LMS.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@people.command()
@person_option
@registration_option
@sub_option
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="nb", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The zip to write.")
@json_option
def export(
    person: int | None,
    registration: int | None,
    sub: str | None,
    language: str,
    output: Path,
    as_json: bool,
) -> None:
    """Everything that is kept about a person, to read and for programs (articles 15 and 20)."""
    from tracks.app import DATA_MAP
    from tracks.events import Noted
    from tracks.i18n import translations
    from tracks.privacy.exporting import export as pieces
    from tracks.privacy.queries import subject

    database, now = _database(), datetime.now(UTC)
    with database.writing() as session:
        who = _whom(session, person, registration, sub)
        found = subject(session, who)
        assert found is not None
        session.emit(Noted("data_exported", found.municipality_id, now, person_id=who))
    say = translations(language).gettext
    try:
        output.touch(mode=0o600, exist_ok=False)
    except OSError as exc:
        click.echo(f"tracks: {output} cannot be made: {exc.strerror}", err=True)
        sys.exit(2)
    size = 0
    with output.open("wb") as out:
        for piece in pieces(database, DATA_MAP, who, say, language, now):
            size += out.write(piece)
    made = {"person": who, "file": str(output), "bytes": size}
    click.echo(json.dumps(made) if as_json else f"Person {who}: {output}, {size} bytes.")


@people.command()
@person_option
@registration_option
@sub_option
@click.option("--now", "at_once", is_flag=True, help="At once, and not after the 30 days.")
@click.option("--again", is_flag=True, help="Whoever a restored backup has brought back.")
@json_option
def erase(
    person: int | None,
    registration: int | None,
    sub: str | None,
    at_once: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Delete a person, in 30 days unless they come back; or, with --again, repeat all deletions."""
    database = _database()
    if again:
        from tracks.app import erase_again

        number = erase_again(load_settings(), database)
        made: dict[str, object] = {"erased_again": number}
        said = f"Deleted again: {number}."
    else:
        with database.writing() as session:
            who = _whom(session, person, registration, sub)
        made = {"person": who, **(_at_once(who) if at_once else _later(who))}
        said = f"Person {who}: deleted." if at_once else f"Person {who}: goes {made['leaving_at']}."
    click.echo(json.dumps(made) if as_json else said)


def _at_once(who: int) -> dict[str, object]:
    from tracks.app import DATA_MAP, erased_list
    from tracks.privacy.actions import erase as erase_person

    database = _database()
    with database.writing() as session:
        erase_person(session, DATA_MAP, who, datetime.now(UTC))
    with database.reading() as session:
        erased_list(load_settings()).bring_up_to_date(session)
    return {"erased": True}


def _later(who: int) -> dict[str, object]:
    from tracks.privacy.actions import ask_to_leave
    from tracks.privacy.queries import subject

    with _database().writing() as session:
        found = subject(session, who)
        assert found is not None
        leaving_at = ask_to_leave(
            session, who, found.municipality_id, datetime.now(UTC), by_operator=True
        )
    return {"leaving_at": leaving_at.isoformat(timespec="minutes")}
