"""Whose a track is, and authors of other municipalities who write in it (S-02, ADR 0046)."""

from typing import Final

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.authoring.actions import end_co_author, invite_co_author, join_track, leave_track
from tracks.authoring.queries import co_authors, contributors, owner_name, standing_of
from tracks.authoring.rules import Standing
from tracks.authoring.views.desk import opens_track, track_or_404
from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.codes import Invitation, may_try, note_wrong_code
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, NOT_ALLOWED, PageError
from tracks.web.requests import now, parts, row_id, see_other

TOO_MANY_CODES: Final = N_("That were too many codes. Wait an hour, then try again.")
WRONG_CODE: Final = N_("This code opens nothing: it is mistyped, used already or too old.")


@opens_track()
def people(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return _people(session, actor, track_or_404(track))


@opens_track()
def change_people(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    found, go = standing_of(session, actor, track), request.form.get("go")
    if go == "leave" and found is Standing.CO_AUTHOR:
        leave_track(session, actor, track, now())
        return see_other("/authoring")
    if go not in ("invite", "end"):
        raise PageError(400, MALFORMED)
    if found is not Standing.OWN:
        raise PageError(403, NOT_ALLOWED)
    if go == "invite":
        made = invite_co_author(session, actor, track, now())
        return _people(session, actor, track, made=made)
    person_id = request.form.get("person", type=row_id)
    if person_id is None or not end_co_author(
        session, actor.municipality_id, track, person_id, actor.person_id, now()
    ):
        abort(404)
    return see_other(f"/authoring/{track}/people")


def _people(session: Session, actor: Actor, track: str, *, made: Invitation | None = None) -> str:
    found = standing_of(session, actor, track)
    is_own = found is Standing.OWN
    return render_template(
        "authoring/people.html",
        track=track,
        standing=found,
        standings=Standing,
        owner=owner_name(session, track),
        co_authors=co_authors(session, actor.municipality_id, track) if is_own else [],
        contributors=contributors(session, track),
        made=made,
        link=f"{parts().settings.base_url}/authoring/-/join",
    )


@requires(Permission.WRITE_TRACKS)
def join_page(_session: Session, _actor: Actor) -> ResponseReturnValue:
    return render_template("authoring/join.html", problem="")


@requires(Permission.WRITE_TRACKS)
def join(session: Session, actor: Actor) -> ResponseReturnValue:
    if not may_try(session, actor, now()):
        answer = make_response(render_template("authoring/join.html", problem=TOO_MANY_CODES), 429)
        answer.headers["Retry-After"] = "3600"
        return answer
    track = join_track(session, actor, request.form.get("code", ""), now())
    if track is None:
        # Told as a page: an error would take the count of wrong codes back.
        note_wrong_code(session, actor, now())
        return make_response(render_template("authoring/join.html", problem=WRONG_CODE), 422)
    return see_other(f"/authoring/{track}/people")
