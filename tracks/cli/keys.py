"""`tracks lti rotate-keys` and `reseal-keys`: our own keys."""

import json
from datetime import UTC, datetime

import click

from tracks.cli.opening import current_database
from tracks.settings import SettingsError, load_settings


@click.command("rotate-keys")
@click.option(
    "--at-once",
    is_flag=True,
    help="Use the new key now and drop the old ones: when a key is lost or stolen.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rotate_keys(at_once: bool, as_json: bool) -> None:
    """Make a new signing key. It is shown to the LMSs for a day before it is used."""
    from tracks.lms.actions.keys import replace_keys, rotate_keys
    from tracks.lms.key_files import open_sealer, tool_keys_of

    settings, database = load_settings(), current_database()
    act = replace_keys if at_once else rotate_keys
    if not at_once:
        tool_keys_of(settings, database)  # there is a key, and it opens
    with database.writing() as session:
        new = act(session, open_sealer(settings), datetime.now(UTC))
    made = {"kid": new.kid, "active_from": new.active_from.isoformat()}
    said = f"New key {new.kid}, in use from {new.active_from:%Y-%m-%d %H:%M} UTC."
    click.echo(json.dumps(made) if as_json else said)


@click.command("reseal-keys")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reseal_keys(as_json: bool) -> None:
    """Seal our keys and secrets with the first encryption key; the others may go then."""
    from tracks.lms.actions.keys import reseal_keys as reseal
    from tracks.lms.key_files import open_sealer
    from tracks.lms.sealing import SealError
    from tracks.rosters.connection import reseal as reseal_services
    from tracks.signin.actions.resealing import reseal_logins

    sealer = open_sealer(load_settings())
    try:
        with current_database().writing() as session:
            number = reseal(session, sealer)
            number += reseal_services(session, sealer) + reseal_logins(session, sealer)
    except SealError as failed:
        raise SettingsError(f"nothing was changed: {failed}") from failed
    made = {"resealed": number, "encryption_key": sealer.first.id}
    said = f"Keys sealed anew: {number}. All are sealed with the encryption key {sealer.first.id}."
    click.echo(json.dumps(made) if as_json else said)
