"""Launches of browsers that may keep no cookie in a frame: the LMS keeps two values for us instead.

Means in this order (ADR 0008): the partitioned cookie, the platform's storage, a new tab.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lti.errors import LtiRejected
from lti.origins import origin_of
from lti.tool.browser_proof import (
    Proven,
    open_proven,
    prove_browser,
    question_for,
    ticket_to_open,
)
from lti.tool.launch import BrowserUnproven
from lti.tool.platform_storage import StoragePlan
from tracks.db import Database
from tracks.i18n import language_of
from tracks.lms.views.arrivals import Entered, framing_origins
from tracks.lms.views.outcomes import Door, attempt, lti_side, pairs, refused, rejection, welcome
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.cookies import drop_cookie, set_cookie
from tracks.web.requests import may_be_framed_by, parts, use_language

log = logging.getLogger(__name__)
# Comes back with the answer, or not: then a sign-in here would be lost at once.
PROBE = "__Host-tracks-probe"
_PROBE_SECONDS = 180


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/launch/check", view_func=check, methods=["POST"])
    pages.add_url_rule("/launch/open", view_func=open_in_tab, methods=["POST"])


def before_the_lms(address: str, plan: StoragePlan) -> Response:
    """Has the LMS keep the values, then goes on to `address`, whatever came of it."""
    # The LMS is not known by its hosts yet (Canvas has many), and nothing on the page acts.
    may_be_framed_by("*")
    return make_response(render_template("lms/going_on.html", plan=asdict(plan), address=address))


def after_the_lms(unproven: BrowserUnproven) -> Response:
    """Asks the LMS for the values. Nothing of the launch is on this page."""
    question = question_for(unproven, lti_side().signer)
    if question is None:
        return rejection("launch", unproven)
    log.info("launch.checking registration=%s", unproven.registration_id)
    use_language(language_of(unproven.launch.locale))
    may_be_framed_by(framing_origins(unproven.launch))
    page = render_template("lms/going_on.html", plan=asdict(question.plan), ticket=question.ticket)
    response = make_response(page)
    set_cookie(response, PROBE, "1", max_age=_PROBE_SECONDS)
    return response


@requires(Permission.PUBLIC, own_transactions=True)
def check(database: Database, _actor: None) -> ResponseReturnValue:
    act: Callable[[Door], Entered | Proven] = _prove
    if PROBE in request.cookies:
        act = _prove_and_enter
    outcome = attempt(database, act)
    if isinstance(outcome, LtiRejected):
        response = refused(database, outcome)
    elif isinstance(outcome, Entered):
        response = welcome(outcome)
    else:
        response = _ask_for_a_tab(outcome)
    drop_cookie(response, PROBE)
    return response


def _prove_and_enter(door: Door) -> Entered:
    return door.let_in(_prove(door).launch)


def _prove(door: Door) -> Proven:
    side = lti_side()
    return prove_browser(
        pairs(request.form),
        body_size=request.content_length or 0,
        is_from_us=_is_from_us(),
        registrations=door.registrations,
        nonces=door.nonces,
        keys=door.keys,
        signer=side.signer,
        clock=side.clock,
        base_url=parts().settings.base_url,
    )


def _ask_for_a_tab(proven: Proven) -> Response:
    """The browser is the right one and keeps no cookie here: nobody is signed in before the tab."""
    side = lti_side()
    log.info("launch.needs_tab registration=%s", proven.launch.registration.id)
    use_language(language_of(proven.launch.locale))
    may_be_framed_by(framing_origins(proven.launch))
    ticket = ticket_to_open(proven, side.signer, side.clock)
    return make_response(render_template("lms/open_in_tab.html", ticket=ticket))


@requires(Permission.PUBLIC, own_transactions=True)
def open_in_tab(database: Database, _actor: None) -> ResponseReturnValue:
    outcome = attempt(database, _open)
    return refused(database, outcome) if isinstance(outcome, LtiRejected) else welcome(outcome)


def _open(door: Door) -> Entered:
    side = lti_side()
    return door.let_in(
        open_proven(
            pairs(request.form),
            body_size=request.content_length or 0,
            is_from_us=_is_from_us(),
            registrations=door.registrations,
            nonces=door.nonces,
            keys=door.keys,
            signer=side.signer,
            clock=side.clock,
            base_url=parts().settings.base_url,
        )
    )


def _is_from_us() -> bool:
    """Browsers say with every post which site it comes from; one without is not taken."""
    sender = origin_of(request.headers.get("Origin", ""))
    # What a browser says besides; older ones say nothing.
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return sender == origin_of(parts().settings.base_url) and site == "same-origin"
