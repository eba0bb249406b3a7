"""`tracks lti check`: the self-test of an LMS."""

import json
import sys
from typing import TYPE_CHECKING

import click

from tracks.cli.opening import current_database
from tracks.settings import load_settings

if TYPE_CHECKING:
    from tracks.lms.checkup import Line


@click.command()
@click.argument("registration", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(registration: int, as_json: bool) -> None:
    """The self-test of an LMS: asks it now. Exits 1 when something does not work."""
    from tracks.lms.advice import State

    tested = _tested(registration)
    if tested is None:
        click.echo("tracks: there is no such registration", err=True)
        sys.exit(1)
    issuer, lines = tested
    ok = all(line.state is not State.FAILED for line in lines)
    if as_json:
        found = {"ok": ok, "issuer": issuer, "lines": [_row(line) for line in lines]}
        click.echo(json.dumps(found))
    else:
        click.echo("\n".join([issuer, *map(_said, lines)]))
    sys.exit(0 if ok else 1)


def _tested(registration: int) -> "tuple[str, list[Line]] | None":
    """The LMS's issuer, and what was found."""
    from datetime import UTC, datetime

    from tracks.app import self_test_of
    from tracks.lms.key_files import tool_keys_of
    from tracks.lms.self_test import checkup_lines
    from tracks.lms.standing import subject_of_checkup

    settings, database = load_settings(), current_database()
    try:
        with database.reading() as session:
            subject = subject_of_checkup(session, registration, datetime.now(UTC))
        if subject is None:
            return None
        test = self_test_of(settings, tool_keys_of(settings, database))
        return subject.registration.issuer, checkup_lines(database, subject, test)
    finally:
        database.engine.dispose()


def _row(line: "Line") -> dict[str, str | None]:
    return {
        "what": line.what,
        "state": line.state,
        "says": line.said,
        "mend": line.mend,
        "who": line.who,
        "code": line.code,
        "at": line.at.isoformat() if line.at else None,
    }


def _said(line: "Line") -> str:
    moment = f" ({line.at:%Y-%m-%d %H:%M} UTC)" if line.at else ""
    code = f" [{line.code}]" if line.code else ""
    mend = f"\n{'':9}{line.mend}" if line.mend else ""
    return f"{line.state:8} {line.what}: {line.said}{moment}{code}{mend}"
