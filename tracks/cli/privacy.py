"""`tracks privacy`: the documents that follow from the data map."""

import sys

import click

from tracks.cli.opening import current_database as _database
from tracks.i18n import LANGUAGES


@click.group()
def privacy() -> None:
    """Documents about personal data, made from what the program itself knows of its columns."""


municipality_option = click.option("--municipality", required=True, help="By its name.")
language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="nb", show_default=True
)


def _write(which: str, municipality: str, language: str) -> None:
    from tracks.app import DATA_MAP
    from tracks.audit.queries import tenants
    from tracks.i18n import translations
    from tracks.privacy import documents
    from tracks.privacy.queries import terms

    made = {"record": documents.record, "annex": documents.annex}[which]
    with _database().reading() as session:
        numbers = [n for n, name in tenants(session).items() if name == municipality]
        if not numbers:
            click.echo("tracks: there is no such municipality", err=True)
            sys.exit(1)
        document = made(
            DATA_MAP, terms(session, numbers[0]), municipality, translations(language).gettext
        )
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
