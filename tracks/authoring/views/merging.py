"""Two authors changed the same paragraph: both texts side by side, a choice for each."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from content.merging import Merged, Pick, merged
from tracks.authoring.actions import rebase_draft
from tracks.authoring.queries import Draft, draft_of
from tracks.authoring.rules import mark_of
from tracks.authoring.views.desk import Place, desk, opens_track, place_or_404
from tracks.db import Database, Session
from tracks.people.rules import Actor
from tracks.web.requests import now, row_id, see_other

PICKS: dict[str, Pick] = {"ours": "ours", "theirs": "theirs", "both": "both"}


@opens_track()
def merge(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    known = draft_of(session, actor.person_id, place.path)
    stands = desk().folder.text(place.track, place.name)
    if known is None or stands == known.base:
        return see_other(place.url)
    return draw(place, known, stands)


def draw(place: Place, known: Draft, stands: str | None, *, is_unfinished: bool = False) -> str:
    found = merged(known.base or "", known.text, stands or "")
    return render_template(
        "authoring/merge.html",
        place=place,
        clashes=found.clashes,
        revision=known.revision,
        stands=mark_of(stands),
        picked=request.form,
        is_unfinished=is_unfinished,
    )


@opens_track(own_transactions=True)
def put_together(database: Database, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    """Into the draft: what came of it is looked at before it is put into the library."""
    place = place_or_404(track, file)
    stands = desk().folder.text(place.track, place.name)
    known = _known(database, actor, place)
    if known is None:
        return see_other(place.url)
    found = merged(known.base or "", known.text, stands or "")
    picks = _picks(found)
    is_as_shown = (
        request.form.get("stands") == mark_of(stands)
        and request.form.get("revision", type=row_id) == known.revision
    )
    if picks is None or not is_as_shown:
        # no page is left half done: what is not decided is asked again
        return draw(place, known, stands, is_unfinished=True), 409
    with database.writing() as session:
        is_done = rebase_draft(session, actor, known, found.text(picks), stands, now())
    if not is_done:
        return see_other(f"{place.url}/merge")
    return see_other(f"{place.url}?said=merged")


def _known(database: Database, actor: Actor, place: Place) -> Draft | None:
    with database.reading() as session:
        return draft_of(session, actor.person_id, place.path)


def _picks(found: Merged) -> dict[int, Pick] | None:
    given = [PICKS.get(request.form.get(f"pick-{n}", "")) for n in range(len(found.clashes))]
    picks = {n: pick for n, pick in enumerate(given) if pick is not None}
    return picks if len(picks) == len(given) else None
