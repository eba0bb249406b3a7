"""Problems in the language of whoever sits at the terminal."""

import os
from collections.abc import Mapping

import click

from content.problems import Problem, format_problem, translated
from content.said import LANGUAGES
from tracks.i18n import language_of

language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Of the messages; as LC_ALL, LC_MESSAGES or LANG say when left out, else English.",
)


def terminal_language(environ: Mapping[str, str]) -> str:
    """As POSIX has it: the first that is set counts, also if it is none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return language_of(environ[name].partition(".")[0]) or "en"
    return "en"


def in_terminal_language(problem: Problem, language: str | None = None) -> Problem:
    return translated(problem, language or terminal_language(os.environ))


def tell(problem: Problem) -> None:
    """To stderr: what was asked for is printed elsewhere."""
    click.echo(format_problem(in_terminal_language(problem)), err=True)
