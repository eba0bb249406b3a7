"""/sign-ins: where one is signed in, and by what one can sign in; signing out everywhere."""

import json
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.events import Noted
from tracks.i18n import N_
from tracks.people.actions import Person, end_sign_in, end_sign_ins_of, token_hash
from tracks.people.guards import ask_own_login, requires
from tracks.people.rules import Actor, Permission, Way
from tracks.people.views import SIGNED_OUT
from tracks.signin.actions.logins import (
    ShownOnce,
    keep_passkey,
    keep_secret,
    remove_codes,
    remove_passkey,
)
from tracks.signin.actions.tries import spend
from tracks.signin.queries import own_logins, visits
from tracks.signin.rules import CHALLENGE_LIFE, step_of
from tracks.signin.views.codes import offered_codes, secret_of_form
from tracks.signin.views.set_up import WRONG_CODE, WRONG_PASSKEY
from tracks.signin.views.side import log, one, side
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
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, parts, row_id, see_other

ONLY_ONE = N_("This is the only login you have here. Set up another one first, then remove it.")
WAY_NAMES = {
    Way.LTI: N_("by a learning platform"),
    Way.OIDC: N_("with the login of your municipality"),
    Way.PASSKEY: N_("with a passkey"),
    Way.CODE: N_("with a one-time code"),
}


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/sign-ins", "mine", mine)
    pages.add_url_rule("/sign-ins", "change_mine", change, methods=["POST"])


@requires(Permission.KNOWN)
def mine(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


def _whose(actor: Actor) -> str:
    return f"person:{actor.person_id}"


def _who(actor: Actor) -> Person:
    return Person(
        actor.person_id,
        actor.municipality_id,
        actor.school_id,
        is_suspended=False,
        is_new=False,
    )


def _page(
    session: Session, actor: Actor, *, problem: str = "", shown: ShownOnce | None = None
) -> Response:
    settings, moment = parts().settings, now()
    own = own_logins(session, actor.person_id)
    may_add = actor.has_just_proved(moment)
    asked = None
    if may_add:
        known = [each.credential for each in own.passkeys]
        asked = side().passkeys.ask_for_new(_whose(actor), "Learning Tracks", known, moment)
    page = render_template(
        "signin/mine.html",
        own=own,
        visits=visits(
            session,
            actor.person_id,
            token_hash(sign_in_token() or ""),
            moment,
            timedelta(minutes=settings.session_idle_minutes),
            timedelta(hours=settings.session_hours),
        ),
        way_names=WAY_NAMES,
        may_add=may_add,
        options=json.dumps(asked.options) if asked else "",
        ticket=asked.ticket if asked else "",
        offered=offered_codes(_whose(actor)) if may_add else None,
        shown=shown,
        problem=problem,
        is_ready="ready" in request.args,
    )
    return make_response(page, 422 if problem else 200)


@requires(Permission.KNOWN)
def change(session: Session, actor: Actor) -> ResponseReturnValue:
    go = one("go")
    if go == "everywhere":
        return _sign_out_everywhere(session, actor)
    act = {
        "passkey": _add_passkey,
        "code": _add_codes,
        "remove-passkey": _remove_passkey,
        "remove-codes": _remove_codes,
    }.get(go)
    if act is None:
        raise PageError(400, MALFORMED)
    ask_own_login(actor, fresh=True)
    return act(session, actor)


def _sign_out_everywhere(session: Session, actor: Actor) -> Response:
    way_out = end_sign_in(session, sign_in_token() or "")
    end_sign_ins_of(session, actor.person_id, actor.municipality_id)
    session.emit(
        Noted("signed_out_everywhere", actor.municipality_id, now(), actor_id=actor.person_id)
    )
    response = see_other("/catalogue" if way_out is None else SIGNED_OUT)
    drop_cookie(response, NAME)
    drop_own_cookie(response, OWN)
    if way_out is not None:
        set_own_cookie(response, WAY_OUT, way_out, max_age=WAY_OUT_SECONDS)
    return response


def _add_passkey(session: Session, actor: Actor) -> Response:
    from tracks.signin.passkeys import PasskeyRefused

    moment = now()
    try:
        made = side().passkeys.made(_whose(actor), one("ticket"), one("answer"), moment)
    except PasskeyRefused as refused:
        log.info("sign_in.refused way=passkey reason=%s", refused.reason)
        return _page(session, actor, problem=WRONG_PASSKEY)
    is_new = spend(session, made.challenge, moment + CHALLENGE_LIFE)
    if not is_new or not keep_passkey(session, _who(actor), made, moment):
        return _page(session, actor, problem=WRONG_PASSKEY)
    return see_other("/sign-ins?ready")


def _add_codes(session: Session, actor: Actor) -> Response:
    moment, secret = now(), secret_of_form(_whose(actor))
    step = None if secret is None else step_of(secret, one("code"), moment, 0)
    if secret is None or step is None:
        return _page(session, actor, problem=WRONG_CODE)
    shown = keep_secret(session, side().sealer, _who(actor), secret, step, moment)
    return make_response(render_template("signin/shown_once.html", shown=shown))


def _is_only(session: Session, actor: Actor) -> bool:
    return own_logins(session, actor.person_id).number <= 1


def _remove_passkey(session: Session, actor: Actor) -> Response:
    if _is_only(session, actor):
        return _page(session, actor, problem=ONLY_ONE)
    chosen = request.form.get("passkey", type=row_id)
    if chosen is not None:
        # Removed already, perhaps: then it is as it should be.
        remove_passkey(session, _who(actor), chosen, now())
    return see_other("/sign-ins?ready")


def _remove_codes(session: Session, actor: Actor) -> Response:
    if _is_only(session, actor):
        return _page(session, actor, problem=ONLY_ONE)
    remove_codes(session, _who(actor), now())
    return see_other("/sign-ins?ready")
