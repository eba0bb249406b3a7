"""`tracks people list|grant|end`: roles, where nobody can give them on a page yet."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import click

from tracks.cli.opening import current_database as _database
from tracks.db import Session
from tracks.people.rules import Role

_municipality = click.option("--municipality", required=True, help="Whose people they are.")


def _refuse(said: str) -> NoReturn:
    click.echo(f"tracks: {said}", err=True)
    sys.exit(1)


def _municipality_id(session: Session, name: str) -> int:
    from tracks.people.queries import municipality_named

    found = municipality_named(session, name)
    if found is None:
        _refuse(f"there is no municipality {name}")
    return found


def _day(_ctx: click.Context, _option: click.Parameter, given: str | None) -> date | None:
    from tracks.organisation.days import a_day

    try:
        return a_day(given or "")
    except ValueError:
        raise click.BadParameter("write a day as 2026-08-01") from None


@click.command("list")
@_municipality
@click.option("--name", default="", help="Only those with this in their name or their school's.")
@click.option("--role", type=click.Choice([r.value for r in Role]), help="Only who has this role.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def list_people(municipality: str, name: str, role: str | None, as_json: bool) -> None:
    """People with their numbers, their schools and the roles that were given here."""
    from tracks.organisation.queries.roles import found_people, grants

    now = datetime.now(UTC)
    with _database().reading() as session:
        municipality_id = _municipality_id(session, municipality)
        every = [g for g in grants(session, municipality_id) if not g.is_over(now)]
        people = found_people(session, municipality_id, name, None, most=100_000)
    shown: list[dict[str, Any]] = [
        {
            "person": who.id,
            "name": who.name,
            "school": who.school_name,
            "roles": [
                {
                    "grant": g.id,
                    "role": g.role.value,
                    "school": g.school_name,
                    "team": g.team_name,
                    "from": g.starts_at and g.starts_at.isoformat(timespec="minutes"),
                    "until": g.until and g.until.isoformat(timespec="minutes"),
                    "percent": g.percent,
                }
                for g in every
                if g.person_id == who.id and role in (None, g.role.value)
            ],
        }
        for who in people
        if role is None or any(g.person_id == who.id and g.role == role for g in every)
    ]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for row in shown:
        click.echo(f"{row['person']}: {row['name'] or '(no name)'}, {row['school'] or '(none)'}")
        for given in row["roles"]:
            where = given["school"] or given["team"] or "the municipality"
            ends = f", until {given['until']}" if given["until"] else ""
            click.echo(f"   grant {given['grant']}: {given['role']} for {where}{ends}")


@click.command()
@click.argument("person", type=int)
@click.argument("role", type=click.Choice([r.value for r in Role if r is not Role.NEWCOMER]))
@_municipality
@click.option("--school", help="Number of the school, for a role at one school.")
@click.option("--team", help="Name of the team, for lead spreaders.")
@click.option("--from", "first", callback=_day, help="First day; left out: from now on.")
@click.option("--until", "last", callback=_day, help="Last day.")
@click.option("--percent", type=click.IntRange(1, 100), help="Time set aside, of a full post.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def grant(
    person: int,
    role: str,
    municipality: str,
    school: str | None,
    team: str | None,
    first: date | None,
    last: date | None,
    percent: int | None,
    as_json: bool,
) -> None:
    """Give a role to the person of that number: an operator's act."""
    from tracks.organisation.days import beginning_of, end_of
    from tracks.organisation.queries.roles import known_person
    from tracks.organisation.queries.units import teams, units
    from tracks.organisation.rules import Wanted, shape_problem
    from tracks.people.grants import grant_role

    now = datetime.now(UTC)
    with _database().writing() as session:
        municipality_id = _municipality_id(session, municipality)
        who = known_person(session, municipality_id, person)
        if who is None:
            _refuse(f"nobody in {municipality} has the number {person}")
        schools = [u.id for u in units(session, municipality_id) if u.is_open and u.code == school]
        named = [t.id for t in teams(session, municipality_id) if t.name == team]
        if school is not None and not schools:
            _refuse(f"{municipality} has no open school with the number {school}")
        if team is not None and not named:
            _refuse(f"{municipality} has no team {team}")
        wanted = Wanted(
            role=Role(role),
            school_id=schools[0] if schools and school else None,
            team_id=named[0] if named and team else None,
            starts=beginning_of(first) if first else None,
            until=end_of(last) if last else None,
            percent=percent,
        )
        problem = shape_problem(wanted, now)
        if problem is not None:
            _refuse(problem)
        made = grant_role(
            session,
            person_id=who.id,
            municipality_id=municipality_id,
            role=wanted.role,
            school_id=wanted.school_id,
            team_id=wanted.team_id,
            starts=wanted.starts,
            until=wanted.until,
            percent=wanted.percent,
            now=now,
        )
    said = f"Grant {made}: {who.name or person} is {role} now."
    click.echo(json.dumps({"grant": made}) if as_json else said)


@click.command()
@click.argument("grant_id", metavar="GRANT", type=int)
@_municipality
def end(grant_id: int, municipality: str) -> None:
    """End a role; its effect is gone at the person's next click. The grant stays in the list."""
    from tracks.people.grants import end_role

    with _database().writing() as session:
        municipality_id = _municipality_id(session, municipality)
        ended = end_role(session, municipality_id, grant_id, datetime.now(UTC))
    if not ended:
        _refuse(f"{municipality} has no grant {grant_id} that holds")
    click.echo(f"Grant {grant_id} has ended.")
