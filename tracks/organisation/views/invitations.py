"""/invitations: to every role that one may give (O-05). /invitation: taking one.

We send nothing: whoever invites passes the link on as they like.
"""

from datetime import timedelta

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.codes import (
    Invitation,
    NotTaken,
    Offered,
    end_invitation,
    invite,
    may_try,
    note_wrong_code,
    take_invitation,
    taken_before,
)
from tracks.organisation.actions.units import Doer
from tracks.organisation.forms import Typed, read_days, read_role
from tracks.organisation.queries.roles import Invited, State, invitations
from tracks.organisation.queries.units import teams
from tracks.organisation.rules import (
    INVITED_FOR,
    INVITED_TO_PROTECTED_FOR,
    NOT_YOURS_TO_GIVE,
    ONE_DAY_ONLY,
    ROLE_NAMES,
    Wanted,
    field_of,
    is_protected,
    may_give,
    shape_problem,
)
from tracks.organisation.views.people import ask_own_login_for, giving_of, place_problem
from tracks.people.guards import ask_own_login, requires
from tracks.people.queries import school_of_municipality
from tracks.people.rules import Actor, Permission
from tracks.web.errors import NOT_ALLOWED, PageError
from tracks.web.requests import now, parts, see_other

TOO_MANY_CODES = N_("That were too many codes. Wait an hour, then try again.")
WRONG_CODE = N_("This code opens nothing: it is mistyped, used already or too old.")
WHY_NOT = {
    NotTaken.UNKNOWN: WRONG_CODE,
    NotTaken.OWN: N_("You made this invitation. Give it to whoever is to have the role."),
    NotTaken.NOT_THEIRS: N_(
        "Whoever made this invitation may not give the role any more. Ask for a new one."
    ),
}


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/invitations", "invitations", invitations_page)
    pages.add_url_rule("/invitations", "make_invitation", make, methods=["POST"])
    pages.add_url_rule(
        "/invitations/<id:invitation_id>/end", "end_invitation", end, methods=["POST"]
    )
    pages.add_url_rule("/invitation", "invitation", invitation_page)
    pages.add_url_rule("/invitation", "take_invitation", take, methods=["POST"])
    pages.add_url_rule("/invitation/<code>", "invitation_link", link_page)


def link_of(made: Invitation | None) -> str:
    return f"{parts().settings.base_url}/invitation/{made.code}" if made else ""


@requires(Permission.GIVE_ROLES)
def invitations_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _list(session, actor, Typed({"days": "14"}))


@requires(Permission.GIVE_ROLES)
def make(session: Session, actor: Actor) -> ResponseReturnValue:
    wanted, typed = read_role(request.form)
    days = read_days(request.form, typed)
    if wanted is not None and days is not None:
        problem = _problem(session, actor, wanted)
        if problem is not None:
            typed.problems[field_of(problem, wanted.role)] = problem
        elif is_protected(wanted.role) and days > INVITED_TO_PROTECTED_FOR:
            typed.problems["days"] = ONE_DAY_ONLY
        else:
            ask_own_login_for(actor, wanted.role)
            doer = Doer(actor.person_id, now())
            made = invite(session, actor.municipality_id, wanted, doer, timedelta(days=days))
            return _list(session, actor, Typed({"days": "14"}), made=made, wanted=wanted)
    return make_response(_list(session, actor, typed), 422)


def _problem(session: Session, actor: Actor, wanted: Wanted) -> str | None:
    if not may_give(actor, wanted.role, wanted.school_id):
        return NOT_YOURS_TO_GIVE
    return shape_problem(wanted, now()) or place_problem(session, actor, wanted)


@requires(Permission.GIVE_ROLES)
def end(session: Session, actor: Actor, invitation_id: int) -> ResponseReturnValue:
    if invitation_id not in {each.id for each in _seen(session, actor)}:
        abort(404)
    # Taken or ended already, perhaps at the same time: then it stays as it was.
    doer = Doer(actor.person_id, now())
    end_invitation(session, actor.municipality_id, invitation_id, doer)
    return see_other("/invitations")


def _seen(session: Session, actor: Actor) -> list[Invited]:
    """Those to what this actor may give, whoever has made them."""
    return [
        each
        for each in invitations(session, actor.municipality_id)
        if may_give(actor, each.role, each.school_id)
    ]


def _list(
    session: Session,
    actor: Actor,
    typed: Typed,
    *,
    made: Invitation | None = None,
    wanted: Wanted | None = None,
) -> str:
    giving = giving_of(session, actor)
    if not giving.roles:
        raise PageError(403, NOT_ALLOWED)
    moment = now()
    seen = _seen(session, actor)
    return render_template(
        "organisation/invitations.html",
        made=made,
        made_for=wanted and ROLE_NAMES[wanted.role],
        link=link_of(made),
        waiting=[each for each in seen if each.state(moment) is State.WAITING],
        over=[each for each in seen if each.state(moment) is not State.WAITING],
        places=giving.places,
        teams=giving.teams,
        sees_all=actor.schools_where(Permission.GIVE_ROLES) is None,
        offered=giving.roles,
        days=INVITED_FOR,
        role_names=ROLE_NAMES,
        values=typed.values,
        problems=typed.problems,
    )


@requires(Permission.PUBLIC)
def invitation_page(_session: Session, _actor: Actor | None) -> ResponseReturnValue:
    return _page()


@requires(Permission.PUBLIC)
def link_page(session: Session, actor: Actor | None, code: str) -> ResponseReturnValue:
    """Says nothing of what the code opens, or whether it does: it is tried by a form, and counted.
    Only whoever has taken it is told so again.
    """
    taken = taken_before(session, actor, code) if actor else None
    if actor is None or taken is None:
        return _page(code=code)
    return _taken(session, actor, taken)


@requires(Permission.KNOWN)
def take(session: Session, actor: Actor) -> ResponseReturnValue:
    code = request.form.get("code", "")
    if not may_try(session, actor, now()):
        answer = make_response(_page(problem=TOO_MANY_CODES, code=code), 429)
        answer.headers["Retry-After"] = "3600"
        return answer
    offered = take_invitation(session, actor, code, now())
    if isinstance(offered, Offered):
        return _taken(session, actor, offered)
    if offered is NotTaken.NO_LOGIN:
        ask_own_login(actor)
    if offered is NotTaken.UNKNOWN:
        # Told as a page: an error would take the count of wrong codes back.
        note_wrong_code(session, actor, now())
    return make_response(_page(problem=WHY_NOT[offered], code=code), 422)


def _taken(session: Session, actor: Actor, offered: Offered) -> str:
    home = actor.municipality_id
    place = ""
    if offered.school_id is not None:
        school = school_of_municipality(session, home, offered.school_id)
        place = school.name if school else ""
    elif offered.team_id is not None:
        place = next((t.name for t in teams(session, home) if t.id == offered.team_id), "")
    return render_template(
        "organisation/invitation.html",
        problem="",
        taken=ROLE_NAMES[offered.role],
        role=offered.role,
        place=place,
    )


def _page(*, problem: str = "", code: str = "") -> str:
    return render_template(
        "organisation/invitation.html", problem=problem, taken=None, code=code[:40]
    )
