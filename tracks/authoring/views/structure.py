"""New tracks, sessions and translations; other names and another order."""

from collections.abc import Mapping

from flask import abort, request
from flask.typing import ResponseReturnValue

from content.beginnings import new_module, new_track
from content.languages import LANGUAGES
from content.reading.forms import is_id
from tracks.authoring.actions import move_drafts, note_change, put_draft
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import draft_names, draft_of
from tracks.authoring.rules import (
    FileName,
    file_name,
    id_from,
    modules_of,
    with_module_moved,
    with_module_renamed,
)
from tracks.authoring.views.desk import (
    Place,
    about_library,
    changing,
    desk,
    place_or_404,
    track_or_404,
)
from tracks.authoring.views.home import draw_home, draw_track
from tracks.catalogue.publishing import modules_ever_published
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, see_other

NO_TITLE = N_("Write a title first.")
NO_ID = N_("The short name may have a-z, 0-9 and single hyphens, at most 64 characters.")
TAKEN = N_("There is something with this short name already. Choose another one.")
TOO_MANY = N_("A track has room for 999 sessions.")
FIXED = N_(
    "This session has been published: links in courses lead to its short name, so that stays for "
    "ever. Change the title instead."
)
_MOST_MODULES = 999
_MOVES = {"up": -1, "down": 1}


def _named() -> tuple[str, str]:
    """The title, and the id: the one given, else what the title gives."""
    title = " ".join(request.form.get("title", "").split())[:300]
    return title, request.form.get("id", "").strip() or id_from(title)


def _wrong_with(title: str, id_: str) -> str | None:
    if not title:
        return NO_TITLE
    return None if is_id(id_) else NO_ID


@requires(Permission.WRITE_TRACKS, own_transactions=True)
def add_track(database: Database, actor: Actor) -> ResponseReturnValue:
    title, track = _named()
    languages = [each for each in LANGUAGES if each in request.form.getlist("language")] or ["nb"]
    problem = _wrong_with(title, track)
    if problem is None:
        with changing() as folder:
            if (folder.root / track).exists():
                problem = TAKEN
            else:
                about = about_library()
                licence, name = (about.licence, about.name) if about else ("CC BY 4.0", title)
                text = new_track(title, title, languages, licence, name)
                _write(database, actor, track, {FileName(0, "", e): text for e in languages})
    if problem is not None:
        with database.reading() as session:
            return draw_home(session, actor, problem=problem), 422
    return see_other(f"/authoring/{track}?said=made")


@requires(Permission.WRITE_TRACKS, own_transactions=True)
def change_track(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    go = request.form.get("go", "")
    if go == "add":
        problem = _add_module(database, actor, track)
    elif go in _MOVES:
        problem = _rename(database, track, _MOVES[go])
    elif go == "rename":
        problem = _rename(database, track, 0)
    else:
        raise PageError(400, MALFORMED)
    if problem is not None:
        with database.reading() as session:
            return draw_track(session, actor, track, problem=problem), 422
    said = {"add": "session", "rename": "renamed"}.get(go, "moved")
    return see_other(f"/authoring/{track}?said={said}")


def _add_module(database: Database, actor: Actor, track: str) -> str | None:
    title, id_ = _named()
    problem = _wrong_with(title, id_)
    if problem is not None:
        return problem
    with changing() as folder:
        names = folder.texts(track)
        modules = modules_of(names)
        if id_ in {each for _, each in modules}:
            return TAKEN
        number = modules[-1][0] + 1 if modules else 1
        if number > _MOST_MODULES:
            return TOO_MANY
        languages = [name.language for name in names if not name.is_module] or ["nb"]
        files = {FileName(number, id_, each): new_module(title, each) for each in languages}
        _write(database, actor, track, files)
    return None


def _write(database: Database, actor: Actor, track: str, files: Mapping[FileName, str]) -> None:
    """New files. The caller holds the folder."""
    desk().folder.write(track, {str(name): text for name, text in files.items()})
    with database.writing() as session:
        for name, text in files.items():
            note_change(session, actor, f"{track}/{name}", None, text, now())


def _rename(database: Database, track: str, places: int) -> str | None:
    """Everybody's drafts go along, so that nobody writes on under a name that is gone."""
    module, new = request.form.get("module", ""), request.form.get("id", "").strip()
    with changing() as folder, database.writing() as session:
        names = _all_names(session, folder, track)
        if module not in {id_ for _, id_ in modules_of(names)}:
            abort(404)
        if places:
            changes = with_module_moved(names, module, places)
        else:
            problem = _wrong_with_new_id(session, names, track, module, new)
            if problem is not None:
                return problem
            changes = with_module_renamed(names, module, new)
        _move_files(folder, track, changes)
        move_drafts(session, {f"{track}/{old}": f"{track}/{to}" for old, to in changes.items()})
    return None


def _all_names(session: Session, folder: LibraryFolder, track: str) -> list[FileName]:
    drafts = (file_name(name) for name in draft_names(session, track))
    return sorted({*folder.texts(track), *(name for name in drafts if name is not None)})


def _wrong_with_new_id(
    session: Session, names: list[FileName], track: str, module: str, new: str
) -> str | None:
    about = about_library()
    if not is_id(new):
        return NO_ID
    if about is not None and module in modules_ever_published(session, about.id, track):
        return FIXED
    return TAKEN if new in {id_ for _, id_ in modules_of(names)} else None


def _move_files(folder: LibraryFolder, track: str, changes: Mapping[FileName, FileName]) -> None:
    files: dict[str, bytes | str | None] = {}
    for old in changes:
        files[str(old)] = None
    for old, new in changes.items():
        data = folder.file(track, str(old))
        if data is not None:
            files[str(new)] = data
    folder.write(track, dict(files.items()))


@requires(Permission.WRITE_TRACKS)
def translate(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    """The text in its first language as a draft of the file that is missing."""
    place = place_or_404(track, file)
    folder = desk().folder
    same = [name for name in folder.texts(track) if name.id == place.name.id]
    source = next((name for name in same if name.number == place.name.number), None)
    if source is None:
        abort(404)
    is_there = folder.text(track, place.name) is not None
    if not is_there and draft_of(session, actor.person_id, place.path) is None:
        text = folder.text(track, source) or ""
        put_draft(session, actor, place.path, text, None, now())
    return see_other(Place(track, place.name).url)
