"""`tracks privacy`: documents from the data map; all data of a municipality, and its end."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from tracks.cli.opening import current_database as _database
from tracks.db import Session
from tracks.i18n import LANGUAGES
from tracks.settings import load_settings


@click.group()
def privacy() -> None:
    """Documents about personal data; all data of a municipality out of here, and its end."""


municipality_option = click.option("--municipality", required=True, help="By its name.")
language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="nb", show_default=True
)


def _write(which: str, municipality: str, language: str) -> None:
    from tracks.app import DATA_MAP
    from tracks.i18n import translations
    from tracks.privacy import documents
    from tracks.privacy.queries import terms

    made = {"record": documents.record, "annex": documents.annex}[which]
    with _database().reading() as session:
        number = _number_of(session, municipality)
        say = translations(language).gettext
        document = made(DATA_MAP, terms(session, number), municipality, say)
    click.echo(document.as_markdown(), nl=False)


@privacy.command()
@municipality_option
@language_option
def record(municipality: str, language: str) -> None:
    """Print the record of processing (article 30), as Markdown."""
    _write("record", municipality, language)


@privacy.command()
@municipality_option
@language_option
def annex(municipality: str, language: str) -> None:
    """Print the annex to the data processing agreement (article 28), as Markdown."""
    _write("annex", municipality, language)


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def _number_of(session: Session, municipality: str) -> int:
    """Exits 1 for one that is not here."""
    from tracks.audit.queries import tenants

    numbers = [n for n, name in tenants(session).items() if name == municipality]
    if not numbers:
        click.echo("tracks: there is no such municipality", err=True)
        sys.exit(1)
    return numbers[0]


@privacy.command()
@municipality_option
@language_option
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The zip to write.")
@click.option(
    "--with-own",
    is_flag=True,
    help="Also what people were promised that nobody else sees; on a written instruction only.",
)
@json_option
def export(municipality: str, language: str, output: Path, with_own: bool, as_json: bool) -> None:
    """All data of a municipality, for programs; every person in it sees that it was taken."""
    from tracks.app import DATA_MAP
    from tracks.events import Noted
    from tracks.i18n import translations
    from tracks.privacy.taking_out import Extent, take_out

    database, now = _database(), datetime.now(UTC)
    with database.reading() as session:
        number = _number_of(session, municipality)
    try:
        output.touch(mode=0o600, exist_ok=False)
    except OSError as exc:
        click.echo(f"tracks: {output} cannot be made: {exc.strerror}", err=True)
        sys.exit(2)
    with database.writing() as session:
        said = {"with_own": with_own}
        session.emit(Noted("everything_taken", number, now, parameters=said))
    extent = Extent(number, language, has_own=with_own)
    say = translations(language).gettext
    rows = size = 0

    def read(count: int) -> None:
        nonlocal rows
        rows += count

    with output.open("wb") as out:
        for piece in take_out(database, DATA_MAP, extent, say, now, read):
            size += out.write(piece)
    made = {"municipality": municipality, "file": str(output), "rows": rows, "bytes": size}
    click.echo(
        json.dumps(made, ensure_ascii=False)
        if as_json
        else f"{municipality}: {output}, {rows} rows, {size} bytes."
    )


@privacy.command()
@municipality_option
@click.option(
    "--name-again", "again", required=True, help="Its name once more, to show it is meant."
)
@click.option("--now", "at_once", is_flag=True, help="At once, and not after the 30 days.")
@json_option
def end(municipality: str, again: str, at_once: bool, as_json: bool) -> None:
    """Delete all data of a municipality, in 30 days unless it is stopped. A receipt stays."""
    from tracks.app import DATA_MAP, erased_list
    from tracks.privacy.actions import announce_end, end_municipality
    from tracks.privacy.queries import ends_at
    from tracks.privacy.rules import is_same_name

    if not is_same_name(again, municipality):
        raise click.UsageError("--name-again is another name than --municipality")
    database, settings, now = _database(), load_settings(), datetime.now(UTC)
    with database.writing() as session:
        number = _number_of(session, municipality)
        announce_end(session, number, now, actor_id=None, at_once=at_once)
        due = ends_at(session, number)
    if not at_once:
        assert due is not None
        ends = due.isoformat(timespec="minutes")
        made = {"municipality": municipality, "ends_at": ends}
        said = f"{municipality}: all its data is deleted {ends}. Stop it: tracks privacy keep."
        click.echo(json.dumps(made, ensure_ascii=False) if as_json else said)
        return
    end_municipality(database, DATA_MAP, number, now, small_number=settings.small_number)
    with database.reading() as session:
        erased_list(settings).bring_up_to_date(session)
    _tell_receipts(municipality, as_json)


@privacy.command()
@municipality_option
def keep(municipality: str) -> None:
    """Stop the end of a municipality that was announced: all its data stays."""
    from tracks.privacy.actions import stop_end

    with _database().writing() as session:
        number = _number_of(session, municipality)
        if not stop_end(session, number, datetime.now(UTC), actor_id=None):
            click.echo("tracks: no end was announced, or it has begun", err=True)
            sys.exit(1)
    click.echo(f"{municipality}: everything stays.")


@privacy.command()
@click.option("--municipality", help="Of one that had this name; of all when left out.")
@json_option
def receipts(municipality: str | None, as_json: bool) -> None:
    """What is left of municipalities that have ended: when, and how many rows of each kind."""
    _tell_receipts(municipality, as_json)


def _tell_receipts(municipality: str | None, as_json: bool) -> None:
    from tracks.privacy.queries import receipts as all_receipts

    with _database().reading() as session:
        found = [r for r in all_receipts(session) if municipality in (None, r.name)]
    said = [
        {
            "municipality": each.name,
            "number": each.number,
            "began_at": each.began_at.isoformat(timespec="minutes"),
            "ended_at": each.ended_at and each.ended_at.isoformat(timespec="minutes"),
            "rows": each.rows,
            "audit_entries": each.entries,
            "last_hash": each.last_hash,
        }
        for each in found
    ]
    if as_json:
        click.echo(json.dumps({"receipts": said}, ensure_ascii=False))
        return
    for receipt, each in zip(found, said, strict=True):
        ended = each["ended_at"]
        state = f"all its data was deleted {ended}" if ended else f"begun {each['began_at']}"
        click.echo(f"{receipt.name}: {state}")
        click.echo(f"  audit log: {receipt.entries} entries, last hash {receipt.last_hash}")
        for table, count in receipt.rows.items():
            click.echo(f"  {table}: {count}")
    if not said:
        click.echo("No municipality's data was deleted.")
