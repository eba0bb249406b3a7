"""/sign-in/ended: a login service tells us that somebody has signed out there (ADR 0052).

Its answer is the same for all that is wrong, and for all that is right. Nothing is fetched for a
stranger: the service is asked for its keys only if the token, once it is good, would end something.
"""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from tracks.db import Database
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.signin.actions.ending import end_visits, has_visits
from tracks.signin.actions.tries import spend
from tracks.signin.logout_tokens import MAX_TOKEN, read_said
from tracks.signin.queries import services_of_client
from tracks.signin.rules import LOGOUT_LIFE, LoginFailed, Service
from tracks.signin.views.side import log, side
from tracks.web.requests import now

ENDED = "/sign-in/ended"
_MOST_BYTES = MAX_TOKEN + 1024  # of a form with one field


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule(ENDED, "ended", ended, methods=["POST"])


@requires(Permission.PUBLIC, own_transactions=True)
def ended(database: Database, _actor: None) -> ResponseReturnValue:
    try:
        number = _end(database)
    except LoginFailed as failed:
        log.info("sign_in.end_refused reason=%s", failed.reason)
        return _answer(jsonify(error="invalid_request"), 400)
    log.info("sign_in.ended sign_ins=%d", number)
    return _answer(Response(), 200)


def _answer(response: Response, status: int) -> Response:
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _end(database: Database) -> int:
    """How many sign-ins. Raises LoginFailed."""
    token = _token()
    said = read_said(token)
    with database.reading() as session:
        # A client that several municipalities share is one of each of them.
        services = services_of_client(session, said.issuer, said.client_ids)
        may_ask = any(has_visits(session, each, said.left) for each in services)
    if not services:
        raise LoginFailed("service_unknown")
    first = services[0]
    party = Service(
        first.id, first.municipality_id, first.name, first.issuer, first.client_id, None, ""
    )
    left = side().services.who_left(party, token, may_ask=may_ask)
    moment = now()
    with database.writing() as session:
        if not spend(session, f"logout {first.issuer} {left.jti}", moment + LOGOUT_LIFE):
            raise LoginFailed("jti_used")
        return sum(end_visits(session, each, left, moment) for each in services)


def _token() -> str:
    """Of the form, once: what stands in an address stands in logs."""
    if request.content_length is None or request.content_length > _MOST_BYTES:
        raise LoginFailed("too_long")
    values = request.form.getlist("logout_token")
    if len(values) != 1:
        raise LoginFailed("token_missing")
    return values[0]
