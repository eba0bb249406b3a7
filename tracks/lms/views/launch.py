"""/lti/login and /lti/launch: from the LMS into a page, or an answer that helps."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
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

from lti.claims import RESOURCE_LINK_REQUEST
from lti.errors import LtiRejected, ServiceError
from lti.ports import PlatformKeys
from lti.tool.launch import Launch, accept_launch
from lti.tool.login import begin_login
from tracks.catalogue.queries import Shelf
from tracks.catalogue.rules import Address
from tracks.db import Database, Session
from tracks.i18n import language_of
from tracks.lms.actions import expect_score, link_of_launch
from tracks.lms.lessons import LESSONS
from tracks.lms.queries import likely_school
from tracks.lms.rules import address_of_launch, frame_sources, own_page_of, part_of
from tracks.lms.stores import (
    KeysAtHand,
    KeysNotAtHand,
    LtiSide,
    NonceStore,
    RegistrationsStore,
)
from tracks.people.actions import Person, person_from_launch, start_sign_in
from tracks.people.guards import requires
from tracks.people.queries import has_schools
from tracks.people.rules import Permission
from tracks.progress.actions import Worker, note_use, open_track
from tracks.progress.events import Way
from tracks.web.cookies import NAME, drop_cookie, set_cookie, sign_in_token
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


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["tracks.shelf"])


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
) -> "_Entered | LtiRejected":
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
            return _enter(session, _servable(message), municipality_id, now())
        except LtiRejected as rejected:
            # Committed all the same: the nonce is used up by a refused launch too (T19).
            return rejected


def _servable(message: Launch) -> Launch:
    """Deep linking has no page yet: refused like any other message we do not serve (T23)."""
    if message.message_type != RESOURCE_LINK_REQUEST:
        rejected = LtiRejected("message_type_unknown", return_url=message.return_url)
        rejected.binding_cookie = message.binding_cookie
        raise rejected
    return message


@dataclass(frozen=True, slots=True)
class _Entered:
    """Who came in by a launch, and where to."""

    person: Person
    token: str | None  # None: suspended
    path: str
    locale: str | None
    binding_cookie: str
    lms_origin: str


def _enter(session: Session, message: Launch, municipality_id: int, moment: datetime) -> _Entered:
    who = person_from_launch(
        session,
        registration_id=message.registration.id,
        sub=message.sub,
        municipality_id=municipality_id,
        name=message.name or message.given_name,
        language=language_of(message.locale),
        now=moment,
    )
    address = address_of_launch(message.custom.get("resource"), message.target_link_uri)
    origin = _framing_origins(message)
    if who.is_suspended:
        return _Entered(who, None, "/", message.locale, message.binding_cookie, origin)
    token = start_sign_in(
        session,
        who,
        deployment_id=message.deployment.id,
        leads_here=message.roles.is_instructor or message.roles.is_teaching_assistant,
        lms_origin=origin,
        now=moment,
        replaces=sign_in_token(),
    )
    _note_work(session, message, address, who, moment)
    path = _page(address, message.target_link_uri)
    asks = who.school_id is None and address is not None
    if asks:
        path = _school_question(session, message, municipality_id, path)
    return _Entered(who, token, path, message.locale, message.binding_cookie, origin)


def _school_question(session: Session, message: Launch, municipality_id: int, then: str) -> str:
    """The page that asks for the school, with a guess; `then` itself where there is no school."""
    query, guess = {"then": then}, None
    if message.context:
        guess = likely_school(session, message.deployment.id, message.context.id)
    if guess is None and not has_schools(session, municipality_id):
        return then
    if guess is not None:
        query["guess"] = str(guess)
    return "/school?" + urlencode(query)


def _framing_origins(message: Launch) -> str:
    """Where the LMS's own pages are: Canvas signs in on one host and frames us on another (T40)."""
    urls = (message.registration.issuer, message.registration.auth_url, message.return_url or "")
    return frame_sources(urls)


def _note_work(
    session: Session, message: Launch, address: Address | None, who: Person, moment: datetime
) -> None:
    base_url = parts().settings.base_url
    link = link_of_launch(
        session, _shelf(), message, address, who.municipality_id, base_url, moment
    )
    if link is None:
        return
    worker = Worker(who.id, who.municipality_id, who.school_id)
    if link.address.step is None:
        open_track(session, worker, link.edition.track_id, None, moment)
    else:
        # A link to a single resource is use on its own, not a start of its track (F-13).
        note_use(
            session, worker, part_of(link.edition.steps, link.address)[0], Way.INDEPENDENT, moment
        )
    expect_score(session, who, link, message.sub, moment)


def _page(address: Address | None, target_link_uri: str) -> str:
    if address is None:
        return own_page_of(target_link_uri)
    base = f"/t/{address.publisher}/{address.track}"
    if address.step:
        return f"/r/{address.publisher}/{address.track}/{address.module}/{address.step}"
    return f"{base}/{address.module}" if address.module else f"{base}/continue"


def _welcome(entered: _Entered) -> Response:
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
