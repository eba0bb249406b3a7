"""`tracks content expiring`: what is free for a time, and when that ends (P-15)."""

import json
import os
from datetime import UTC, datetime, timedelta

import click

from tracks.cli.told import terminal_language
from tracks.settings import load_settings


@click.command()
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    default=30,
    show_default=True,
    help="How many days ahead to look.",
)
@click.option("--ended", is_flag=True, help="Those that have ended, instead of those that will.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def expiring(days: int, ended: bool, as_json: bool) -> None:
    """List resources whose time of access ends soon, the nearest first."""
    from tracks.app import open_database
    from tracks.catalogue.expiry.queries import endings
    from tracks.catalogue.publishers import publishers
    from tracks.i18n import local_day

    today = local_day(datetime.now(UTC))
    first, last = today, today + timedelta(days=days)
    if ended:
        first, last = today - timedelta(days=days), today - timedelta(days=1)
    database = open_database(load_settings())
    with database.reading() as session:
        found = endings(session, first, last, terminal_language(os.environ))
        known = publishers(session)
    database.engine.dispose()
    rows = [
        {
            "address": str(each.address),
            "title": each.title,
            "free_until": each.free_until.isoformat(),
            "days_left": each.days_left(today),
            "contact": known[each.address.publisher].contact
            if each.address.publisher in known
            else "",
            "told": sorted(each.told, reverse=True),
        }
        for each in found
    ]
    if as_json:
        click.echo(json.dumps({"expiring": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(
            "{free_until}  {days_left:>4} days  {address}  {title}  {contact}".format(
                **row
            ).rstrip()
        )
    if not rows:
        click.echo("No time of access ends in those days.")
