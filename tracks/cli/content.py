"""`tracks content`: check, look at and publish what authors write."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from content.checks import kept_ids
from content.history.signing import SigningKeyUnusable
from content.loader import to_publish
from content.model import Library, Lifecycle
from content.problems import Problem, annotation, format_problem, how_many
from content.rendering.html import render_step
from content.said import in_language
from content.translation import mark_of_file, with_mark
from content.workers.loading import ReadingFailed, load_library
from tracks.cli.ending import expiring
from tracks.cli.exchange import export_track, import_track
from tracks.cli.git_tokens import token
from tracks.cli.links import links
from tracks.cli.told import in_terminal_language, language_option, tell, terminal_language
from tracks.db import Database
from tracks.settings import load_settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class _Reading(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReadingFailed as failure:
            click.echo(str(failure), err=True)
            click.echo(
                "tracks: nothing was done: what reads tracks broke off, which is our mistake; "
                "please report the lines above",
                err=True,
            )
            sys.exit(1)


@click.group(cls=_Reading)
def content() -> None:
    """Tracks as authors write them: check, render, publish, out and in."""


def _load(folder: Path | None) -> tuple[Path, Library | None, tuple[Problem, ...]]:
    root = folder or load_settings().library
    loaded = load_library(root)
    return root, loaded.value, loaded.problems


def _errors(problems: tuple[Problem, ...]) -> list[Problem]:
    return [p for p in problems if p.is_error]


@content.command()
@click.argument("library", type=_FOLDER, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@click.option("--annotations", is_flag=True, help="Print them as git hosts show them in a change.")
@click.option("--since", type=_FOLDER, help="An earlier state of the library: no id may be gone.")
@language_option
def check(
    library: Path | None,
    as_json: bool,
    annotations: bool,
    since: Path | None,
    language: str | None,
) -> None:
    """List every problem, with file and line. Exits 1 when something blocks publishing."""
    root, _, problems = _load(library)
    if since is not None:
        problems += _gone_since(since, root)
    language = language or terminal_language(os.environ)
    problems = tuple(in_terminal_language(problem, language) for problem in problems)
    errors = _errors(problems)
    if as_json:
        rows = [
            {
                "code": p.code,
                "path": p.location.path,
                "line": p.location.line,
                "message": p.message,
                "hint": p.hint,
                "level": p.level,
            }
            for p in problems
        ]
        click.echo(json.dumps({"problems": rows}, ensure_ascii=False))
    elif annotations:
        for problem in problems:
            click.echo(annotation(problem, root.as_posix()))
    else:
        for problem in problems:
            click.echo(format_problem(problem))
        click.echo(in_language(how_many(problems), language))
    sys.exit(1 if errors else 0)


def _gone_since(since: Path, root: Path) -> tuple[Problem, ...]:
    before, after = load_library(since).draft, load_library(root).draft
    if before is None or after is None:
        click.echo("tracks: the two libraries cannot be compared", err=True)
        sys.exit(1)
    return kept_ids.check(before, after)


@content.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "source", default="nb", show_default=True, help="Language it is from.")
def translated(file: Path, source: str) -> None:
    """Say in a translation that it is up to date with its source."""
    parts = file.name.rsplit(".", 2)
    origin = file.with_name(f"{parts[0]}.{source}.md")
    mark = mark_of_file(origin) if len(parts) == 3 and origin != file else None
    if mark is None or mark_of_file(file) is None:
        click.echo(f"tracks: {file} and {origin.name} are no text and its translation", err=True)
        sys.exit(1)
    text = file.read_bytes().decode("utf-8")
    file.write_bytes(with_mark(text, mark).encode("utf-8"))
    click.echo(f"{file}: source: {mark}")


@content.command()
@click.argument("address")
@click.option("--library", type=_FOLDER, help="Folder; the shipped library when left out.")
@click.option("--language", default="nb", show_default=True)
def render(address: str, library: Path | None, language: str) -> None:
    """Print one step (track/module#step) as HTML."""
    _, loaded, problems = _load(library)
    for problem in _errors(problems):
        tell(problem)
    tracks = loaded.tracks if loaded else ()
    for track in tracks:
        for module in track.modules:
            for step in module.steps:
                if f"{track.id}/{module.id}#{step.id}" == address and language in step.texts:
                    click.echo(render_step(step, language, media_url=str).html)
                    return
    click.echo(f"tracks: there is no step {address} in {language}", err=True)
    sys.exit(1)


@content.command()
@click.argument("library", type=_FOLDER, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def publish(library: Path | None, as_json: bool) -> None:
    """Publish every track of a library but drafts. With one problem in what is to be published,
    nothing is."""
    from tracks.app import open_database
    from tracks.catalogue.actions import VersionTaken
    from tracks.catalogue.drawn import TooComplex
    from tracks.catalogue.histories import NotRecorded
    from tracks.catalogue.naming import IdsLost
    from tracks.migrations import upgrade

    root = library or load_settings().library
    whole, errors = to_publish(load_library(root))
    if whole is None:
        for problem in errors:
            tell(problem)
        click.echo("Nothing was published.", err=True)
        sys.exit(1)
    database = open_database(load_settings())
    upgrade(database.engine)
    try:
        published = publish_library(database, root, whole)
    except VersionTaken as taken:
        click.echo(f"tracks: {taken}; raise its version", err=True)
        sys.exit(1)
    except (IdsLost, TooComplex) as wrong:
        for problem in wrong.problems:
            tell(problem)
        click.echo("Nothing was published.", err=True)
        sys.exit(1)
    except NotRecorded as failure:
        click.echo(f"tracks: nothing was published: {failure}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"published": published}))
        return
    for address, is_new in published.items():
        click.echo(f"{address}: {'published' if is_new else 'unchanged'}")


def publish_library(database: Database, root: Path, library: Library) -> dict[str, bool]:
    """All tracks but drafts, in one transaction; address -> is it new. Raises VersionTaken."""
    from tracks.catalogue.drawn import drawn_for
    from tracks.catalogue.publishing import publish_from_folder, unpublished

    with database.reading() as session:
        new = [t for t in unpublished(session, library) if t.lifecycle is not Lifecycle.DRAFT]
    drawn = drawn_for(database, library, new)
    with database.writing() as session:
        return publish_from_folder(session, root, library, datetime.now(UTC), drawn=drawn)


@content.command()
def signer() -> None:
    """Print the key that signs versions, as a line for git's list of allowed signers."""
    from tracks.catalogue.histories import Histories

    try:
        line = Histories(load_settings().data_dir).signer.public_line
    except SigningKeyUnusable as unusable:
        click.echo(f"tracks: {unusable}", err=True)
        sys.exit(1)
    click.echo(f'* namespaces="git" {line}')


content.add_command(token)
content.add_command(export_track)
content.add_command(import_track)
content.add_command(expiring)
content.add_command(links)
