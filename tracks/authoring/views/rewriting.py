"""Changes of several texts of the library at once, for moving, renaming and taking out: all of them
or none, and never over the author's own drafts."""

from collections.abc import Collection, Mapping

from content.arranging import borrows, with_address, with_entry, with_retired
from content.front_matter_writing import CannotWrite as UnreadableHead
from tracks.authoring.actions import note_change
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import draft_of, foreign_tracks
from tracks.authoring.rules import file_name
from tracks.authoring.views.desk import about_library
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.requests import now

Changes = dict[str, str | None]  # path in the library -> the text from now on; None: taken away
NO_ID = N_("The short name may have a-z, 0-9 and single hyphens, at most 64 characters.")
TAKEN = N_("There is something with this short name already. Choose another one.")
NO_PLACE = N_("There is no place there. Nothing was changed.")
NO_SUCH_PHASE = N_("The session does not have that phase in every language. Nothing was changed.")
NO_SUCH_LANGUAGE = N_("The other session lacks a language that this one has. Translate it first.")
HEAD_UNREADABLE = N_("What stands at the top of the file cannot be read. Mend that first.")
OWN_DRAFT = N_(
    "You have a draft of a file that this would change. Put it into the library or throw it away "
    "first:"
)
BORROWED = N_(
    "This is borrowed elsewhere, and would leave a hole there. Choose what takes its place, or "
    "take it out of these texts first:"
)
BORROWED_BY_OTHERS = N_(
    "This is borrowed in a track of another municipality, and would leave a hole there. Choose "
    "what takes its place, or ask whoever runs Learning Tracks here."
)


class CannotChange(Exception):
    """Why nothing was changed: a message id, and the files it is about."""

    def __init__(self, message: str, paths: list[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.paths = paths or []


def borrowed(session: Session, actor: Actor, paths: Collection[str]) -> CannotChange:
    """Of tracks that are not shown to the author it is only said that there are some."""
    foreign = foreign_tracks(session, actor)
    told = sorted(path for path in paths if path.partition("/")[0] not in foreign)
    return CannotChange(BORROWED if len(told) == len(paths) else BORROWED_BY_OTHERS, told)


def is_published(
    session: Session, track: str, module: str, step: str, *, alone: bool = False
) -> bool:
    """Teachers know this id; `alone`: as that of a resource."""
    about = about_library()
    edition = shelf().current(session, about.id, track) if about is not None else None
    outline = edition.by_slug.get((module, step)) if edition is not None else None
    return outline is not None and (outline.is_resource or not alone)


def entered(text: str, key: str, old: str, value: str | None, *, wanted: bool = True) -> str:
    try:
        return with_entry(text, key, old, value) if wanted else text
    except UnreadableHead as failure:
        raise CannotChange(HEAD_UNREADABLE) from failure


def retired(text: str, id_: str, instead: str, *, is_known: bool) -> str:
    try:
        return with_retired(text, id_, instead, is_known=is_known)
    except UnreadableHead as failure:
        raise CannotChange(HEAD_UNREADABLE) from failure


def readdressed(
    folder: LibraryFolder, old: str, new: str, changes: Mapping[str, str | None]
) -> Changes:
    """All other texts of the library that borrow what stood at that address."""
    found: Changes = {}
    for track in folder.tracks():
        for name in folder.texts(track):
            path, text = f"{track}/{name}", folder.text(track, name) or ""
            if path not in changes and borrows(text, old):
                found[path] = with_address(text, old, new)
    return found


def readdressed_in(changes: Mapping[str, str | None], old: str, new: str) -> Changes:
    return {
        p: None if text is None else with_address(text, old, new) for p, text in changes.items()
    }


def write_all(
    session: Session, actor: Actor, folder: LibraryFolder, changes: Changes, note: str
) -> Changes:
    """All of them or none; what stood there before. The caller holds the folder. Raises
    CannotChange for the author's own drafts: they would have to be put together with a text that
    has been turned around."""
    before = {path: _text_at(folder, path) for path in changes}
    changed = {path: text for path, text in changes.items() if text != before[path]}
    own = [path for path in changed if draft_of(session, actor.person_id, path) is not None]
    if own:
        raise CannotChange(OWN_DRAFT, sorted(own))
    done: Changes = {}
    try:
        for path, text in changed.items():
            track, _, name = path.partition("/")
            folder.write(track, {name: text})
            done[path] = text
        for path, text in changed.items():
            note_change(session, actor, path, before[path], text, now(), note)
    except BaseException:
        put_back(folder, {path: before[path] for path in done})
        raise
    return {path: before[path] for path in changed}


def put_back(folder: LibraryFolder, before: Changes) -> None:
    for path, text in before.items():
        track, _, name = path.partition("/")
        folder.write(track, {name: text})


def _text_at(folder: LibraryFolder, path: str) -> str | None:
    track, _, name = path.partition("/")
    known = file_name(name)
    return folder.text(track, known) if known is not None else None
