"""`tracks admin`: links by which somebody sets up a login of their own."""

import json
import sys
from datetime import UTC, datetime
from shlex import quote

import click
from msgspec import Struct

from tracks.cli.opening import current_database
from tracks.db import Database
from tracks.people.rules import Role
from tracks.settings import Settings, load_settings

# A screen of them; who has more knows whom to invite.
MOST_LINKS = 20
_ROLES = (Role.ADMINISTRATOR.value, Role.PRIVACY_OFFICER.value)


@click.group()
def admin() -> None:
    """Administrators: links to set up a login beside the LMSs."""


@admin.command()
@click.option("--municipality", help="Whose administrator; made when there is none of that name.")
@click.option("--country", default="NO", show_default=True, type=click.Choice(["NO", "SE"]))
@click.option("--person", type=int, help="Somebody who is here already: the number in the list.")
@click.option("--role", default=_ROLES[0], show_default=True, type=click.Choice(_ROLES))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def invite(
    municipality: str | None, country: str, person: int | None, role: str, as_json: bool
) -> None:
    """Make a link by which an administrator sets up a passkey or one-time codes; once, for a day.

    Also for one who has lost them: with --person they stay the same person.
    """
    from tracks.people.actions import add_municipality
    from tracks.people.queries import municipality_named
    from tracks.privacy.queries import subject
    from tracks.signin.actions.logins import make_link

    if (municipality is None) == (person is None):
        raise click.UsageError("name a municipality, or the person of a number")
    is_new = False
    with current_database().writing() as session:
        who = None if person is None else subject(session, person)
        if person is not None and (who is None or who.erased_at is not None):
            click.echo("tracks: there is no such person", err=True)
            sys.exit(1)
        if who is not None:
            home = who.municipality_id
        else:
            is_new = municipality_named(session, municipality or "") is None
            home = add_municipality(session, municipality or "", country=country)
        made = make_link(session, home, datetime.now(UTC), role=Role(role), person_id=person)
    link = f"{load_settings().base_url}/sign-in/link/{made.token}"
    ends = made.expires_at.isoformat(timespec="minutes")
    if as_json:
        click.echo(json.dumps({"link": link, "expires_at": ends, "is_new": is_new}))
        return
    if is_new:
        click.echo(f"There was no municipality of this name. Now there is: {municipality}")
    click.echo("Give this to the one person it is for, and to nobody else:")
    click.echo(f"{link}\nIt works once, until {ends}.")


@admin.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def list_administrators(as_json: bool) -> None:
    """Say of each municipality how many administrators can come in, and whom to invite one for."""
    from tracks.signin.queries import municipalities, number_of_administrators

    with current_database().reading() as session:
        numbers = number_of_administrators(session, datetime.now(UTC))
        homes = [(name, numbers.get(home, 0)) for home, name in municipalities(session)]
    if as_json:
        click.echo(json.dumps([{"municipality": n, "administrators": a} for n, a in homes]))
        return
    for name, number in homes:
        todo = "" if number else f". Make one: tracks admin invite --municipality {quote(name)}"
        click.echo(f"{name}: {number or 'none'}{todo}")


class FirstLink(Struct, frozen=True):
    municipality: str | None  # None: whoever opens it says whose the installation is
    url: str


def first_links(settings: Settings, database: Database) -> list[FirstLink]:
    """For a start without an administrator who could come in; those of earlier starts end.

    One for each municipality, up to MOST_LINKS; empty when there is an administrator.
    """
    from tracks.signin.actions.logins import end_first_links, make_link
    from tracks.signin.queries import administrators, has_administrator, municipalities

    now = datetime.now(UTC)
    made = []
    with database.writing() as session:
        if has_administrator(session, now):
            return []
        end_first_links(session)
        homes: list[tuple[int | None, str | None]] = list(municipalities(session)[:MOST_LINKS])
        for home, name in homes or [(None, None)]:
            known = [] if home is None else administrators(session, home, now)
            link = make_link(
                session,
                home,
                now,
                role=Role.ADMINISTRATOR,
                # The one who has the role already, by an LMS so far.
                person_id=known[0] if len(known) == 1 else None,
                is_first=True,
            )
            made.append(FirstLink(name, f"{settings.base_url}/sign-in/link/{link.token}"))
    return made


def said_of(links: list[FirstLink]) -> str:
    """Lines for whoever started the program."""
    if len(links) == 1:
        return links[0].url
    lines = [f"{each.municipality}:\n  {each.url}" for each in links]
    if len(links) == MOST_LINKS:
        lines.append("For any other municipality: tracks admin invite --municipality NAME")
    return "\n".join(lines)
