"""A track out in another system's format; what the format cannot say is told before it is
fetched."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.export.bounded import exported
from content.export.formats import FORMATS
from content.export.source import CannotExport, Exported, Source
from content.languages import LANGUAGES
from content.model import Publisher, Track
from content.problems import Location, Problem
from content.said import in_language
from content.workers.bounded import TooMuchWork
from content.workers.loading import ReadingFailed, load_library
from tracks.authoring.exporting import files_of_version, lay_out
from tracks.authoring.queries import drafts_in
from tracks.authoring.views.desk import about_library, desk, opens_track, title_of, track_or_404
from tracks.catalogue.queries import Edition
from tracks.catalogue.shelves import shelf
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, Lesson, PageError
from tracks.web.pages import gettext
from tracks.web.requests import language, new_error_id, parts

_log = logging.getLogger(__name__)


class Choice(NamedTuple):
    name: str  # message ids
    what: str


CHOICES: Final = {
    "pdf": Choice(
        N_("For printing"),
        N_("A PDF with everything teachers see, and lines to write on."),
    ),
    "thin-cartridge": Choice(
        N_("For an LMS that is connected to Learning Tracks"),
        N_("A link to each step (thin Common Cartridge). Work, scores and new versions stay here."),
    ),
    "cartridge-1.1": Choice(
        N_("For Moodle"),
        N_("A course with pages and quizzes (Common Cartridge 1.1)."),
    ),
    "cartridge": Choice(
        N_("For Canvas, Brightspace, Blackboard and others"),
        N_("A course with pages and quizzes (Common Cartridge 1.3)."),
    ),
    "olx": Choice(N_("For Open edX"), N_("A course with pages and problems (OLX).")),
    "cmi5": Choice(
        N_("For systems that take cmi5"),
        N_("Pages that tell the system how far each person is."),
    ),
    "moodle-xml": Choice(
        N_("For Moodle's question bank"),
        N_("Only the quizzes, with their pictures (Moodle XML)."),
    ),
    "qti": Choice(
        N_("For other question banks"),
        N_("Only the quizzes, with their pictures (QTI 2.1)."),
    ),
    "gift": Choice(
        N_("For small quiz tools"),
        N_("Only the quizzes, as plain text without pictures (GIFT)."),
    ),
}
WITH_ANSWERS: Final = frozenset(CHOICES) - {"pdf", "thin-cartridge"}  # else none could count them

NOT_CLEAN = N_("Something is still to be mended. No file was made.")
NOT_KEPT = N_(
    "The published version is not here as a whole. Choose what stands in the library instead."
)
OTHER_LANGUAGES = N_("This text of the track is not written in that language. Choose another one.")
_RUNS_IT = N_("If it happens again, give the error id to whoever runs Learning Tracks.")
TOO_MUCH = Lesson(
    N_("The file could not be made"),
    N_("It would have taken more time or memory than there may be. Nothing was changed."),
    N_("Make the pictures smaller, or divide the track or its longest steps. Then try again."),
    _RUNS_IT,
)
BROKE_OFF = Lesson(
    N_("The file could not be made"),
    N_("What makes it broke off: our mistake, not yours. Nothing was changed."),
    N_("Try once more, or choose another format."),
    _RUNS_IT,
)


class Loss(NamedTuple):
    """What does not come along, and all places where it is so."""

    problem: Problem
    places: list[Location]


class Asked(Struct, frozen=True):
    format: str
    language: str
    is_published: bool  # else what stands in the library
    with_leader: bool
    with_answers: bool


class Refused(Exception):
    """Why no file was made, and what is to be mended."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems


@opens_track()
def export_page(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return draw(session, actor, track_or_404(track))


def draw(
    session: Session,
    actor: Actor,
    track: str,
    *,
    asked: Asked | None = None,
    refused: Refused | None = None,
    losses: Sequence[Problem] = (),
) -> str:
    """`losses`: what will not be in the file that was asked for."""
    edition = _edition(session, track)
    folder = desk().folder
    own = [name for name in folder.texts(track) if not name.is_module]
    written = [name.language for name in own]
    published = edition.languages if edition is not None else ()
    languages = list(dict.fromkeys([*published, *written]))
    best = languages[0] if languages else ""
    title = next((title_of(folder.text(track, n) or "", n) for n in own), track)
    return render_template(
        "authoring/export.html",
        track=track,
        title=title,
        title_language=written[0] if written else None,
        choices=CHOICES,
        edition=edition,
        languages={code: LANGUAGES.get(code, code) for code in languages},
        asked=asked or Asked("pdf", best, edition is not None, False, False),
        drafts=len(drafts_in(session, actor.person_id, track)),
        refused=refused,
        losses=_by_kind(losses),
        with_answers=WITH_ANSWERS,
    )


def _by_kind(problems: Sequence[Problem]) -> list[Loss]:
    found: dict[tuple[str, str], Loss] = {}
    for problem in problems:
        loss = found.setdefault((problem.message, problem.hint), Loss(problem, []))
        loss.places.append(problem.location)
    return list(found.values())


def _edition(session: Session, track: str) -> Edition | None:
    about = about_library()
    return shelf().current(session, about.id, track) if about is not None else None


@opens_track(own_transactions=True)
def export(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    """The file; if something will not be in it, first a page that says so."""
    track_or_404(track)
    asked = _asked()
    try:
        made = _made(database, actor, track, asked)
    except Refused as refused:
        with database.reading() as session:
            return draw(session, actor, track, asked=asked, refused=refused), 422
    if made.warnings and request.form.get("go") != "fetch":
        with database.reading() as session:
            return draw(session, actor, track, asked=asked, losses=made.warnings)
    form = FORMATS[asked.format]
    response = Response(made.data, content_type=form.kind)
    name = f"{track}{form.suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked() -> Asked:
    given = request.form
    if given.get("format") not in CHOICES or given.get("of") not in ("published", "library"):
        raise PageError(400, MALFORMED)
    is_paper = given["format"] == "pdf"
    return Asked(
        given["format"],
        given.get("language", ""),
        given["of"] == "published",
        with_leader=is_paper and "leader" in given,
        with_answers=is_paper and "answers" in given,
    )


def _made(database: Database, actor: Actor, track: str, asked: Asked) -> Exported:
    """No transaction is open while it is made. Raises Refused."""
    try:
        with _source(database, actor, track, asked) as source:
            return exported(asked.format, source)
    except CannotExport as failure:
        raise Refused(in_language(failure.args[0], language())) from failure
    except TooMuchWork as failure:
        raise PageError(422, TOO_MUCH, way_on=_way_on(track)) from failure
    except ReadingFailed as failure:
        error_id = new_error_id()
        _log.exception("a track could not be exported error_id=%s", error_id)
        raise PageError(503, BROKE_OFF, error_id=error_id, way_on=_way_on(track)) from failure


def _way_on(track: str) -> tuple[str, str]:
    return f"/authoring/{track}/export", N_("Choose another format")


@contextmanager
def _source(database: Database, actor: Actor, track: str, asked: Asked) -> Iterator[Source]:
    if not asked.is_published:
        with database.reading() as session:
            checked = desk().check_or_wait(session, actor, track)
        whole = checked.publisher, checked.track
        with desk().converting(actor.person_id):
            yield _from(desk().folder.root, *whole, asked, checked.errors)
        return
    with tempfile.TemporaryDirectory(prefix="tracks-export-") as name:
        root = Path(name)
        with database.reading() as session:
            _lay_out_published(session, track, root)
        with desk().converting(actor.person_id):
            yield _read(root, track, asked)


def _lay_out_published(session: Session, track: str, root: Path) -> None:
    edition, about = _edition(session, track), about_library()
    files = (
        files_of_version(desk().histories, about.id, track, edition.version)
        if edition is not None and about is not None
        else {}
    )
    if not files:
        raise Refused(gettext(NOT_KEPT))
    lay_out(files, root)


def _read(root: Path, track: str, asked: Asked) -> Source:
    loaded = load_library(root)
    errors = [p for p in loaded.problems if p.is_error and p.location.path.startswith(f"{track}/")]
    library = loaded.draft
    found = next((t for t in library.tracks if t.id == track), None) if library else None
    return _from(root, library.publisher if library else None, found, asked, errors)


def _from(
    root: Path,
    publisher: Publisher | None,
    track: Track | None,
    asked: Asked,
    errors: Sequence[Problem],
) -> Source:
    if errors or publisher is None or track is None:
        raise Refused(gettext(NOT_CLEAN), errors)
    if asked.language not in track.texts:
        raise Refused(gettext(OTHER_LANGUAGES))
    return Source(
        root,
        publisher,
        track,
        asked.language,
        parts().settings.base_url.rstrip("/"),
        asked.with_leader,
        asked.with_answers,
    )
