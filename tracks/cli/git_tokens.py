"""`tracks content token`: who may fetch and push the authors' library by git."""

import json
import sys
from datetime import UTC, datetime

import click

from tracks.settings import load_settings


@click.group()
def token() -> None:
    """Tokens for git: make, list, take back."""


@token.command()
@click.option("--publisher", required=True, help="Its id, as library.yaml has it.")
@click.option("--name", required=True, help="What the token is for, not who has it.")
@click.option("--municipality", help="Whose tracks it opens, by its name; and those of nobody.")
@click.option(
    "--whole-library",
    is_flag=True,
    help="Opens all: every municipality's tracks and their history, published or not.",
)
def make(publisher: str, name: str, municipality: str | None, whole_library: bool) -> None:
    """Make one, and print it: this once."""
    from content.ids import is_id
    from tracks.app import open_database
    from tracks.audit.queries import tenants
    from tracks.catalogue.tokens import make_token

    if (municipality is None) != whole_library:
        raise click.UsageError("name a municipality, or say --whole-library")
    if not is_id(publisher) or not 0 < len(name) <= 80:
        click.echo("tracks: a publisher's id, and a name of at most 80 characters", err=True)
        sys.exit(1)
    with open_database(load_settings()).writing() as session:
        numbers = [n for n, each in tenants(session).items() if each == municipality]
        if municipality is not None and not numbers:
            click.echo("tracks: there is no such municipality", err=True)
            sys.exit(1)
        number = numbers[0] if numbers else None
        now = datetime.now(UTC)
        click.echo(make_token(session, publisher, name, now, municipality_id=number))


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_tokens(as_json: bool) -> None:
    """Show all that have been made; not the tokens themselves, which are not kept."""
    from tracks.app import open_database
    from tracks.audit.queries import tenants
    from tracks.catalogue.tokens import tokens

    with open_database(load_settings()).reading() as session:
        rows, names = tokens(session), tenants(session)
    if as_json:
        shown = [
            {
                "id": row.id,
                "publisher": row.publisher,
                "municipality": names.get(row.municipality_id or 0),
                "name": row.name,
                "made_at": row.made_at.isoformat(),
                "used_at": row.used_at.isoformat() if row.used_at else None,
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
                "person_id": row.person_id,
                "expires_at": row.expires_at.isoformat() if row.expires_at else None,
            }
            for row in rows
        ]
        click.echo(json.dumps({"tokens": shown}, ensure_ascii=False))
        return
    for row in rows:
        state = "taken back" if row.revoked_at else f"used {row.used_at or 'never'}"
        if row.expires_at:
            state += f", works until {row.expires_at}"
        whose = names.get(row.municipality_id or 0, "the whole library")
        click.echo(f"{row.id}  {row.publisher}  {whose}  {row.name}  {state}")


@token.command()
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """Take one back, by its number in the list."""
    from tracks.app import open_database
    from tracks.catalogue.tokens import revoke_token

    with open_database(load_settings()).writing() as session:
        is_done = revoke_token(session, token_id, datetime.now(UTC))
    if not is_done:
        click.echo(f"tracks: there is no token {token_id} that can be used", err=True)
        sys.exit(1)
    click.echo(f"Token {token_id} opens nothing any more.")
