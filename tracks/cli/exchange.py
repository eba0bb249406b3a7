"""`tracks content export` and `import`: tracks out to other systems, and back in."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from content.checks.foundation import told_alone
from content.export.formats import FORMATS
from content.export.source import CannotExport, Source
from content.intake.archive import take_in
from content.intake.gift import read_gift
from content.model import Library, Track
from content.problems import ProblemList
from content.reading.files import read_text
from content.workers.loading import load_library
from tracks.cli.told import tell
from tracks.settings import load_settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("export")
@click.argument("track_id", metavar="TRACK")
@click.option(
    "--format", "name", type=click.Choice(list(FORMATS)), default="zip", show_default=True
)
@click.option("--library", type=_FOLDER, help="Folder; the shipped library when left out.")
@click.option("--language", help="The track's first language when left out; a zip holds all.")
@click.option("--leader", is_flag=True, help="With the leader's script (pdf).")
@click.option("--answers", is_flag=True, help="With the right answers (pdf).")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
def export_track(
    track_id: str,
    name: str,
    library: Path | None,
    language: str | None,
    leader: bool,
    answers: bool,
    output: Path | None,
) -> None:
    """Write a track in another system's format. What the format cannot say is told."""
    settings = load_settings()
    root = library or settings.library
    loaded, track = _track(root, track_id)
    language = language or track.languages[0]
    if language not in track.texts:
        _stop(f"{track_id} is written in {', '.join(track.texts)}")
    source = Source(
        root, loaded.publisher, track, language, settings.base_url.rstrip("/"), leader, answers
    )
    try:
        exported = FORMATS[name].make(source)
    except CannotExport as failure:
        _stop(str(failure))
    for problem in exported.warnings:
        tell(problem)
    place = output or Path(f"{track_id}{FORMATS[name].suffix}")
    try:
        place.write_bytes(exported.data)
    except OSError as failure:
        _stop(f"{place} cannot be written: {failure.strerror}")
    click.echo(f"{place}: {len(exported.data)} bytes")


def _track(root: Path, track_id: str) -> tuple[Library, Track]:
    loaded = load_library(root)
    problems = told_alone(loaded.problems)
    errors = [problem for problem in problems if problem.is_error]
    for problem in problems:
        if problem.is_error or problem not in loaded.problems:
            tell(problem)
    if errors or loaded.draft is None:
        _stop("nothing was exported; mend the library first")
    track = next((track for track in loaded.draft.tracks if track.id == track_id), None)
    if track is None:
        _stop(f"there is no track {track_id} in {root}")
    return loaded.draft, track


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--library", type=click.Path(file_okay=False, path_type=Path), help="For a zip.")
@click.option("--replace", is_flag=True, help="Change a track that is there already.")
@click.option("--language", default="nb", show_default=True, help="Of the questions in GIFT.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="For GIFT.")
def import_track(
    file: Path, library: Path | None, replace: bool, language: str, output: Path | None
) -> None:
    """Take a zip made by export into a library, the whole track or nothing; or turn questions in
    GIFT (.gift, .txt) into Markdown for a module."""
    if file.suffix.lower() in (".gift", ".txt"):
        _import_gift(file, language, output)
        return
    if library is None:
        _stop("say with --library where the track is to go")
    try:
        arrival = take_in(file.read_bytes(), library, replace=replace, name=file.name)
    except OSError as failure:
        _stop(f"nothing was imported: {failure.strerror}")
    for problem in arrival.problems:
        tell(problem)
    if arrival.outcome == "refused":
        _stop("nothing was imported")
    click.echo(f"{arrival.track_id}: {arrival.outcome}")


def _import_gift(file: Path, language: str, output: Path | None) -> None:
    found = ProblemList(file.name)
    text = read_text(file, found)
    taken = read_gift(text or "", language=language, name=file.name)
    for problem in (*found.found, *taken.problems):
        tell(problem)
    if text is None or any(problem.is_error for problem in taken.problems):
        _stop("nothing was imported; mend or take out these questions")
    if output is None:
        click.echo(taken.markdown, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as held:  # an author's file is never written over
            held.write(taken.markdown)
    except OSError as failure:
        _stop(f"{output} cannot be written: {failure.strerror}")
    click.echo(f"{output}: {taken.count} questions")


def _stop(reason: str) -> NoReturn:
    click.echo(f"tracks: {reason}", err=True)
    sys.exit(1)
