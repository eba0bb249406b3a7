"""Our own zip in: the whole track or nothing."""

from __future__ import annotations

import filecmp
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, Literal

import msgspec
from msgspec import Struct

from content.checks import films
from content.checks.foundation import told_alone
from content.export.archive import LIBRARY_FILE, track_files
from content.films import NoFilm, notes_of, without_notes
from content.ids import is_id
from content.intake.unpacking import BadArchive, unpack
from content.media import media_path
from content.problems import Location, Problem
from content.said import Said, say
from content.workers.loading import load_library

Outcome = Literal["new", "replaced", "unchanged", "refused"]
_HINT = "Make the zip with `tracks content export`, or zip a library's library.yaml and one track."

_OF_OTHERS: Final = frozenset(("include-missing", "replacement-missing"))


class Arrival(Struct, frozen=True):
    track_id: str  # "" if the zip does not say
    outcome: Outcome
    problems: tuple[Problem, ...]
    emptied: tuple[str, ...] = ()  # films whose notes were taken out: their paths in the zip


def take_in(
    zipped: bytes | IO[bytes],
    library: Path,
    *,
    replace: bool = False,
    name: str = "zip",
    empties_films: bool = False,
) -> Arrival:
    """Puts the track into the library, which may be an empty folder. A track of that id which
    differs stays as it is unless `replace`. Its bytes stay the same, but for notes in films, if
    they are to be emptied. Raises ReadingFailed or NoRoom, and has then put nothing there."""
    # beside the tracks, so that moving into place is one step; the loader passes over dots
    with _there(library), _staging(library) as staging:
        try:
            whole = io.BytesIO(zipped) if isinstance(zipped, bytes) else zipped
            paths = unpack(whole, staging, _track_id)
        except BadArchive as bad:
            told = Problem(bad.code, Location(name, 1), bad.args[0], _HINT)
            return Arrival("", "refused", (told,))
        track_id = _track_id(paths)
        emptied = tuple(p for p in paths if _emptied(staging, p)) if empties_films else ()
        problems = load_library(staging).problems
        problems = _alone(told_alone(problems), track_id)
        if any(problem.is_error for problem in problems):
            return Arrival(track_id, "refused", problems)
        target = library / track_id
        if target.exists() or target.is_symlink():
            if _same(staging / track_id, target):
                return Arrival(track_id, "unchanged", problems, emptied)
            if not replace or target.is_symlink() or not target.is_dir():
                return Arrival(track_id, "refused", (*problems, _taken(name, track_id)))
        return Arrival(track_id, _move_in(staging, library, track_id), problems, emptied)


@contextmanager
def _there(library: Path) -> Iterator[None]:
    """What was not there before, and is empty still, goes again."""
    was_there = library.exists()
    library.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):
                library.rmdir()


@contextmanager
def _staging(library: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".incoming-", dir=library))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _track_id(files: Sequence[str]) -> str:
    """Of the one folder in the zip, which holds nothing but a track."""
    folders = {name.split("/")[0] for name in files if "/" in name}
    if len(folders) != 1 or LIBRARY_FILE not in files:
        raise BadArchive(
            "zip-content",
            say(
                "the zip must hold {library_file} and one track's folder", library_file=LIBRARY_FILE
            ),
        )
    track_id = folders.pop()
    if not is_id(track_id):
        raise BadArchive(
            "zip-content", say("{track_id!r} cannot be the id of a track", track_id=track_id[:80])
        )
    for path in files:
        inside = path.removeprefix(f"{track_id}/")
        is_text = "/" not in inside and inside.endswith(".md") and not inside.startswith(".")
        if path != LIBRARY_FILE and not (is_text or media_path(inside)):
            raise BadArchive(
                "zip-content", say("{path!r} does not belong to a track", path=path[:80])
            )
    return track_id


def _emptied(staging: Path, path: str) -> bool:
    """Whether it was a film with notes."""
    if not films.is_film(path.partition("/")[2]):
        return False
    data = (staging / path).read_bytes()
    kept = data
    if notes_of(data):
        with suppress(NoFilm):  # then the check tells what is in it
            kept = without_notes(data)
            (staging / path).write_bytes(kept)
    return kept != data


def _alone(problems: Iterable[Problem], track_id: str) -> tuple[Problem, ...]:
    """What it borrows from another track, or names as its replacement, may be where it comes to:
    the check of the library there says so."""

    def is_elsewhere(problem: Problem) -> bool:
        values = problem.message.values if isinstance(problem.message, Said) else {}
        return str(values.get("wanted", track_id)).split("/")[0] != track_id

    return tuple(
        msgspec.structs.replace(each, level="warning")
        if each.code in _OF_OTHERS and is_elsewhere(each)
        else each
        for each in problems
    )


def _same(one: Path, other: Path) -> bool:
    names = track_files(one)
    return names == track_files(other) and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names
    )


def _move_in(staging: Path, library: Path, track_id: str) -> Outcome:
    target, before = library / track_id, staging / ".before"
    is_there = target.exists()
    if is_there:
        target.rename(before)
    try:
        (staging / track_id).rename(target)
    except OSError:
        if is_there:
            before.rename(target)
        raise
    if not (library / LIBRARY_FILE).exists():
        (staging / LIBRARY_FILE).rename(library / LIBRARY_FILE)
    return "replaced" if is_there else "new"


def _taken(name: str, track_id: str) -> Problem:
    message = say("the library has another track {track_id!r}", track_id=track_id)
    return Problem("track-taken", Location(name, 1), message, "Import with --replace to change it.")
