"""/sign-in/with and /sign-in/back: to the login service and back; and whoever is not known yet."""

import hashlib
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from lti.errors import PermanentServiceError, ServiceError
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.lms.sealing import SealError
from tracks.organisation.actions.codes import Offered, take_invitation
from tracks.organisation.actions.linking import take_link_code
from tracks.people.actions import FromService, add_person, choose_school, token_hash
from tracks.people.events import SchoolChosen
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, Way
from tracks.people.views import local_path
from tracks.rosters.feide import FeideUnits, units_of
from tracks.signin.actions.groups import take_groups, units_here
from tracks.signin.actions.identities import link_identity, opened
from tracks.signin.actions.logins import person_of_link, take_link
from tracks.signin.actions.tries import spend
from tracks.signin.queries import (
    StoredService,
    active_service,
    is_due,
    live_link,
    person_of_identity,
)
from tracks.signin.rules import JOIN_LIFE, ROUND_LIFE, LoginFailed
from tracks.signin.views.side import (
    begin,
    check_form,
    kept_way_out,
    log,
    one,
    side,
    then_of,
    wait_first,
    with_sign_in,
)
from tracks.web.cookies import drop_own_cookie, set_own_cookie
from tracks.web.errors import Lesson, PageError
from tracks.web.requests import new_error_id, now, parts, see_other

if TYPE_CHECKING:
    from tracks.signin.oidc import Came, Round

_DOOR = "__Host-door_"
_JOINING = "__Host-joining"
_MOST_DOORS = 5
_STATE = re.compile(r"[\w-]{43}", re.ASCII)
_CODE = re.compile(r"[!-~]{1,2000}")
_INVITATION = re.compile(r"/invitation/([0-9A-Za-z-]{10,11})")
_ANEW = ("/sign-in", N_("Sign in again"))

NOT_IN = Lesson(
    N_("You have not been signed in"),
    N_("What came back from the login service could not be used. Nothing was changed."),
    N_("Start once more, in one tab, and do not use the back button on the way."),
    N_("If it happens again, give the error id to whoever runs Learning Tracks."),
)
SERVICE_FAILED = Lesson(
    N_("The login service does not answer as it should"),
    N_("You have not been signed in. It is not your fault, and nothing was changed."),
    N_("Try again in some minutes, or sign in in another way."),
    N_("If it lasts, give the error id to whoever looks after the login of your municipality."),
)
BROKEN_OFF = Lesson(
    N_("You did not sign in"),
    N_("The login service says that signing in was broken off, or not allowed."),
    N_("Start once more if you want to sign in."),
    N_(
        "If you think it should be allowed, ask whoever looks after the login of your municipality."
    ),
)
TAKEN = Lesson(
    N_("This login belongs to somebody already"),
    N_("It is the login of another person here, so it was not linked. Nothing was changed."),
    N_("Sign out of the login service, and sign in there as yourself."),
    N_("If it is yours, ask whoever runs Learning Tracks."),
)
WRONG_CODE = N_("This code opens nothing: it is mistyped, used already or too old.")
TOO_MANY_TRIES = N_("That were too many tries. Wait five minutes, then try again.")
TOO_LATE = N_("That took too long. Sign in once more, then type the code.")


class _Door(Struct, frozen=True):
    """What the browser keeps while it is at the login service."""

    service_id: int
    then: str
    again: bool
    link: str  # the token of a link to set up a login, or empty


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/sign-in/with/<id:service_id>", "way_there", way_there)
    pages.add_url_rule("/sign-in/back", "way_back", way_back)
    pages.add_url_rule("/sign-in/join", "join_page", join_page)
    pages.add_url_rule("/sign-in/join", "join", join, methods=["POST"])


def _cookie_of(state: str) -> str:
    return _DOOR + hashlib.sha256(state.encode()).hexdigest()[:12]


def _round(state: str, *, again: bool) -> "Round":
    from tracks.signin.oidc import Round

    tickets = side().tickets
    return Round(
        state=state,
        nonce=tickets.derive("nonce", state),
        verifier=tickets.derive("pkce", state),
        redirect_uri=f"{parts().settings.base_url}/sign-in/back",
        again=again,
    )


@requires(Permission.PUBLIC, own_transactions=True)
def way_there(database: Database, _actor: None, service_id: int) -> ResponseReturnValue:
    with database.reading() as session:
        stored = active_service(session, service_id)
    if stored is None:
        abort(404)
    state, again = secrets.token_urlsafe(32), "again" in request.args
    try:
        address = side().services.way_there(_opened(stored), _round(state, again=again))
    except LoginFailed as failed:
        raise _refused(failed.reason, SERVICE_FAILED) from None
    said = {
        "state": state,
        "service": service_id,
        "then": then_of(),
        "again": again,
        "link": request.args.get("link", "")[:100],
    }
    response = see_other(address)
    sealed = side().tickets.seal("door", said, now(), ROUND_LIFE)
    # Lax: the login service sends the browser back to us, and the cookie must come along.
    seconds = int(ROUND_LIFE.total_seconds())
    set_own_cookie(response, _cookie_of(state), sealed, max_age=seconds, same_site="Lax")
    held = [name for name in request.cookies if re.fullmatch(rf"{_DOOR}[0-9a-f]{{12}}", name)]
    for name in held[: max(0, len(held) + 1 - _MOST_DOORS)]:
        drop_own_cookie(response, name)
    return response


def _opened(stored: StoredService) -> Any:
    try:
        return opened(stored, side().sealer)
    except SealError as failed:
        log.error("sign_in.sealed cause=%s", failed)
        raise LoginFailed("own_secret_sealed") from None


def _refused(reason: str, lesson: Lesson, status: int = 0) -> PageError:
    log.info("sign_in.refused way=oidc reason=%s", reason)
    return PageError(status or (502 if lesson is SERVICE_FAILED else 400), lesson, way_on=_ANEW)


@requires(Permission.PUBLIC, own_transactions=True)
def way_back(database: Database, _actor: None) -> ResponseReturnValue:
    state = _single("state")
    door = _door(state)
    if door is None:
        # Also one from another browser: that has the cookie, and this one has not (login CSRF).
        raise _refused("state_not_of_this_browser", NOT_IN)
    with database.writing() as session:
        is_first = spend(session, state, now() + ROUND_LIFE)
        stored = active_service(session, door.service_id)
    if not is_first:
        raise _refused("state_used", NOT_IN)
    if stored is None:
        abort(404)
    code = _single("code")
    if not _CODE.fullmatch(code):
        raise _refused("no_code", BROKEN_OFF)
    try:
        came = side().services.who_came(
            _opened(stored), _round(state, again=door.again), code, request.args.get("iss")
        )
    except LoginFailed as failed:
        raise _refused(failed.reason, SERVICE_FAILED if failed.is_theirs else NOT_IN) from None
    response = _come_in(database, stored, door, came, _groups(database, stored, came))
    drop_own_cookie(response, _cookie_of(state))
    return response


def _single(name: str) -> str:
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 else ""


def _door(state: str) -> _Door | None:
    if not _STATE.fullmatch(state):
        return None
    said = side().tickets.open("door", request.cookies.get(_cookie_of(state)), now())
    if said is None or said["state"] != state:
        return None
    return _Door(said["service"], said["then"], said["again"], said["link"])


class _Groups(Struct, frozen=True):
    """Where somebody works, as the login service's groups have said; `found` None: no answer."""

    found: FeideUnits | None


def _groups(database: Database, stored: StoredService, came: "Came") -> _Groups | None:
    """With no transaction open. None: not asked. Whatever fails here keeps nobody out."""
    moment, feide = now(), side().feide
    if not stored.reads_groups or stored.issuer != feide.issuer:
        return None
    with database.reading() as session:
        if not is_due(session, stored.id, came.sub, moment):
            return None
    try:
        if came.access_token is None:
            raise PermanentServiceError("no_access_token")
        found = units_of(feide.http, came.access_token, moment, feide.groups_url)
    except ServiceError as failed:
        log.warning("sign_in.groups service=%d reason=%s", stored.id, failed.reason)
        return _Groups(None)
    with database.reading() as session:
        return _Groups(units_here(session, stored.municipality_id, found))


def _come_in(
    database: Database,
    stored: StoredService,
    door: _Door,
    came: "Came",
    groups: _Groups | None,
) -> Response:
    moment = now()
    with database.writing() as session:
        person_id = person_of_identity(session, stored.id, came.sub)
        if door.link:
            person_id = _by_link(session, stored, door.link, came, person_id, moment)
        if person_id is not None:
            token = begin(
                session,
                person_id,
                stored.municipality_id,
                Way.OIDC,
                proved_at=came.proved_at,
                moment=moment,
                from_service=FromService(
                    stored.id,
                    came.visit_hash,
                    kept_way_out(stored.name, stored.client_id, came, moment),
                ),
            )
            _take(session, stored, came.sub, person_id, groups, moment)
    if person_id is None:
        return _ask_for_code(stored, door, came, groups, moment)
    # A page, and no redirect: the cookie of ours does not come along on a way that another site
    # has begun (SameSite=Strict).
    page = make_response(render_template("signin/going_on.html", then=local_path(door.then)))
    return with_sign_in(page, token)


def _take(
    session: Session,
    stored: StoredService,
    sub: str,
    person_id: int,
    groups: _Groups | None,
    moment: datetime,
) -> None:
    if groups is not None:
        home = stored.municipality_id
        take_groups(session, home, stored.id, sub, person_id, groups.found, moment)


def _by_link(
    session: Session,
    stored: StoredService,
    token: str,
    came: "Came",
    known: int | None,
    moment: datetime,
) -> int:
    """The person who sets up this login by a link of theirs."""
    link = live_link(session, token_hash(token), moment)
    if link is None or link.municipality_id != stored.municipality_id:
        raise _refused("link_gone", NOT_IN)
    if known is not None and link.person_id not in (None, known):
        raise _refused("identity_taken", TAKEN, 409)
    if not take_link(session, token, moment):
        raise _refused("link_gone", NOT_IN)
    whose = link if known is None else link.of(known)
    who = person_of_link(session, whose, stored.municipality_id, came.name, moment)
    if known is None:
        linked = link_identity(session, stored.municipality_id, stored.id, came.sub, who.id, moment)
        if not linked:
            raise _refused("identity_taken", TAKEN, 409)
    return who.id


def _ask_for_code(
    stored: StoredService, door: _Door, came: "Came", groups: _Groups | None, moment: datetime
) -> Response:
    """Nobody here yet: an invitation, or the code of an account in an LMS. Never an e-mail."""
    said = {
        "service": stored.id,
        "sub": came.sub,
        "name": came.name,
        "proved": None if came.proved_at is None else came.proved_at.timestamp(),
        "then": door.then,
        "groups": None if groups is None else _sealable(groups),
        # Without the ID token, which would not fit into a cookie beside the rest.
        "out": kept_way_out(stored.name, stored.client_id, replace(came, id_token=""), moment),
        "visit": came.visit_hash,
    }
    response = _join_page(stored.name, typed=_invited_by(door.then))
    sealed = side().tickets.seal("joining", said, moment, JOIN_LIFE)
    set_own_cookie(response, _JOINING, sealed, max_age=int(JOIN_LIFE.total_seconds()))
    log.info("sign_in.unknown service=%d error_id=%s", stored.id, new_error_id())
    return response


def _sealable(groups: _Groups) -> dict[str, Any]:
    found = groups.found
    return {} if found is None else {"codes": sorted(found.codes), "main": found.main}


def _unsealed(said: dict[str, Any] | None) -> _Groups | None:
    if said is None:
        return None
    return _Groups(FeideUnits(None, frozenset(said["codes"]), said["main"]) if said else None)


def _invited_by(then: str) -> str:
    """The code of an invitation, of whoever came by its link."""
    found = _INVITATION.fullmatch(then)
    return found[1] if found else ""


def _join_page(
    service: str = "", problem: str = "", status: int = 200, *, typed: str = ""
) -> Response:
    typed = one("code")[:40] if problem else typed
    page = render_template("signin/join.html", service=service, problem=problem, typed=typed)
    return make_response(page, status)


def _joining() -> dict[str, Any] | None:
    return side().tickets.open("joining", request.cookies.get(_JOINING), now())


@requires(Permission.PUBLIC)
def join_page(session: Session, _actor: Actor | None) -> ResponseReturnValue:
    said = _joining()
    stored = active_service(session, said["service"]) if said else None
    if said is None or stored is None:
        return see_other("/sign-in")
    return _join_page(stored.name, typed=_invited_by(said["then"]))


@requires(Permission.PUBLIC, own_transactions=True)
def join(database: Database, _actor: None) -> ResponseReturnValue:
    check_form()
    said = _joining()
    if said is None:
        return _join_page("", TOO_LATE, 422)
    with database.reading() as session:
        stored = active_service(session, said["service"])
    if stored is None:
        abort(404)
    if wait := wait_first(database, f"{stored.id}:{said['sub']}"):
        page = _join_page(stored.name, TOO_MANY_TRIES, 429)
        page.headers["Retry-After"] = str(wait)
        return page
    try:
        with database.writing() as session:
            token = _joined(session, stored, said, one("code"))
    except _WrongCode:
        log.info("sign_in.refused way=join reason=code")
        return _join_page(stored.name, WRONG_CODE, 422)
    response = with_sign_in(see_other(local_path(said["then"])), token)
    drop_own_cookie(response, _JOINING)
    return response


class _WrongCode(Exception):
    """Nothing is kept of the try but its count."""


def _joined(session: Session, stored: StoredService, said: dict[str, Any], typed: str) -> str:
    moment, home = now(), stored.municipality_id
    person_id = person_of_identity(session, stored.id, said["sub"])
    if person_id is None:
        person_id = take_link_code(session, home, typed, moment)
        if person_id is None:
            person_id = _invited(session, home, said["name"], typed, moment)
        if not link_identity(session, home, stored.id, said["sub"], person_id, moment):
            raise _WrongCode  # in another tab at the same time: the next try finds it
        _take(session, stored, said["sub"], person_id, _unsealed(said["groups"]), moment)
    proved = said["proved"]
    return begin(
        session,
        person_id,
        home,
        Way.OIDC,
        proved_at=None if proved is None else datetime.fromtimestamp(proved, UTC),
        moment=moment,
        from_service=FromService(stored.id, said["visit"], said["out"]),
    )


def _invited(
    session: Session, municipality_id: int, name: str | None, typed: str, moment: datetime
) -> int:
    who = add_person(session, municipality_id, name, moment)
    actor = Actor(who.id, municipality_id, None, frozenset(), way=Way.OIDC)
    offered = take_invitation(session, actor, typed, moment)
    if not isinstance(offered, Offered):
        raise _WrongCode
    school_id = offered.school_id
    if school_id is not None and choose_school(session, who.id, municipality_id, school_id):
        session.emit(SchoolChosen(who.id, municipality_id, school_id))
    return who.id
