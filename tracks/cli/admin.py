"""`tracks admin`: links by which somebody sets up a login of their own."""

import json
import sys
from datetime import UTC, datetime

import click

from tracks.cli.opening import current_database
from tracks.db import Database
from tracks.people.rules import Role
from tracks.settings import Settings, load_settings

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
    from tracks.privacy.queries import subject
    from tracks.signin.actions.logins import make_link

    if (municipality is None) == (person is None):
        raise click.UsageError("name a municipality, or the person of a number")
    with current_database().writing() as session:
        who = None if person is None else subject(session, person)
        if person is not None and (who is None or who.erased_at is not None):
            click.echo("tracks: there is no such person", err=True)
            sys.exit(1)
        if who is not None:
            home = who.municipality_id
        else:
            home = add_municipality(session, municipality or "", country=country)
        made = make_link(session, home, datetime.now(UTC), role=Role(role), person_id=person)
    link = f"{load_settings().base_url}/sign-in/link/{made.token}"
    ends = made.expires_at.isoformat(timespec="minutes")
    if as_json:
        click.echo(json.dumps({"link": link, "expires_at": ends}))
        return
    click.echo("Give this to the one person it is for, and to nobody else:")
    click.echo(f"{link}\nIt works once, until {ends}.")


def first_link(settings: Settings, database: Database) -> str | None:
    """For a start without an administrator who could come in; an earlier such link ends.

    None: there is one, or there are several municipalities and an operator must say which.
    """
    from tracks.signin.actions.logins import make_link
    from tracks.signin.queries import administrators, has_administrator, municipalities

    now = datetime.now(UTC)
    with database.writing() as session:
        homes = municipalities(session)
        if has_administrator(session, now) or len(homes) > 1:
            return None
        home = homes[0] if homes else None
        known = [] if home is None else administrators(session, home, now)
        made = make_link(
            session,
            home,
            now,
            role=Role.ADMINISTRATOR,
            # The one who has the role already, by an LMS so far.
            person_id=known[0] if len(known) == 1 else None,
            is_first=True,
        )
    return f"{settings.base_url}/sign-in/link/{made.token}"
