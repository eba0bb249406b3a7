"""The command line: `tracks --help`. Imports of areas wait until a command needs them."""

import sys

import click

from tracks.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Learning Tracks: professional development for teachers, inside the LMS they use."""


def _add_commands() -> None:
    from tracks.cli import content, database, lti, run, serve

    for command in (run.run, serve.serve, serve.worker, database.db, lti.lti, content.content):
        cli.add_command(command)


def main() -> None:
    """Run one command; a setting or a file that cannot be used is one sentence, not a traceback."""
    _add_commands()
    try:
        cli()
    except SettingsError as exc:
        click.echo(f"tracks: {exc}", err=True)
        sys.exit(2)
