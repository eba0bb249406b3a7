"""Which school, which language, help, signing out."""

from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from content.devices import DEVICES
from tracks.db import Session
from tracks.i18n import LANGUAGES, N_
from tracks.people.actions import choose_device, choose_language, choose_school, end_sign_in
from tracks.people.events import SchoolChosen
from tracks.people.guards import requires
from tracks.people.queries import Support, leaders_of, schools, support_of
from tracks.people.rules import Actor, Permission
from tracks.web.cookies import (
    NAME,
    OWN,
    WAY_OUT,
    WAY_OUT_SECONDS,
    drop_cookie,
    drop_own_cookie,
    set_own_cookie,
    sign_in_token,
)
from tracks.web.errors import MALFORMED, Lesson, PageError
from tracks.web.requests import now, row_id, see_other

pages = Blueprint("people", __name__)


# Where somebody who came by a login service is asked whether they sign out there, too (signin).
SIGNED_OUT = "/signed-out"
CHOSEN_ALREADY = Lesson(
    N_("You have chosen a school already"),
    N_("Your work counts for one school, and that was not changed."),
    N_("If you have moved to another school, ask the coordinator of your municipality."),
)


def local_path(value: str | None, otherwise: str = "/") -> str:
    """A path of ours from a form or query; anything else is `otherwise` (no open redirect)."""
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(value)
    clean = not parts.scheme and not parts.netloc and "\\" not in value
    return value if clean and value.isascii() and value.isprintable() else otherwise


@pages.get("/school")
@requires(Permission.KNOWN)
def school(session: Session, actor: Actor) -> ResponseReturnValue:
    guess = request.args.get("guess", type=int)
    municipality, found = schools(session, actor.municipality_id)
    return render_template(
        "people/school.html",
        schools=found,
        guess=actor.school_id or guess,
        is_chosen=actor.school_id is not None,
        then=local_path(request.args.get("then")),
        municipality=municipality,
    )


@pages.post("/school")
@requires(Permission.KNOWN)
def choose(session: Session, actor: Actor) -> ResponseReturnValue:
    chosen = request.form.get("school", type=row_id)
    if chosen is None or not choose_school(session, actor.person_id, actor.municipality_id, chosen):
        raise PageError(*((409, CHOSEN_ALREADY) if actor.school_id else (400, MALFORMED)))
    session.emit(SchoolChosen(actor.person_id, actor.municipality_id, chosen))
    return see_other(local_path(request.form.get("then")))


@pages.post("/language")
@requires(Permission.KNOWN)
def language(session: Session, actor: Actor) -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise PageError(400, MALFORMED)
    choose_language(session, actor.person_id, chosen)
    return see_other(local_path(request.form.get("then")))


@pages.post("/device")
@requires(Permission.KNOWN)
def device(session: Session, actor: Actor) -> ResponseReturnValue:
    """What her pupils have: asked for where a text has variants, for browsers without scripts."""
    chosen = request.form.get("device", "")
    if chosen not in DEVICES:
        raise PageError(400, MALFORMED)
    choose_device(session, actor.person_id, chosen)
    return see_other(local_path(request.form.get("then")))


@pages.get("/help")
@requires(Permission.PUBLIC)
def help_page(session: Session, actor: Actor | None) -> ResponseReturnValue:
    leaders: list[str] = []
    if actor is not None and actor.school_id is not None:
        leaders = leaders_of(session, actor.municipality_id, actor.school_id, now())
    return render_template(
        "people/help.html",
        leaders=[name for name in leaders if name],
        support=support_of(session, actor.municipality_id) if actor else Support(),
    )


@pages.post("/sign-out")
@requires(Permission.KNOWN)
def sign_out(session: Session, _actor: Actor) -> ResponseReturnValue:
    way_out = end_sign_in(session, sign_in_token() or "")
    response = see_other("/catalogue" if way_out is None else SIGNED_OUT)
    drop_cookie(response, NAME)
    drop_own_cookie(response, OWN)
    if way_out is not None:
        set_own_cookie(response, WAY_OUT, way_out, max_age=WAY_OUT_SECONDS)
    return response
