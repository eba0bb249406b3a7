"""The command line: `tracks --help`. A command is imported when it is asked for: a server then
never loads what only authors need, which is 15 MB."""

import sys
from importlib import import_module

import click

from tracks.settings import SettingsError

_COMMANDS = {
    "run": "tracks.cli.run:run",
    "serve": "tracks.cli.serve:serve",
    "worker": "tracks.cli.serve:worker",
    "db": "tracks.cli.database:db",
    "lti": "tracks.cli.lti:lti",
    "content": "tracks.cli.content:content",
    "people": "tracks.cli.people:people",
    "admin": "tracks.cli.admin:admin",
    "audit": "tracks.cli.audit:audit",
    "privacy": "tracks.cli.privacy:privacy",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Learning Tracks: professional development for teachers, inside the LMS they use."""


def main() -> None:
    """Run one command; a setting or a file that cannot be used is one sentence, not a traceback."""
    try:
        cli()
    except SettingsError as exc:
        click.echo(f"tracks: {exc}", err=True)
        sys.exit(2)
