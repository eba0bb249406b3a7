"""What stood in a file before, what a draft changes, and an old text back as a draft."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from tracks.authoring.actions import put_draft
from tracks.authoring.queries import changes_of, draft_of
from tracks.authoring.rules import hunks
from tracks.authoring.views.desk import desk, opens_track, place_or_404
from tracks.db import Session
from tracks.i18n import clock, day
from tracks.people.rules import Actor
from tracks.web.pages import gettext
from tracks.web.requests import language, now, see_other


@opens_track()
def history(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    changes = changes_of(session, place.path)
    if not changes and desk().folder.text(track, place.name) is None:
        abort(404)
    return render_template("authoring/history.html", place=place, changes=changes)


@opens_track()
def own_changes(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    """The draft beside the library."""
    place = place_or_404(track, file)
    known = draft_of(session, actor.person_id, place.path) or abort(404)
    library = desk().folder.text(track, place.name)
    return render_template(
        "authoring/state.html",
        place=place,
        title=gettext("What my draft changes"),
        change=None,
        hunks=hunks(library or "", known.text),
    )


@opens_track()
def state(
    session: Session, actor: Actor, track: str, file: str, change: int
) -> ResponseReturnValue:
    """One change: what it did, and what has been changed since."""
    place = place_or_404(track, file)
    changes = changes_of(session, place.path)
    at = next((n for n, each in enumerate(changes) if each.id == change), None)
    if at is None:
        abort(404)
    this = changes[at]
    before = changes[at + 1].text if at + 1 < len(changes) else None
    # The oldest that is known, of nobody here: what was before it is not.
    is_a_change = this.person_id is not None or at + 1 < len(changes)
    today = desk().folder.text(track, place.name) or ""
    when = f"{day(this.saved_at, language())} {clock(this.saved_at, language())}"
    return render_template(
        "authoring/state.html",
        place=place,
        title=when,
        change=this,
        is_a_change=is_a_change,
        hunks=hunks(before or "", this.text or "") if is_a_change else [],
        to_today=hunks(today, this.text or ""),
        has_draft=draft_of(session, actor.person_id, place.path) is not None,
    )


@opens_track()
def restore(
    session: Session, actor: Actor, track: str, file: str, change: int
) -> ResponseReturnValue:
    """Into a draft: the library changes when its author has looked at it."""
    place = place_or_404(track, file)
    found = next((each for each in changes_of(session, place.path) if each.id == change), None)
    if found is None or found.text is None:
        abort(404)
    if draft_of(session, actor.person_id, place.path) is not None:
        return see_other(f"{place.url}/history/{change}")  # it says what to do with the draft
    library = desk().folder.text(track, place.name)
    put_draft(session, actor, place.path, found.text, library, now())
    return see_other(f"{place.url}?said=restored")
