"""How a launch ends: on the page it leads to, or on one that says why it was refused."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast
from urllib.parse import urlencode

from flask import Response, g, make_response, render_template, request
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from lti.errors import LtiRejected
from lti.ports import PlatformKeys
from lti.tool.launch import BrowserUnproven, Launch
from lti.tool.return_url import with_messages
from tracks.db import Database, Session
from tracks.i18n import language_of
from tracks.lms.actions.addresses import note_refused_answer
from tracks.lms.actions.refusals import launch_refused
from tracks.lms.lessons import FOR_THE_LMS, LESSONS
from tracks.lms.stores import (
    FetchedKey,
    KeysAtHand,
    KeysNotAtHand,
    LtiSide,
    NonceStore,
    RegistrationsStore,
)
from tracks.lms.views.arrivals import Entered, enter
from tracks.lms.views.notes import note_launch
from tracks.people.actions import token_hash
from tracks.people.queries import live_sign_in
from tracks.web.cookies import (
    NAME,
    OWN,
    drop_cookie,
    drop_own_cookie,
    set_cookie,
    sign_in_token,
)
from tracks.web.errors import NOT_ALLOWED, error_page
from tracks.web.pages import gettext
from tracks.web.requests import (
    extension,
    may_be_framed_by,
    new_error_id,
    now,
    parts,
    see_other,
    use_language,
)

log = logging.getLogger(__name__)
SUSPENDED = "person_suspended"
T = TypeVar("T")


def lti_side() -> LtiSide:
    return cast(LtiSide, extension("tracks.lti"))


def pairs(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    return list(values.items(multi=True))


class Door(Struct, frozen=True):
    """One try at a message: what lti/ asks us for, in one transaction."""

    session: Session
    registrations: RegistrationsStore
    nonces: NonceStore
    keys: PlatformKeys

    def let_in(self, message: Launch) -> Entered:
        municipality_id = self.registrations.municipality_of(message.registration)
        entered = enter(self.session, message, municipality_id, now())
        note_launch(self.session, message, now())
        return entered


def attempt(database: Database, act: Callable[[Door], T]) -> T | LtiRejected:
    """Do it with the keys at hand; where one has to be fetched, fetch it and do it anew."""
    keys = lti_side().platform_keys
    try:
        return _one_try(database, act, KeysAtHand(keys))
    except KeysNotAtHand as missing:
        # Nothing waits for an LMS while a transaction is open, and nothing of that one was kept.
        return _one_try(database, act, FetchedKey(keys, missing))


def _one_try(database: Database, act: Callable[[Door], T], keys: PlatformKeys) -> T | LtiRejected:
    with database.writing() as session:
        try:
            registrations = RegistrationsStore(session, lti_side().known)
            return act(Door(session, registrations, NonceStore(session), keys))
        except LtiRejected as rejected:
            # Committed all the same: the nonce is used up by a refused launch too (T19).
            is_over = not isinstance(rejected, BrowserUnproven)
            if is_over and rejected.registration_id is not None:
                launch_refused(session, rejected.registration_id, rejected.reason, now())
                if rejected.not_called is not None:
                    note_refused_answer(
                        session, rejected.registration_id, *rejected.not_called, now()
                    )
            return rejected


def welcome(entered: Entered) -> Response:
    if entered.token is None:
        use_language(language_of(entered.locale))
        g.way_back = entered.way_back
        error_id = new_error_id()
        log.warning(
            "launch.refused reason=%s registration=%s error_id=%s",
            SUSPENDED,
            entered.registration_id,
            error_id,
        )
        response = error_page(403, NOT_ALLOWED, error_id=error_id, reason=SUSPENDED)
    else:
        response = see_other(entered.path)
        hours = parts().settings.session_hours
        set_cookie(response, NAME, entered.token, max_age=hours * 3600)
        # Whoever comes last is who sits here; a launch does not bring that cookie along to be seen.
        drop_own_cookie(response, OWN)
    _leave_receipt(response, entered)
    return response


def _leave_receipt(response: Response, entered: Entered) -> None:
    """In the place of the binding cookie, so that a reload finds the page and not a refusal."""
    signer, name = lti_side().signer, entered.binding_cookie
    receipt = signer.receipt(name, entered.path, entered.person.id, now())
    if receipt is None or entered.token is None:
        drop_cookie(response, name)
    else:
        set_cookie(response, name, receipt, max_age=int(signer.ttl.total_seconds()))


def refused(database: Database, rejected: LtiRejected) -> Response:
    """The page of the sign-in that this very launch began, where the browser only reloads."""
    page = _page_it_led_to(database, rejected)
    return see_other(page) if page else rejection("launch", rejected)


def _page_it_led_to(database: Database, rejected: LtiRejected) -> str | None:
    name, token = rejected.binding_cookie, sign_in_token()
    receipt = request.cookies.get(name) if name else None
    if rejected.family != "replayed" or not name or not receipt or not token:
        return None
    settings = parts().settings
    with database.reading() as session:
        found = live_sign_in(
            session,
            token_hash(token),
            now(),
            idle=timedelta(minutes=settings.session_idle_minutes),
            longest=timedelta(hours=settings.session_hours),
        )
    if found is None:
        return None
    return lti_side().signer.receipt_path(name, receipt, found.actor.person_id)


def rejection(step: str, rejected: LtiRejected) -> Response:
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
    use_language(language_of(rejected.locale))
    # Nothing on the page acts, so any LMS may frame it: a blank frame would help nobody.
    may_be_framed_by("*")
    page = render_template(
        "lms/rejected.html",
        lesson=LESSONS[rejected.family],
        reason=rejected.reason,
        error_id=error_id,
        platform_message=rejected.platform_message,
        return_url=_way_back(rejected, error_id),
        for_the_lms=FOR_THE_LMS[rejected.family],
        registration=rejected.registration_id,
        moment=f"{now():%Y-%m-%d %H:%M:%S} UTC",
        is_frames_fault=rejected.family == "browser",
        login_again=_login_again(rejected),
    )
    response = make_response(page, rejected.status)
    if rejected.binding_cookie:
        drop_cookie(response, rejected.binding_cookie)
    return response


def _login_again(rejected: LtiRejected) -> str | None:
    """As the LMS's own link to us, but for a tab where our cookie comes back."""
    if rejected.login_again is None:
        return None
    return "/lti/login?" + urlencode(rejected.login_again, errors="surrogateescape")


def _way_back(rejected: LtiRejected, error_id: str) -> str | None:
    """The LMS's own return address with the reason (core 5.4.4): offered, never followed."""
    if rejected.return_url is None:
        return None
    return with_messages(
        rejected.return_url,
        error=gettext(LESSONS[rejected.family].title),
        error_log=f"Learning Tracks: {rejected.reason} ({error_id})",
    )
