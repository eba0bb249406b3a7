"""/lti/login and /lti/launch: from the LMS into a page, or an answer that helps."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lti.errors import LtiRejected
from lti.tool.launch import BrowserUnproven, accept_launch
from lti.tool.login import begin_login
from tracks.db import Database
from tracks.lms.stores import LoginRegistrations
from tracks.lms.views import cookieless
from tracks.lms.views.arrivals import Entered
from tracks.lms.views.outcomes import Door, attempt, lti_side, pairs, refused, rejection, welcome
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.cookies import drop_cookie, set_cookie
from tracks.web.requests import parts, see_other

LAUNCH_PATH = "/lti/launch"


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    pages.add_url_rule("/launch", view_func=launch, methods=["POST"])


@requires(Permission.PUBLIC, own_transactions=True)
def login(database: Database, _actor: None) -> ResponseReturnValue:
    settings, side = parts().settings, lti_side()
    try:
        answer = begin_login(
            pairs(request.args) + (pairs(request.form) if request.method == "POST" else []),
            registrations=LoginRegistrations(database, side.known),
            signer=side.signer,
            clock=side.clock,
            launch_url=settings.base_url + LAUNCH_PATH,
            base_url=settings.base_url,
            cookies=request.cookies,
        )
    except LtiRejected as rejected:
        return rejection("login", rejected)
    if answer.storage is None:
        # A redirect, never a posted form: Moodle loses the login otherwise.
        response = see_other(answer.redirect_url)
    else:
        response = cookieless.before_the_lms(answer.redirect_url, answer.storage)
    for name in answer.drop:
        drop_cookie(response, name)
    set_cookie(response, answer.cookie.name, answer.cookie.value, max_age=answer.cookie.max_age)
    return response


@requires(Permission.PUBLIC, own_transactions=True)
def launch(database: Database, _actor: None) -> ResponseReturnValue:
    outcome = attempt(database, _enter)
    if isinstance(outcome, BrowserUnproven):
        return cookieless.after_the_lms(outcome)
    if isinstance(outcome, LtiRejected):
        return refused(database, outcome)
    return welcome(outcome)


def _enter(door: Door) -> Entered:
    side = lti_side()
    message = accept_launch(
        pairs(request.form),
        cookies=request.cookies,
        body_size=request.content_length or 0,
        registrations=door.registrations,
        nonces=door.nonces,
        keys=door.keys,
        signer=side.signer,
        clock=side.clock,
        base_url=parts().settings.base_url,
    )
    return door.let_in(message)
