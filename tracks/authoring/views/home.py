"""Where authors begin: the tracks, their sessions and steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from content.languages import LANGUAGES
from content.model import Track
from content.problems import Problem
from tracks.authoring.queries import drafts_by_track, drafts_in
from tracks.authoring.rules import FileName, file_name
from tracks.authoring.views.desk import (
    Place,
    desk,
    opens_track,
    step_title,
    title_of,
    track_or_404,
    tracks_of,
)
from tracks.catalogue.publishing import modules_ever_published
from tracks.catalogue.rules import PHASE_NAMES
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.feedback.queries import open_counts
from tracks.i18n import N_, NEAREST
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import language

if TYPE_CHECKING:
    from tracks.authoring.views.rewriting import CannotChange


class TrackRow(NamedTuple):
    id: str
    title: str
    language: str
    sessions: list[tuple[Place, str]]  # in the same language
    drafts: int


class FileRow(NamedTuple):
    place: Place
    title: str
    is_draft: bool
    errors: int
    warnings: int


class StepRow(NamedTuple):
    id: str
    title: str
    line: int
    is_resource: bool


class ModuleView(NamedTuple):
    id: str
    title: str
    language: str  # of the title
    rows: list[FileRow]
    phases: list[tuple[str, list[StepRow]]]
    missing: list[str]  # languages of the track it has no text in
    is_published: bool
    remarks: int  # that nobody has answered
    is_for_leaders: bool


# What the track's page says after it has come back from something; ?said= names it.
SAID = {
    "made": N_("The track is begun. Now give it a session."),
    "session": N_("The session is begun: its phases are there, what is missing is what to write."),
    "moved": N_("The order is changed."),
    "renamed": N_("The short name is changed, and old links lead to the new one."),
    "session-out": N_("The session is taken out. The history keeps its texts."),
    "archived": N_(
        "The track is taken out of use. Publish it: from then on it is not offered any more, and "
        "its page names what to use instead."
    ),
    "all-in": N_("Your drafts are in the library now. Teachers see them when they are published."),
    "some-in": N_(
        "Somebody else has changed a file in the library meanwhile: that draft waits. Open it and "
        "put it into the library by itself. The others are there."
    ),
    "published": N_("It is published. Teachers see the new version from now on."),
    "taken-in": N_("What differs in the zip lies in your drafts now. Look at it, file by file."),
    "new": N_("The track from the zip is in the library now."),
    "unchanged": N_("The zip holds what is in the library already."),
}
FILMS_EMPTIED = N_(
    "What the films in the zip noted about place, time, device and program was taken out. What is "
    "seen and heard is the same."
)


@requires(Permission.WRITE_TRACKS)
def home(session: Session, actor: Actor) -> ResponseReturnValue:
    return draw_home(session, actor)


def draw_home(
    session: Session,
    actor: Actor,
    *,
    problem: str | None = None,
    problems: Sequence[Problem] = (),
    said: str | None = None,
) -> str:
    """`problem`: why what was asked for was not done; `problems`: what is wrong in a zip."""
    drafts = drafts_by_track(session, actor.person_id)
    rows = [_row(track, drafts.get(track, 0)) for track in tracks_of(session, actor)]
    return render_template(
        "authoring/home.html",
        tracks=[row for row in rows if row is not None],
        is_writable=desk().folder.is_writable,
        problem=problem,
        problems=problems,
        said=said,
        content_languages=LANGUAGES,
        typed=request.form,
    )


def _row(track: str, drafts: int) -> TrackRow | None:
    folder = desk().folder
    names = folder.texts(track)
    if not names:
        return None
    best = _best([name.language for name in names])
    mine = [name for name in names if name.language == best]
    titles = [(name, title_of(folder.text(track, name) or "", name)) for name in mine]
    own = next((title for name, title in titles if not name.is_module), track)
    sessions = [(Place(track, name), title) for name, title in titles if name.is_module]
    return TrackRow(track, own, best, sessions, drafts)


def track_title(track: str) -> tuple[str, str]:
    """And its language, the nearest to the reader's. Its id, where no text says a title."""
    folder = desk().folder
    names = {name.language: name for name in folder.texts(track) if not name.is_module}
    if not names:
        return track, ""
    best = _best(list(names))
    title = title_of(folder.text(track, names[best]) or "", names[best])
    return (title, best) if title != str(names[best]) else (track, "")


def _best(languages: list[str]) -> str:
    return next((each for each in NEAREST[language()] if each in languages), languages[0])


@opens_track()
def track_page(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return draw_track(session, actor, track_or_404(track))


def draw_track(
    session: Session,
    actor: Actor,
    track: str,
    *,
    problem: CannotChange | None = None,
) -> str:
    folder = desk().folder
    drafts = drafts_in(session, actor.person_id, track)
    checked = desk().check_or_wait(session, actor, track, drafts)
    texts = {name: folder.text(track, name) for name in folder.texts(track)}
    mine = {name: text for each, text in drafts.items() if (name := file_name(each))}
    texts = dict(sorted({**texts, **mine}.items()))
    best = _best([name.language for name in texts] or ["nb"])
    rows: dict[str, list[FileRow]] = {}
    for name, text in texts.items():
        found = checked.of_file(f"{track}/{name}")
        errors = sum(each.is_error for each in found)
        row = FileRow(
            Place(track, name),
            title_of(text or "", name),
            name in mine,
            errors,
            len(found) - errors,
        )
        rows.setdefault(name.id, []).append(row)
    own = rows.pop("", [])
    languages = [row.place.name.language for row in own]
    publisher = checked.publisher.id if checked.publisher else ""
    known = modules_ever_published(session, publisher, track)
    edition = shelf().current(session, publisher, track)
    waiting = open_counts(session, edition.track_id) if edition else {}
    return render_template(
        "authoring/track.html",
        track=track,
        title=next((r.title for r in own if r.place.name.language == best), track),
        title_language=best,
        own=own,
        modules=[
            _module(id_, each, checked.track, languages, known, waiting.get(id_, 0))
            for id_, each in rows.items()
        ],
        waiting=sum(waiting.values()),
        edition=edition,
        missing=[each for each in LANGUAGES if each not in languages],
        others=[each for each in tracks_of(session, actor) if each != track],
        drafts=len(mine),
        problem=problem,
        said=SAID.get(request.args.get("said", "")),
        also=FILMS_EMPTIED if request.args.get("films") == "emptied" else None,
        phase_names={phase.value: name for phase, name in PHASE_NAMES.items()},
        elsewhere=_elsewhere(checked.problems, texts, track),
        errors=len(checked.errors),
        typed=request.form,
        content_languages=LANGUAGES,
        is_writable=folder.is_writable,
    )


def _module(
    id_: str,
    rows: list[FileRow],
    track: Track | None,
    languages: list[str],
    known: frozenset[str],
    waiting: int,
) -> ModuleView:
    best = _best([row.place.name.language for row in rows])
    first = next(row for row in rows if row.place.name.language == best)
    there = {row.place.name.language for row in rows}
    return ModuleView(
        id_,
        first.title,
        best,
        rows,
        _steps(track, first.place.name),
        [each for each in languages if each not in there],
        id_ in known,
        waiting,
        any(m.id == id_ and m.is_for_leaders for m in track.modules) if track else False,
    )


def _steps(track: Track | None, name: FileName) -> list[tuple[str, list[StepRow]]]:
    """By phase: its letter and its steps."""
    module = next((m for m in track.modules if m.id == name.id), None) if track else None
    if module is None:
        return []
    return [
        (
            section.phase.value,
            [
                StepRow(
                    step.id,
                    step_title(step.texts[lang], step.kind, lang),
                    step.texts[lang].location.line,
                    step.is_resource,
                )
                for step in section.steps
                for lang in [
                    name.language if name.language in step.texts else next(iter(step.texts))
                ]
            ],
        )
        for section in module.sections
    ]


def _elsewhere(
    problems: tuple[Problem, ...], texts: dict[FileName, str | None], track: str
) -> list[Problem]:
    """Problems that no file of the list has: of the folder, or of library.yaml."""
    paths = {f"{track}/{name}" for name in texts}
    return [problem for problem in problems if problem.location.path not in paths]
