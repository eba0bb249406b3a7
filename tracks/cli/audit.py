"""`tracks audit`: is the log as it was written, a copy of it, and whose data was affected."""

import json
import sys
from datetime import datetime

import click
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from tracks.cli.opening import current_database as _database


@click.group()
def audit() -> None:
    """The audit log: verify it, take a copy of it, see whose data was affected."""


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


class _Row(Struct, frozen=True):
    person: int
    looked_at: int = 0
    other: int = 0
    first: str | None = None
    last: str | None = None
    worked: bool = False


class _Affected(Struct, frozen=True):
    municipality: str
    everybody: int | None
    persons: list[_Row]


@audit.command()
@click.option("--since", required=True, help="2026-11-14, or 2026-11-14 14:30: Oslo, Stockholm.")
@click.option("--until", required=True, help="As --since; that day, or that minute, too.")
@click.option("--municipality", help="By its name; all of them when left out.")
@click.option("--by", "who", default="", help="The number of whoever did it, or part of a name.")
@click.option("--kind", "what", default="", help="looks, or a code of the log.")
@click.option("--worked", is_flag=True, help="Also who has worked here in that time.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def affected(
    since: str,
    until: str,
    municipality: str | None,
    who: str,
    what: str,
    worked: bool,
    as_json: bool,
) -> None:
    """Whose data was looked at or touched in a time, by number: for a breach (articles 33, 34)."""
    from tracks.app import DATA_MAP
    from tracks.audit.queries import affected as persons_in
    from tracks.audit.queries import have_worked, numbers_affected, tenants
    from tracks.audit.rules import LOOKS, sought_in

    typed = {"since": since, "until": until, "who": who, "what": what}
    sought, problems = sought_in(typed, DATA_MAP.audited)
    for field, problem in problems.items():
        raise click.UsageError(f"--{field}: {problem}")
    if what and not sought.what:
        raise click.UsageError(f"--kind: {LOOKS}, or one of {', '.join(sorted(DATA_MAP.audited))}")
    first, end = sought.since, sought.until
    assert isinstance(first, datetime)
    assert isinstance(end, datetime)
    found: list[_Affected] = []
    with _database().reading() as session:
        for number, name in tenants(session).items():
            if municipality in (None, name):
                total = numbers_affected(session, number, sought, DATA_MAP.looks, DATA_MAP.of_all)
                rows = {
                    each.person_id: _Row(
                        each.person_id,
                        each.looked,
                        each.other,
                        each.first.isoformat(timespec="seconds"),
                        each.last.isoformat(timespec="seconds"),
                    )
                    for each in persons_in(session, number, sought, DATA_MAP.looks)
                }
                at_work = have_worked(session, DATA_MAP.kept, number, first, end) if worked else ()
                for person in at_work:
                    rows[person] = replace(rows.get(person, _Row(person)), worked=True)
                persons = [rows[person] for person in sorted(rows)]
                found.append(_Affected(name, total.everybody, persons))
    if not found:
        click.echo("tracks: there is no such municipality", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"affected": to_builtins(found)}, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each.municipality}: {len(each.persons)} persons")
        if each.everybody is not None:
            click.echo(f"  a copy of all data was taken: everybody, {each.everybody} persons")
        for row in each.persons:
            said = f"  {row.person}: looked at {row.looked_at}, other {row.other}"
            click.echo(said + (", worked" if row.worked else ""))
