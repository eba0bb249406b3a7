"""`tracks lti`: which LMSs are connected."""

import json
import sys
from datetime import UTC, datetime

import click

from tracks.cli.checks import check
from tracks.cli.keys import reseal_keys, rotate_keys
from tracks.cli.opening import current_database as _database
from tracks.cli.scores import POLICIES, score_policy, scores, send_again
from tracks.settings import load_settings


@click.group()
def lti() -> None:
    """Connected LMSs: show them, register one, approve a deployment."""


for command in (rotate_keys, reseal_keys, check, scores, score_policy, send_again):
    lti.add_command(command)


@lti.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def show(as_json: bool) -> None:
    """The registered LMSs, and what an LMS needs to know of us."""
    from tracks.lms.connections import pending_requests
    from tracks.lms.queries import registrations
    from tracks.lms.standing import key_times

    settings = load_settings()
    with _database().reading() as session:
        keys = [
            {
                "kid": row.kid,
                "active_from": row.active_from.isoformat(timespec="minutes"),
                "published_until": row.published_until
                and row.published_until.isoformat(timespec="minutes"),
            }
            for row in key_times(session)
        ]
        waiting = [
            {
                "request": asked.id,
                "issuer": asked.issuer,
                "client_id": asked.client_id,
                "foreign_hosts": list(asked.foreign_hosts),
                "changes": asked.changes,
            }
            for asked in pending_requests(session)
        ]
        rows = [
            {
                "registration": row.id,
                "issuer": row.issuer,
                "client_id": row.client_id,
                "deployment": row.deployment_id,
                "status": row.status,
                "is_active": row.is_active,
            }
            for row in registrations(session)
        ]
    ours = {
        "login": f"{settings.base_url}/lti/login",
        "launch": f"{settings.base_url}/lti/launch",
        "jwks": f"{settings.base_url}/lti/jwks.json",
    }
    if as_json:
        found = {"tool": ours, "keys": keys, "registrations": rows, "requests": waiting}
        click.echo(json.dumps(found))
        return
    for name, url in ours.items():
        click.echo(f"{name:8}{url}")
    for key in keys:
        until = f", shown until {key['published_until']}" if key["published_until"] else ""
        click.echo(f"key     {key['kid']}, in use from {key['active_from']}{until}")
    for row in rows:
        click.echo(
            f"{row['registration']}: {row['issuer']} client {row['client_id']}, "
            f"deployment {row['deployment']} ({row['status']})"
        )
    for asked in waiting:
        click.echo(
            f"request {asked['request']} waits for approval: {asked['issuer']} "
            f"client {asked['client_id']}"
        )


@lti.command()
@click.option("--issuer", required=True, help="The LMS's issuer, exactly as it signs it.")
@click.option("--client-id", required=True, help="Our id at the LMS.")
@click.option("--auth-url", required=True, help="Its OIDC authorization endpoint.")
@click.option("--token-url", help="Its token endpoint; leave out when it offers no services.")
@click.option("--jwks-url", required=True, help="Where its public keys are.")
@click.option("--deployment", "deployments", required=True, multiple=True, help="Deployment id.")
@click.option("--municipality", required=True, help="Whose teachers come from there.")
@click.option("--country", default="NO", show_default=True, type=click.Choice(["NO", "SE"]))
@click.option("--audience", help="The `aud` of token requests, where it is not the token URL.")
@click.option("--platform", default="", help="moodle, canvas, openedx, brightspace, …")
@click.option(
    "--service-host", "service_hosts", multiple=True, help="Further host of its services."
)
@click.option("--score-policy", "policy", type=POLICIES, help="What its gradebook is told.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def register(
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str | None,
    jwks_url: str,
    deployments: tuple[str, ...],
    municipality: str,
    country: str,
    audience: str | None,
    platform: str,
    service_hosts: tuple[str, ...],
    policy: str | None,
    as_json: bool,
) -> None:
    """Register an LMS, approved at once: an operator's act."""
    from lti.origins import is_secure_for, origin_of
    from tracks.lms.actions import register as register_lms
    from tracks.lms.rules import ScorePolicy
    from tracks.people.actions import add_municipality

    base_url = load_settings().base_url
    for url in filter(None, (auth_url, token_url, jwks_url)):
        if not is_secure_for(url, base_url):
            click.echo(f"tracks: {url} is not https", err=True)
            sys.exit(2)
    for host in service_hosts:
        origin = origin_of(f"https://{host}")
        if origin is None or origin.host != host.lower():
            click.echo(f"tracks: {host} is not the name of a host", err=True)
            sys.exit(2)
    with _database().writing() as session:
        registration_id = register_lms(
            session,
            municipality_id=add_municipality(session, municipality, country=country),
            issuer=issuer,
            client_id=client_id,
            auth_url=auth_url,
            token_url=token_url,
            jwks_url=jwks_url,
            deployment_ids=list(deployments),
            now=datetime.now(UTC),
            audience=audience,
            platform_family=platform,
            service_hosts=service_hosts or None,
            score_policy=ScorePolicy(policy) if policy else None,
        )
    said = f"Registered as number {registration_id}."
    click.echo(json.dumps({"registration": registration_id}) if as_json else said)


@lti.command()
@click.option("--municipality", required=True, help="Whose LMS it is.")
@click.option("--country", default="NO", show_default=True, type=click.Choice(["NO", "SE"]))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def invite(municipality: str, country: str, as_json: bool) -> None:
    """Make a link by which whoever looks after an LMS connects it; it works for a day."""
    from tracks.lms.actions.invitations import invite as make_invitation
    from tracks.people.actions import add_municipality

    base_url = load_settings().base_url
    with _database().writing() as session:
        municipality_id = add_municipality(session, municipality, country=country)
        made = make_invitation(session, municipality_id, datetime.now(UTC))
    link, ends = f"{base_url}/connect/{made.token}", made.expires_at.isoformat(timespec="minutes")
    if as_json:
        click.echo(json.dumps({"link": link, "expires_at": ends}))
        return
    click.echo(f"Send this to whoever looks after the LMS of {municipality}, and to nobody else:")
    click.echo(f"{link}\nIt works until {ends}.")


def _approve_request(number: int) -> None:
    from tracks.lms.actions.invitations import Decider, NotApproved, approve_request

    try:
        with _database().writing() as session:
            made = approve_request(session, number, Decider("operator"), datetime.now(UTC))
    except NotApproved as refused:
        why = {"taken": "another municipality has connected this LMS"}
        said = why.get(refused.reason, "there is no such request, or it is decided already")
        click.echo(f"tracks: {said}", err=True)
        sys.exit(1)
    click.echo(f"Request {number} is approved: registration {made}.")


@lti.command()
@click.argument("registration", type=int, required=False)
@click.argument("deployment", required=False)
@click.option("--request", "number", type=int, help="A request that `tracks lti show` lists.")
def approve(registration: int | None, deployment: str | None, number: int | None) -> None:
    """Let a deployment in that waits for approval; or, with --request, a whole LMS."""
    if number is not None:
        return _approve_request(number)
    if registration is None or deployment is None:
        raise click.UsageError("name a registration and its deployment, or --request")
    return _approve_deployment(registration, deployment)


def _approve_deployment(registration: int, deployment: str) -> None:
    from tracks.lms.actions import approve_deployment
    from tracks.lms.actions.registrations import note_switched
    from tracks.lms.queries import registrations

    with _database().writing() as session:
        is_known = any(row.id == registration for row in registrations(session))
        if is_known:
            moment = datetime.now(UTC)
            approve_deployment(session, registration, deployment, moment)
            note_switched(session, registration, moment, on=True)
    if not is_known:
        click.echo("tracks: there is no such registration", err=True)
        sys.exit(1)
    click.echo(f"Deployment {deployment} of registration {registration} is approved.")


@lti.command("switch-off")
@click.argument("registration", type=int)
@click.argument("deployment", required=False)
def switch_off(registration: int, deployment: str | None) -> None:
    """Take an LMS, or one deployment of it, out of use; who came in by it is signed out."""
    _switch(registration, deployment, on=False)


@lti.command("switch-on")
@click.argument("registration", type=int)
@click.argument("deployment", required=False)
def switch_on(registration: int, deployment: str | None) -> None:
    """Take an LMS, or one deployment of it, into use again."""
    _switch(registration, deployment, on=True)


def _switch(registration: int, deployment: str | None, *, on: bool) -> None:
    from tracks.lms.actions import switch_off_deployment
    from tracks.lms.actions.registrations import note_switched
    from tracks.lms.actions.switches import switch_on_deployment, switch_registration

    with _database().writing() as session:
        if deployment is None:
            found = switch_registration(session, registration, on=on)
        else:
            switch = switch_on_deployment if on else switch_off_deployment
            found = switch(session, registration, deployment)
        if found:
            note_switched(session, registration, datetime.now(UTC), on=on)
    if not found:
        what = "registration" if deployment is None else "deployment"
        click.echo(f"tracks: there is no such {what}", err=True)
        sys.exit(1)
    part = "" if deployment is None else f"Deployment {deployment} of "
    said = f"{part}registration {registration} is {'on' if on else 'off'}."
    click.echo(said[0].upper() + said[1:])
