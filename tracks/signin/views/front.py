"""/sign-in: the login of one's municipality, a passkey, or a one-time code."""

import json

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.lms.sealing import SealError
from tracks.organisation.codes import code_hash
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, Way
from tracks.signin.actions.logins import is_right_code, note_passkey_used
from tracks.signin.actions.tries import spend
from tracks.signin.queries import doors, passkey_named, secret_named
from tracks.signin.rules import CHALLENGE_LIFE
from tracks.signin.views.side import (
    begin,
    check_form,
    log,
    one,
    side,
    then_of,
    wait_first,
    with_sign_in,
)
from tracks.web.errors import BROKEN, PageError
from tracks.web.requests import now, see_other

MANY_DOORS = 12
WRONG_CODE = N_(
    "The name and the code do not open anything together, or the code was used already. Wait until "
    "the app shows a new one."
)
WRONG_PASSKEY = N_("This passkey opens nothing here. Try again, or sign in in another way.")
TOO_MANY_TRIES = N_("That were too many tries. Wait five minutes, then try again.")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/sign-in", "front", front)
    pages.add_url_rule("/sign-in/passkey", "passkey", by_passkey, methods=["POST"])
    pages.add_url_rule("/sign-in/code", "code", code_page)
    pages.add_url_rule("/sign-in/code", "by_code", by_code, methods=["POST"])


@requires(Permission.PUBLIC)
def front(session: Session, actor: Actor | None) -> ResponseReturnValue:
    again = "again" in request.args
    if actor is not None and actor.has_own_login and not again and request.args.get("then"):
        return see_other(then_of())
    return _front(session, actor)


def _front(session: Session, actor: Actor | None, *, problem: str = "") -> Response:
    words = request.args.get("q", "").strip()[:100]
    every = doors(session)
    found = [d for d in every if words.casefold() in d.municipality.casefold()]
    asked = side().passkeys.ask(now())
    return make_response(
        render_template(
            "signin/front.html",
            doors=found if words or len(every) <= MANY_DOORS else [],
            has_many=len(every) > MANY_DOORS,
            has_doors=bool(every),
            q=words,
            then=then_of(),
            again="again" in request.values,
            is_signed_in=actor is not None and actor.has_own_login,
            options=json.dumps(asked.options),
            ticket=asked.ticket,
            problem=problem,
        )
    )


@requires(Permission.PUBLIC, own_transactions=True)
def by_passkey(database: Database, _actor: None) -> ResponseReturnValue:
    check_form()
    if wait := wait_first(database):
        return _held_up(_refused_passkey(database, TOO_MANY_TRIES), wait)
    from tracks.signin.passkeys import PasskeyRefused

    moment, answer = now(), one("answer")
    try:
        named = side().passkeys.credential_of(answer)
        with database.writing() as session:
            stored = passkey_named(session, named)
            if stored is None:
                raise PasskeyRefused("passkey_unknown")
            counter, challenge = side().passkeys.used(
                one("ticket"), answer, stored.credential, stored.sign_count, moment
            )
            if not spend(session, challenge, moment + CHALLENGE_LIFE):
                raise PasskeyRefused("challenge_used")
            if not note_passkey_used(session, stored, counter, moment):
                raise PasskeyRefused("passkey_busy")
            token = begin(
                session,
                stored.person_id,
                stored.municipality_id,
                Way.PASSKEY,
                proved_at=moment,
                moment=moment,
            )
    except PasskeyRefused as refused:
        log.info("sign_in.refused way=passkey reason=%s", refused.reason)
        return _refused_passkey(database, WRONG_PASSKEY)
    return with_sign_in(see_other(then_of()), token)


def _refused_passkey(database: Database, problem: str) -> Response:
    with database.reading() as session:
        page = _front(session, None, problem=problem)
    page.status_code = 422
    return page


@requires(Permission.PUBLIC)
def code_page(_session: Session, _actor: Actor | None) -> ResponseReturnValue:
    return _code_page()


@requires(Permission.PUBLIC, own_transactions=True)
def by_code(database: Database, _actor: None) -> ResponseReturnValue:
    check_form()
    moment, name = now(), code_hash(one("name"))
    if wait := wait_first(database, name):
        return _held_up(_code_page(TOO_MANY_TRIES), wait)
    token = None
    with database.writing() as session:
        stored = secret_named(session, name)
        try:
            is_right = stored is not None and is_right_code(
                session, side().sealer, stored, one("code"), moment
            )
        except SealError as failed:
            log.error("sign_in.sealed cause=%s", failed)
            raise PageError(503, BROKEN) from None
        if stored is not None and is_right:
            token = begin(
                session,
                stored.person_id,
                stored.municipality_id,
                Way.CODE,
                proved_at=moment,
                moment=moment,
            )
    if token is None:
        log.info("sign_in.refused way=code reason=%s", "code" if stored else "name")
        return _code_page(WRONG_CODE)
    return with_sign_in(see_other(then_of()), token)


def _code_page(problem: str = "") -> Response:
    page = render_template(
        "signin/code.html", problem=problem, name=one("name")[:40], then=then_of()
    )
    return make_response(page, 422 if problem else 200)


def _held_up(page: Response, wait: int) -> Response:
    page.status_code = 429
    page.headers["Retry-After"] = str(wait)
    return page
