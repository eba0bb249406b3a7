"""`tracks content links`: which links out of a library are dead."""

import json
import os
import sys
from pathlib import Path

import click

from content.reading.outside import outside_links, told
from content.workers.loading import load_library
from lti.http import GuardedHttp
from tracks.authoring.asking import look_at
from tracks.cli.told import in_terminal_language, language_option, tell, terminal_language
from tracks.settings import load_settings


@click.command()
@click.argument(
    "library", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@language_option
def links(library: Path | None, as_json: bool, language: str | None) -> None:
    """Ask every address outside that a library links to. Exits 1 when one is dead."""
    settings = load_settings()
    root = library or settings.library
    unread = frozenset(
        problem.location.path
        for problem in load_library(root).problems
        if problem.code == "too-complex"
    )
    found = outside_links(root, unread)
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    plain = GuardedHttp(allow_loopback=settings.is_loopback, allow_plain=True)
    answers = look_at((link.address for link in found), http, plain)
    http.close()
    plain.close()
    language = language or terminal_language(os.environ)
    problems = [in_terminal_language(problem, language) for problem in told(found, answers)]
    dead = sum(problem.is_error for problem in problems)
    if as_json:
        rows = [
            {
                "code": p.code,
                "path": p.location.path,
                "line": p.location.line,
                "level": p.level,
                "message": p.message,
                "hint": p.hint,
            }
            for p in problems
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            tell(problem)
        click.echo(f"{len(answers)} addresses asked, {dead} dead", err=True)
    sys.exit(1 if dead else 0)
