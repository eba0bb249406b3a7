"""New tracks, sessions and translations; other names and another order."""

from collections.abc import Mapping

from flask import abort, request
from flask.typing import ResponseReturnValue

from content.beginnings import new_module, new_track
from content.front_matter_writing import CannotWrite as UnreadableHead
from content.front_matter_writing import with_values
from content.ids import is_id
from content.languages import LANGUAGES
from content.model import Lifecycle
from tracks.authoring.actions import move_drafts, note_change, own_track
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import draft_names
from tracks.authoring.rules import (
    FileName,
    file_name,
    id_from,
    modules_of,
    with_module_moved,
    with_module_renamed,
)
from tracks.authoring.views.desk import (
    about_library,
    changing,
    desk,
    opens_track,
    track_or_404,
    tracks_of,
)
from tracks.authoring.views.home import draw_home, draw_track
from tracks.authoring.views.rewriting import (
    HEAD_UNREADABLE,
    NO_ID,
    NO_PLACE,
    TAKEN,
    CannotChange,
    Changes,
    borrowed,
    entered,
    put_back,
    readdressed,
    retired,
    write_all,
)
from tracks.authoring.views.saving import all_to_library
from tracks.catalogue.publishing import modules_ever_published
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import now, see_other

NO_TITLE = N_("Write a title first.")
TOO_MANY = N_("A track has room for 999 sessions.")
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
                with database.writing() as session:
                    own_track(session, actor.municipality_id, track, now())
    if problem is not None:
        with database.reading() as session:
            return draw_home(session, actor, problem=problem), 422
    return see_other(f"/authoring/{track}?said=made")


@opens_track(own_transactions=True)
def change_track(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    go = request.form.get("go", "")
    if go == "add":
        problem = _add_module(database, actor, track)
    elif go in _MOVES:
        problem = _move(database, track, _MOVES[go])
    elif go == "put-in":
        said = "all-in" if all_to_library(database, actor, track) else "some-in"
        back = "/publish" if request.form.get("back") == "publish" else ""
        return see_other(f"/authoring/{track}{back}?said={said}")
    elif go in ("rename", "out", "archive"):
        return _refused_or_done(database, actor, track, go)
    else:
        raise PageError(400, MALFORMED)
    if problem is not None:
        with database.reading() as session:
            return draw_track(session, actor, track, problem=CannotChange(problem)), 422
    said = "session" if go == "add" else "moved"
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


def _move(database: Database, track: str, places: int) -> str | None:
    """Everybody's drafts go along, so that nobody writes on under a name that is gone."""
    module = request.form.get("module", "")
    with changing() as folder, database.writing() as session:
        names = _all_names(session, folder, track)
        _there_or_404(names, module)
        _move_files(session, folder, track, with_module_moved(names, module, places))
    return None


def _there_or_404(names: list[FileName], module: str) -> None:
    if module not in {id_ for _, id_ in modules_of(names)}:
        abort(404)


def _refused_or_done(database: Database, actor: Actor, track: str, go: str) -> ResponseReturnValue:
    done = {"rename": _rename, "out": _take_out, "archive": _archive}[go]
    try:
        with changing() as folder, database.writing() as session:
            done(session, actor, folder, track)
    except CannotChange as refused:
        with database.reading() as session:
            return draw_track(session, actor, track, problem=refused), 422
    said = {"rename": "renamed", "out": "session-out", "archive": "archived"}[go]
    return see_other(f"/authoring/{track}?said={said}")


def _rename(session: Session, actor: Actor, folder: LibraryFolder, track: str) -> None:
    """What teachers know leaves its old name behind, which leads to the new one."""
    module, new = request.form.get("module", ""), request.form.get("id", "").strip()
    names = _all_names(session, folder, track)
    _there_or_404(names, module)
    if not is_id(new):
        raise CannotChange(NO_ID)
    if new in {id_ for _, id_ in modules_of(names)}:
        raise CannotChange(TAKEN)
    changes: Changes = {}
    if _was_published(session, track, module):
        for path, text in _about(folder, track).items():
            changes[path] = entered(entered(text, "renamed", new, None), "renamed", module, new)
    old_address, address = f"{track}/{module}", f"{track}/{new}"
    changes = {**readdressed(folder, old_address, address, changes), **changes}
    before = write_all(session, actor, folder, changes, gettext("Renamed: %(name)s", name=new))
    try:
        _move_files(session, folder, track, with_module_renamed(names, module, new))
    except BaseException:
        put_back(folder, before)
        raise


def _was_published(session: Session, track: str, module: str) -> bool:
    about = about_library()
    return about is not None and module in modules_ever_published(session, about.id, track)


def _about(folder: LibraryFolder, track: str) -> dict[str, str]:
    """The track's own file in each language, by its path."""
    names = [name for name in folder.texts(track) if not name.is_module]
    return {f"{track}/{name}": folder.text(track, name) or "" for name in names}


def _take_out(session: Session, actor: Actor, folder: LibraryFolder, track: str) -> None:
    """A session: its files go, the history keeps their texts."""
    module, instead = request.form.get("module", ""), request.form.get("instead", "")
    names = folder.texts(track)
    _there_or_404(names, module)
    others = {f"{track}/{id_}" for _, id_ in modules_of(names) if id_ != module}
    if instead and instead not in others:
        raise CannotChange(NO_PLACE)
    changes: Changes = {f"{track}/{name}": None for name in names if name.id == module}
    borrowers = readdressed(folder, f"{track}/{module}", instead, changes)
    if borrowers:
        raise borrowed(session, actor, borrowers)
    is_known = _was_published(session, track, module)
    for path, text in _about(folder, track).items():
        after = retired(text, module, instead, is_known=is_known)
        if after != text:
            changes[path] = after
    write_all(session, actor, folder, changes, gettext("Taken out: %(name)s", name=module))


def _archive(session: Session, actor: Actor, folder: LibraryFolder, track: str) -> None:
    """The whole track; it is not offered any more from its next version on."""
    instead = request.form.get("instead", "")
    if instead and (instead == track or instead not in tracks_of(session, actor)):
        raise CannotChange(NO_PLACE)
    changes: Changes = {}
    for path, text in _about(folder, track).items():
        values = {"lifecycle": Lifecycle.ARCHIVED.value, "replaced-by": instead or None}
        try:
            changes[path] = with_values(text, values)
        except UnreadableHead as failure:
            raise CannotChange(HEAD_UNREADABLE) from failure
    note = gettext("Taken out of use")
    write_all(session, actor, folder, changes, note)


def _all_names(session: Session, folder: LibraryFolder, track: str) -> list[FileName]:
    drafts = (file_name(name) for name in draft_names(session, track))
    return sorted({*folder.texts(track), *(name for name in drafts if name is not None)})


def _move_files(
    session: Session, folder: LibraryFolder, track: str, changes: Mapping[FileName, FileName]
) -> None:
    files: dict[str, bytes | str | None] = {}
    for old in changes:
        files[str(old)] = None
    for old, new in changes.items():
        data = folder.file(track, str(old))
        if data is not None:
            files[str(new)] = data
    folder.write(track, dict(files.items()))
    move_drafts(session, {f"{track}/{old}": f"{track}/{new}" for old, new in changes.items()})
