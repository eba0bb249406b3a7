"""`tracks people`: who has which role."""

import click

from tracks.cli.roles import end, grant, list_people


@click.group()
def people() -> None:
    """People of a municipality: list them, give a role, end one."""


for command in (list_people, grant, end):
    people.add_command(command)
