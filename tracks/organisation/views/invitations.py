"""/invitation: a code for a role, typed by whoever was invited (O-05). No e-mail is sent by us."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.codes import may_try, note_wrong_code, take_invitation
from tracks.organisation.rules import ROLE_NAMES
from tracks.people.guards import requires
from tracks.people.queries import school_of_municipality
from tracks.people.rules import Actor, Permission
from tracks.web.requests import now

TOO_MANY_CODES = N_("That were too many codes. Wait an hour, then try again.")
WRONG_CODE = N_("This code opens nothing: it is mistyped, used already or too old.")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/invitation", "invitation", invitation_page)
    pages.add_url_rule("/invitation", "take_invitation", take, methods=["POST"])


@requires(Permission.PUBLIC)
def invitation_page(_session: Session, _actor: Actor | None) -> ResponseReturnValue:
    return _page()


@requires(Permission.KNOWN)
def take(session: Session, actor: Actor) -> ResponseReturnValue:
    if not may_try(session, actor, now()):
        answer = make_response(_page(problem=TOO_MANY_CODES), 429)
        answer.headers["Retry-After"] = "3600"
        return answer
    offered = take_invitation(session, actor, request.form.get("code", ""), now())
    if offered is None:
        # Told as a page: an error would take the count of wrong codes back.
        note_wrong_code(session, actor, now())
        return make_response(_page(problem=WRONG_CODE), 422)
    return render_template(
        "organisation/invitation.html",
        problem="",
        taken=ROLE_NAMES[offered.role],
        school=school_of_municipality(session, actor.municipality_id, offered.school_id),
    )


def _page(*, problem: str = "") -> str:
    return render_template("organisation/invitation.html", problem=problem, taken=None)
