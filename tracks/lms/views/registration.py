"""/lti/register: an LMS and we make each other's acquaintance; /lti/canvas.json: for Canvas."""

import logging
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from lti.errors import ServiceError
from lti.origins import origin_of
from lti.ports import Http
from lti.tool.dynamic_registration import is_token, register_with
from lti.tool.key_thumbprints import key_thumbprints
from lti.tool.platform_configuration import (
    PlatformConfiguration,
    RegistrationFailed,
    fetch_configuration,
)
from tracks.db import Database
from tracks.lms.about_us import canvas_configuration, describe
from tracks.lms.actions.invitations import (
    Asked,
    Claimed,
    SeenKeys,
    ask_for_registration,
    claim_invitation,
    release_invitation,
)
from tracks.lms.kinds import KINDS
from tracks.lms.registration_lessons import REGISTRATION_LESSONS, registration_family
from tracks.lms.views.arrivals import ARRIVALS
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.requests import may_be_framed_by, new_error_id, now, parts

log = logging.getLogger(__name__)
OUTBOUND = "tracks.outbound"  # the Http that pages use while somebody waits
_ONCE = ("invitation", "openid_configuration", "registration_token")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/register", view_func=register)
    pages.add_url_rule("/canvas.json", view_func=canvas)


def outbound() -> Http:
    return cast(Http, current_app.extensions[OUTBOUND])


@requires(Permission.PUBLIC, own_transactions=True)
def register(database: Database, _actor: None) -> ResponseReturnValue:
    """Opened by the LMS, in a frame or a window of its own, with its address and a token."""
    # Nothing on these pages acts, so any LMS may frame them: a blank frame would help nobody.
    may_be_framed_by("*")
    with database.writing() as session:
        claimed = claim_invitation(session, request.args.get("invitation", ""), now())
    if claimed is None:
        return _failed(RegistrationFailed("registration_not_invited"), 403)
    asked = False
    try:
        platform, about, keys = _talk()
        with database.writing() as session:
            asked = ask_for_registration(session, claimed, about, keys, now()) is not None
    except ServiceError as failed:
        return _failed(failed, 400 if failed.reason.startswith("request_") else 502)
    finally:
        if not asked:
            _release(database, claimed)
    if not asked:
        return _failed(RegistrationFailed("registration_not_invited"), 403)
    log.info("registration.asked municipality=%d", claimed.municipality_id)
    return render_template("lms/registered.html", origins=_origins(platform))


def _release(database: Database, claimed: Claimed) -> None:
    """It came to nothing: the invitation is as good as before."""
    with database.writing() as session:
        release_invitation(session, claimed.invitation_id)


def _talk() -> tuple[PlatformConfiguration, Asked, SeenKeys]:
    """Everything that takes the LMS's time. Raises ServiceError."""
    url, token = _read_request()
    http, base_url = outbound(), parts().settings.base_url
    platform = fetch_configuration(http, url, token, base_url=base_url)
    registered = register_with(http, platform, describe(base_url, ARRIVALS), token)
    asked = Asked(
        name=_name(platform),
        issuer=platform.issuer,
        client_id=registered.client_id,
        auth_url=platform.auth_url,
        token_url=platform.token_url,
        jwks_url=platform.jwks_url,
        platform_family=platform.family,
        product=platform.product,
        deployment_id=registered.deployment_id,
        scopes=registered.scopes,
        messages=registered.message_types,
        foreign_hosts=platform.foreign_hosts,
    )
    return platform, asked, seen_keys(http, platform.jwks_url)


def _read_request() -> tuple[str, str | None]:
    """The configuration's address, and the token for the registration if there is one."""
    if any(len(request.args.getlist(name)) > 1 for name in _ONCE):
        raise RegistrationFailed("request_parameter_repeated")
    url = request.args.get("openid_configuration")
    if not url:
        raise RegistrationFailed("request_not_by_an_lms")
    token = request.args.get("registration_token") or None
    if token is not None and not is_token(token):
        raise RegistrationFailed("request_token_malformed")
    return url, token


def _name(platform: PlatformConfiguration) -> str:
    known = [kind.name for kind in KINDS if kind.family and kind.family == platform.family]
    origin = origin_of(platform.issuer)
    return known[0] if known else (origin.host if origin else platform.issuer)[:200]


def seen_keys(http: Http, jwks_url: str) -> SeenKeys:
    """A key set that cannot be had now is no reason to stop: the page says so."""
    try:
        return SeenKeys(tuple((kid, seen) for kid, seen in key_thumbprints(http, jwks_url)))
    except ServiceError as failed:
        return SeenKeys(failed=failed.reason)


def _origins(platform: PlatformConfiguration) -> str:
    """Where the page that opened us may be, for the word that closes us (R8)."""
    urls = (platform.issuer, platform.url, platform.auth_url, platform.registration_url)
    found = [origin for origin in map(origin_of, urls) if origin]
    return " ".join(dict.fromkeys(f"{o.scheme}://{_host(o.host)}:{o.port}" for o in found))


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Answer(Struct, frozen=True):
    """What the LMS answered, for the administrator to read."""

    status: int | None = None
    said: str = ""


def _failed(failed: ServiceError, status: int) -> Response:
    error_id = new_error_id()
    answer = _Answer()
    if isinstance(failed, RegistrationFailed):
        answer = _Answer(failed.status, failed.said)
    log.warning(
        "registration.failed reason=%s detail=%s status=%s error_id=%s",
        failed.reason,
        failed.detail,
        answer.status,
        error_id,
    )
    page = render_template(
        "lms/not_registered.html",
        lesson=REGISTRATION_LESSONS[registration_family(failed.reason)],
        reason=failed.reason,
        detail=failed.detail,
        answer=answer,
        error_id=error_id,
    )
    return make_response(page, status)


@requires(Permission.PUBLIC, own_transactions=True)
def canvas(_database: Database, _actor: None) -> ResponseReturnValue:
    response: Any = jsonify(canvas_configuration(parts().settings.base_url))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return cast(Response, response)
