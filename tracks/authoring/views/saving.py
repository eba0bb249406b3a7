"""A draft into the library. Whatever stands there by then, nothing of either text is lost."""

import re
from enum import Enum, auto
from typing import Literal

from flask import request
from flask.typing import ResponseReturnValue

from content.merging import merged
from content.model import Phase
from tracks.authoring.actions import drop_draft, note_change, rebase_draft
from tracks.authoring.folder import CannotWrite
from tracks.authoring.queries import Draft, draft_of, drafts_in
from tracks.authoring.rules import file_name
from tracks.authoring.views.desk import NOT_WRITABLE, Place, desk
from tracks.db import Database, Session
from tracks.people.rules import Actor
from tracks.web.errors import PageError
from tracks.web.requests import now, see_other

LONGEST_NOTE = 200


class _Put(Enum):
    IN_LIBRARY = auto()


IN_LIBRARY = _Put.IN_LIBRARY
_PHASE = re.compile(r"^##[ \t][^\n]*?\{[^{}\n]*phase=([A-D])\b", re.MULTILINE)


def to_library(
    database: Database, actor: Actor, place: Place, known: Draft | None
) -> ResponseReturnValue:
    """Straight in, if nobody else has been there; else the merge, for its author to look at."""
    if known is None:
        return see_other(f"{place.url}?said=same")
    try:
        stands = _put_in(database, actor, place, known)
    except CannotWrite as failure:
        raise PageError(503, NOT_WRITABLE, kept=known.text) from failure
    if stands is IN_LIBRARY:
        return see_other(f"{place.url}?said=library")
    found = merged(known.base or "", known.text, stands or "")
    if found.clashes:
        return see_other(f"{place.url}/merge")
    with database.writing() as session:
        if not rebase_draft(session, actor, known, found.text(), stands, now()):
            return see_other(f"{place.url}/merge")
    return see_other(f"{place.url}?said=merged")


def all_to_library(database: Database, actor: Actor, track: str) -> bool:
    """Every draft this person has in the track. False: some wait, since somebody else has put
    another text there meanwhile; each is looked at by itself."""
    with database.reading() as session:
        paths = [f"{track}/{name}" for name in sorted(drafts_in(session, actor.person_id, track))]
        drafts = [draft_of(session, actor.person_id, path) for path in paths]
    is_all_in = True
    try:
        for known in drafts:
            name = file_name(known.path.partition("/")[2]) if known is not None else None
            if known is not None and name is not None:
                put = _put_in(database, actor, Place(track, name), known)
                is_all_in = is_all_in and put is IN_LIBRARY
    except CannotWrite as failure:
        raise PageError(503, NOT_WRITABLE) from failure
    return is_all_in


def _put_in(
    database: Database, actor: Actor, place: Place, known: Draft
) -> str | Literal[_Put.IN_LIBRARY] | None:
    """What stands there if somebody else has been there; then nothing is done."""
    folder = desk().folder
    with folder.locked():
        stands = folder.text(place.track, place.name)
        if stands not in (known.base, known.text):
            return stands
        folder.write(place.track, {str(place.name): known.text})
        # the file first: if what follows fails the draft is there still, and the same
        with database.writing() as session:
            note = " ".join(request.form.get("note", "").split())[:LONGEST_NOTE]
            note_change(session, actor, place.path, stands, known.text, now(), note)
            _put_away(session, actor, known)
    return IN_LIBRARY


def _put_away(session: Session, actor: Actor, known: Draft) -> None:
    if drop_draft(session, actor.person_id, known.path, known.revision):
        return
    # another tab has gone on writing meanwhile: from now on on top of what was put in
    newer = draft_of(session, actor.person_id, known.path)
    if newer is not None:
        rebase_draft(session, actor, newer, newer.text, known.text, now())


def with_piece(text: str, new: str, phase: Phase | None) -> str:
    """At the end of that phase; at the end of the text if it has none, or for None."""
    marks = list(_PHASE.finditer(text))
    at = len(text)
    for n, mark in enumerate(marks):
        if phase is not None and mark[1] == phase.value and n + 1 < len(marks):
            at = marks[n + 1].start()
    before, after = text[:at].rstrip("\n"), text[at:].lstrip("\n")
    apart = "\n\n" if before else ""
    return f"{before}{apart}{new}" + (f"\n{after}" if after else "")
