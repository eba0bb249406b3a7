"""`tracks lti`: which LMSs are connected."""

import json
import sys
from datetime import UTC, datetime

import click

from tracks.db import Database
from tracks.settings import load_settings


def _database() -> Database:
    from tracks.app import open_database
    from tracks.migrations import upgrade

    database = open_database(load_settings())
    upgrade(database.engine)
    return database


@click.group()
def lti() -> None:
    """Connected LMSs: show them, register one, approve a deployment."""


@lti.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def show(as_json: bool) -> None:
    """The registered LMSs, and what an LMS needs to know of us."""
    from tracks.lms.queries import registrations

    settings = load_settings()
    with _database().reading() as session:
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
        click.echo(json.dumps({"tool": ours, "registrations": rows}))
        return
    for name, url in ours.items():
        click.echo(f"{name:8}{url}")
    for row in rows:
        click.echo(
            f"{row['registration']}: {row['issuer']} client {row['client_id']}, "
            f"deployment {row['deployment']} ({row['status']})"
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
    as_json: bool,
) -> None:
    """Register an LMS, approved at once: an operator's act."""
    from lti.origins import is_secure_for
    from tracks.lms.actions import register as register_lms
    from tracks.people.actions import add_municipality

    base_url = load_settings().base_url
    for url in filter(None, (auth_url, token_url, jwks_url)):
        if not is_secure_for(url, base_url):
            click.echo(f"tracks: {url} is not https", err=True)
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
        )
    said = f"Registered as number {registration_id}."
    click.echo(json.dumps({"registration": registration_id}) if as_json else said)


@lti.command()
@click.argument("registration", type=int)
@click.argument("deployment")
def approve(registration: int, deployment: str) -> None:
    """Let a deployment in that waits for approval."""
    from tracks.lms.actions import approve_deployment
    from tracks.lms.queries import registrations

    with _database().writing() as session:
        is_known = any(row.id == registration for row in registrations(session))
        if is_known:
            approve_deployment(session, registration, deployment, datetime.now(UTC))
    if not is_known:
        click.echo("tracks: there is no such registration", err=True)
        sys.exit(1)
    click.echo(f"Deployment {deployment} of registration {registration} is approved.")


@lti.command("switch-off")
@click.argument("registration", type=int)
@click.argument("deployment")
def switch_off(registration: int, deployment: str) -> None:
    """Take a deployment out of use; who came in by it is signed out."""
    from tracks.lms.actions import switch_off_deployment

    with _database().writing() as session:
        found = switch_off_deployment(session, registration, deployment)
    if not found:
        click.echo("tracks: there is no such deployment", err=True)
        sys.exit(1)
    click.echo(f"Deployment {deployment} of registration {registration} is off.")
