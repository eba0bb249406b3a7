"""Where authors begin: the tracks, their sessions and steps."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from content.model import Track
from content.problems import Problem
from tracks.authoring.queries import drafts_by_track, drafts_in
from tracks.authoring.rules import FileName
from tracks.authoring.views.desk import Place, desk, title_of, track_or_404
from tracks.db import Session
from tracks.i18n import NEAREST
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import language


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


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/authoring", "home", home)
    pages.add_url_rule("/authoring/<track>", "track", track_page)


@requires(Permission.WRITE_TRACKS)
def home(session: Session, actor: Actor) -> ResponseReturnValue:
    drafts = drafts_by_track(session, actor.person_id)
    rows = [_row(track, drafts.get(track, 0)) for track in desk().folder.tracks()]
    return render_template(
        "authoring/home.html",
        tracks=[row for row in rows if row is not None],
        is_writable=desk().folder.is_writable,
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


def _best(languages: list[str]) -> str:
    return next((each for each in NEAREST[language()] if each in languages), languages[0])


@requires(Permission.WRITE_TRACKS)
def track_page(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return draw_track(session, actor, track_or_404(track))


def draw_track(
    session: Session, actor: Actor, track: str, *, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    folder = desk().folder
    drafts = drafts_in(session, actor.person_id, track)
    checked = desk().check_or_wait(actor.person_id, track, drafts)
    texts = {
        name: drafts.get(str(name)) or folder.text(track, name) for name in folder.texts(track)
    }
    best = _best([name.language for name in texts] or ["nb"])
    modules: dict[tuple[int, str], list[FileRow]] = {}
    own: list[FileRow] = []
    for name, text in texts.items():
        place = Place(track, name)
        found = checked.of_file(place.path)
        errors = sum(each.is_error for each in found)
        title = title_of(text or "", name)
        row = FileRow(place, title, str(name) in drafts, errors, len(found) - errors)
        (modules.setdefault((name.number, name.id), []) if name.is_module else own).append(row)
    page = render_template(
        "authoring/track.html",
        track=track,
        title=next((r.title for r in own if r.place.name.language == best), track),
        title_language=best,
        own=own,
        modules=[(rows, _steps(checked.track, rows[0].place.name)) for rows in modules.values()],
        best=best,
        drafts=len(drafts),
        problem=problem,
        elsewhere=_elsewhere(checked.problems, texts, track),
        errors=len(checked.errors),
    )
    return page, status


def _steps(track: Track | None, name: FileName) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """By phase: its letter, and of each step its id, its title and its line."""
    module = next((m for m in track.modules if m.id == name.id), None) if track else None
    if module is None:
        return []
    return [
        (
            section.phase.value,
            [
                (step.id, text.title, text.location.line)
                for step in section.steps
                for text in [step.texts.get(name.language) or next(iter(step.texts.values()))]
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
