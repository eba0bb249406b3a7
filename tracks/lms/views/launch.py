"""/lti/login and /lti/launch: from the LMS into a page, or an answer that helps."""

import logging
from contextlib import suppress
from typing import cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lti.errors import LtiRejected, ServiceError
from lti.ports import PlatformKeys
from lti.tool.launch import accept_launch
from lti.tool.login import begin_login
from tracks.db import Database
from tracks.i18n import language_of
from tracks.lms.lessons import LESSONS
from tracks.lms.stores import (
    KeysAtHand,
    KeysNotAtHand,
    LtiSide,
    NonceStore,
    RegistrationsStore,
)
from tracks.lms.views.arrivals import Entered, enter
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.cookies import NAME, drop_cookie, set_cookie
from tracks.web.errors import NOT_ALLOWED
from tracks.web.requests import (
    may_be_framed_by,
    new_error_id,
    now,
    parts,
    see_other,
    use_language,
)

log = logging.getLogger(__name__)
LAUNCH_PATH = "/lti/launch"


def _lti() -> LtiSide:
    return cast(LtiSide, current_app.extensions["tracks.lti"])


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    pages.add_url_rule("/launch", view_func=launch, methods=["POST"])


def _pairs(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    return list(values.items(multi=True))


@requires(Permission.PUBLIC, own_transactions=True)
def login(database: Database, _actor: None) -> ResponseReturnValue:
    settings = parts().settings
    try:
        with database.reading() as session:
            answer = begin_login(
                _pairs(request.args) + _pairs(request.form),
                registrations=RegistrationsStore(session),
                signer=_lti().signer,
                clock=_lti().clock,
                launch_url=settings.base_url + LAUNCH_PATH,
                base_url=settings.base_url,
                cookies=request.cookies,
            )
    except LtiRejected as rejected:
        return _rejected("login", rejected)
    # A redirect, never a posted form: Moodle loses the login otherwise.
    response = see_other(answer.redirect_url)
    for name in answer.drop:
        drop_cookie(response, name)
    set_cookie(response, answer.cookie.name, answer.cookie.value, max_age=answer.cookie.max_age)
    return response


@requires(Permission.PUBLIC, own_transactions=True)
def launch(database: Database, _actor: None) -> ResponseReturnValue:
    form, keys = _pairs(request.form), _lti().platform_keys
    try:
        outcome = _attempt(database, form, KeysAtHand(keys))
    except KeysNotAtHand as missing:
        # Nothing waits for an LMS while a transaction is open, and nothing of that one was kept.
        with suppress(ServiceError):
            keys.key(missing.registration, missing.kid)
        outcome = _attempt(database, form, keys)
    if isinstance(outcome, LtiRejected):
        return _rejected("launch", outcome)
    return _welcome(outcome)


def _attempt(
    database: Database, form: list[tuple[str, str]], keys: PlatformKeys
) -> Entered | LtiRejected:
    side = _lti()
    with database.writing() as session:
        registrations = RegistrationsStore(session)
        try:
            message = accept_launch(
                form,
                cookies=request.cookies,
                body_size=request.content_length or 0,
                registrations=registrations,
                nonces=NonceStore(session),
                keys=keys,
                signer=side.signer,
                clock=side.clock,
                base_url=parts().settings.base_url,
            )
            municipality_id = registrations.municipality_of(message.registration)
            return enter(session, message, municipality_id, now())
        except LtiRejected as rejected:
            # Committed all the same: the nonce is used up by a refused launch too (T19).
            return rejected


def _welcome(entered: Entered) -> Response:
    if entered.token is None:
        use_language(language_of(entered.locale))
        may_be_framed_by("*")
        error_id = new_error_id()
        log.info("launch.refused reason=person_suspended error_id=%s", error_id)
        page = render_template("error.html", lesson=NOT_ALLOWED, error_id=error_id, kept="")
        response = make_response(page, 403)
    else:
        response = see_other(entered.path)
        hours = parts().settings.session_hours
        set_cookie(response, NAME, entered.token, max_age=hours * 3600)
    drop_cookie(response, entered.binding_cookie)
    return response


def _rejected(step: str, rejected: LtiRejected) -> Response:
    """A page that says what happened and what to do. No session, no redirect, a code in the log."""
    error_id = new_error_id()
    log.warning(
        "%s.rejected reason=%s rule=%s registration=%s error_id=%s detail=%s",
        step,
        rejected.reason,
        rejected.rule,
        rejected.registration_id,
        error_id,
        rejected.detail,
    )
    # Nothing on the page acts, so any LMS may frame it: a blank frame would help nobody.
    may_be_framed_by("*")
    page = render_template(
        "lms/rejected.html",
        lesson=LESSONS[rejected.family],
        reason=rejected.reason,
        error_id=error_id,
        platform_message=rejected.platform_message,
        return_url=_with_message(rejected.return_url, rejected.reason, error_id),
    )
    response = make_response(page, rejected.status)
    if rejected.binding_cookie:
        drop_cookie(response, rejected.binding_cookie)
    return response


def _with_message(url: str | None, reason: str, error_id: str) -> str | None:
    """The LMS's own return address with `lti_errormsg` (core 5.4.4): offered, never followed."""
    if not url:
        return None
    scheme, host, path, query, _ = urlsplit(url)
    extra = urlencode({"lti_errormsg": f"Learning Tracks: {reason} ({error_id})"})
    return urlunsplit((scheme, host, path, f"{query}&{extra}" if query else extra, ""))
