"""`tracks audit`: is the log as it was written, and a copy of it."""

import json
import sys

import click

from tracks.cli.opening import current_database as _database


@click.group()
def audit() -> None:
    """The audit log: verify it, take a copy of it."""


@audit.command()
@click.option("--expect", help="A hash noted before: it must still be in the log.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(expect: str | None, as_json: bool) -> None:
    """Is every entry as it was written? Exits 1 when not.

    Note the last hash of each municipality somewhere else: with --expect it shows a log that was
    cut off at its end, or written anew.
    """
    from tracks.audit.queries import chain, has_hash, tenants

    found = []
    with _database().reading() as session:
        for number, name in tenants(session).items():
            verdict = chain(session, number)
            found.append(
                {
                    "municipality": name,
                    "entries": verdict.entries,
                    "last_hash": verdict.head,
                    "broken_at": verdict.broken_at,
                }
            )
        is_there = expect is None or has_hash(session, expect)
    is_whole = is_there and all(each["broken_at"] is None for each in found)
    if as_json:
        click.echo(json.dumps({"ok": is_whole, "expected_found": is_there, "logs": found}))
    else:
        for each in found:
            broken = each["broken_at"]
            said = "whole" if broken is None else f"NOT AS IT WAS WRITTEN from entry {broken} on"
            click.echo(f"{each['municipality']}: {each['entries']} entries, {said}")
            click.echo(f"  last hash {each['last_hash']}")
        if not is_there:
            click.echo("The expected hash is not in the log: entries are missing.")
    sys.exit(0 if is_whole else 1)


@audit.command()
@click.option("--municipality", required=True, help="Whose log, by its name.")
def export(municipality: str) -> None:
    """Print every entry of a municipality, a line of JSON each."""
    from tracks.audit.queries import exported, tenants

    with _database().reading() as session:
        numbers = [n for n, name in tenants(session).items() if name == municipality]
        if not numbers:
            click.echo("tracks: there is no such municipality", err=True)
            sys.exit(1)
        for line in exported(session, numbers[0]):
            click.echo(line, nl=False)
