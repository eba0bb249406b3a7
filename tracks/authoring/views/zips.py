"""A track out as a zip, and in again: a new one into the library, a changed one into drafts."""

import logging
import tempfile
from io import SEEK_END
from pathlib import Path
from typing import IO, NamedTuple

from flask import Response, request
from flask.typing import ResponseReturnValue

from content.export.archive import archive_of, track_files
from content.intake.archive import Arrival, take_in
from content.intake.unpacking import NoRoom
from content.problems import Location, Problem
from content.workers.loading import ReadingFailed
from tracks.authoring.actions import note_change, own_track, put_draft
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import draft_of, standing_of
from tracks.authoring.rules import Standing, file_name, normal
from tracks.authoring.views.desk import NOT_WRITABLE, changing, desk, opens_track, track_or_404
from tracks.authoring.views.home import draw_home
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import Lesson, PageError
from tracks.web.pages import gettext
from tracks.web.requests import LARGEST_REQUEST, new_error_id, now, see_other

_log = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
LARGEST_MB = 100  # the page with the form says so
NO_FILE = N_("Choose a zip first.")
REFUSED = N_("Nothing was taken in. Mend this in the zip, then send it again:")
BROKE_OFF = Lesson(
    N_("The zip could not be checked"),
    N_("What reads tracks here broke off: our mistake, not yours. Nothing was taken in."),
    N_("Send it once more."),
    N_("If it happens again, give the error id to whoever runs Learning Tracks."),
)
OWN_DRAFTS = N_(
    "You have drafts of this track, and the zip would take their place. Put them into the library "
    "or throw them away first."
)
TOO_LARGE = N_(
    "The zip has %(mb)s MB, and %(most_mb)s MB is the most that is taken in here. Make pictures "
    "and films smaller, or link to them."
)


@opens_track()
def out(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    data = archive_of(desk().folder.root, track_or_404(track))
    response = Response(data, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{track}.zip"'
    return response


# what is a little larger is read all the same, so that the page can say by how much
@requires(Permission.WRITE_TRACKS, own_transactions=True, most_bytes=LARGEST_REQUEST)
def in_again(database: Database, actor: Actor) -> ResponseReturnValue:
    given = request.files.get("zip")
    # it lies in a file, as all that is large and sent
    size = given.stream.seek(0, SEEK_END) if given is not None else 0
    if given is None or not size:
        with database.reading() as session:
            return draw_home(session, actor, problem=NO_FILE), 422
    if size > LARGEST_MB * MEGABYTE:
        mb = -(-size // MEGABYTE)
        with database.reading() as session:
            said = gettext(TOO_LARGE, mb=mb, most_mb=LARGEST_MB)
            return draw_home(session, actor, problem=said), 422
    with tempfile.TemporaryDirectory(prefix="tracks-zip-") as name:
        staged = Path(name)
        arrival = _arrived(given.stream, staged)
        if arrival.outcome == "refused":
            with database.reading() as session:
                page = draw_home(session, actor, problem=REFUSED, problems=arrival.problems)
                return page, 422
        track = arrival.track_id
        with changing() as folder, database.writing() as session:
            if track not in folder.tracks():
                _take(session, actor, folder, staged / track, track)
                own_track(session, actor.municipality_id, track, now())
                outcome = Outcome("new")
            elif standing_of(session, actor, track) is Standing.FOREIGN:
                outcome = Outcome(problem=NAME_TAKEN)
            else:
                outcome = _compare(session, actor, folder, staged / track, track)
    if outcome.said:
        emptied = "&films=emptied" if arrival.emptied else ""
        return see_other(f"/authoring/{track}?said={outcome.said}{emptied}")
    with database.reading() as session:
        page = draw_home(session, actor, problem=outcome.problem, problems=outcome.problems)
        return page, 422


def _arrived(zipped: IO[bytes], staged: Path) -> Arrival:
    try:
        return take_in(zipped, staged, empties_films=True)
    except ReadingFailed as failure:
        error_id = new_error_id()
        _log.exception("a zip could not be checked error_id=%s", error_id)
        raise PageError(500, BROKE_OFF, error_id=error_id) from failure
    except NoRoom as failure:
        raise PageError(503, NOT_WRITABLE) from failure


NAME_TAKEN = N_(
    "Another municipality has a track with this short name. Give yours another one in the zip, or "
    "ask them for an invitation."
)


class Outcome(NamedTuple):
    said: str = ""  # of the track's page; "" if nothing was done
    problem: str = ""  # message id
    problems: tuple[Problem, ...] = ()


def _take(session: Session, actor: Actor, folder: LibraryFolder, staged: Path, track: str) -> None:
    names = track_files(staged)
    folder.write(track, {name: staged / name for name in names})
    for each in folder.texts(track):
        note_change(session, actor, f"{track}/{each}", None, folder.text(track, each), now())


def _compare(
    session: Session, actor: Actor, folder: LibraryFolder, staged: Path, track: str
) -> Outcome:
    """Texts that differ become drafts, files that are not there yet are added. Nothing of the
    library changes its content."""
    names = track_files(staged)
    new: dict[str, Path] = {}
    for name in names:
        if not name.startswith("media/"):
            continue
        there = folder.file(track, name)
        if there is None:
            new[name] = staged / name
        elif there != (staged / name).read_bytes():
            message = gettext("The library has another file called %(path)s.", path=name)
            hint = gettext("Give the file another name, and change the texts that show it.")
            taken = Problem("file-taken", Location(f"{track}/{name}", 1), message, hint)
            return Outcome(problem=REFUSED, problems=(taken,))
    texts = {}
    for name in names:
        if file_name(name) is None:
            continue
        text = normal((staged / name).read_bytes().decode("utf-8-sig", "replace"))
        stands = folder.text(track, name)
        if text != stands:
            texts[name] = (text, stands)
    if any(draft_of(session, actor.person_id, f"{track}/{name}") for name in texts):
        return Outcome(problem=OWN_DRAFTS)
    folder.write(track, new)
    for name, (text, stands) in texts.items():
        put_draft(session, actor, f"{track}/{name}", text, stands, now())
    return Outcome("taken-in" if texts or new else "unchanged")
