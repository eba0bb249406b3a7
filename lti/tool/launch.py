"""The launch: a form posted by the browser, or the reason why it is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lti import claims as names
from lti.claims import AgsClaim, Context, NrpsClaim, ResourceLink, fields, text
from lti.errors import LtiRejected, TransientServiceError
from lti.jose import peek_header, verify
from lti.origins import is_secure_for
from lti.ports import Clock, Deployment, Nonces, PlatformKeys, Registration, Registrations
from lti.roles import Roles
from lti.tool import claim_checks as check
from lti.tool.state import LEEWAY, LoginState, StateSigner

MAX_BODY: Final = 64 * 1024
_MAX_PLATFORM_MESSAGE: Final = 500
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True, slots=True)
class Launch:
    registration: Registration
    deployment: Deployment
    message_type: str
    sub: str = field(repr=False)
    roles: Roles
    target_link_uri: str
    resource_link: ResourceLink | None
    context: Context | None
    custom: Mapping[str, str] = field(repr=False)
    ags: AgsClaim | None
    nrps: NrpsClaim | None
    return_url: str | None
    document_target: str | None
    locale: str | None
    # for the page only; never to find or link an account (T32)
    name: str | None = field(repr=False)
    given_name: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    email: str | None = field(repr=False)
    nonce: str = field(repr=False)
    binding_cookie: str


def accept_launch(
    form: Sequence[tuple[str, str]],
    *,
    cookies: Mapping[str, str],
    body_size: int,
    registrations: Registrations,
    nonces: Nonces,
    keys: PlatformKeys,
    signer: StateSigner,
    clock: Clock,
    base_url: str,
) -> Launch:
    """Rules T1 to T36. Raises LtiRejected; the nonce is used up even then (T19)."""
    posted = _read_form(form, body_size)
    now = clock.now()
    if "error" in posted:
        raise _platform_error(posted, cookies, nonces, signer, now)
    token, state_text = _token_and_state(posted)
    state = signer.read(state_text, now)
    try:
        signer.check_browser(state, cookies.get(state.cookie_name))
        _consume(nonces, state, signer, now)
        registration = registrations.by_id(state.registration_id)
        if registration is None or not registration.is_active:
            raise LtiRejected("state_registration_gone")
        claims = _authentic_claims(token, registration, keys)
        return _launch(claims, registration, registrations, state, now, base_url)
    except LtiRejected as rejected:
        rejected.registration_id = state.registration_id
        rejected.binding_cookie = state.cookie_name
        raise


def _read_form(form: Sequence[tuple[str, str]], body_size: int) -> dict[str, str]:
    if body_size > MAX_BODY:
        raise LtiRejected("form_too_large", f"{body_size} bytes")
    posted = dict(form)
    if len(posted) != len(form):
        raise LtiRejected("form_field_repeated")
    if "error" in posted and "id_token" in posted:
        raise LtiRejected("form_token_and_error")
    return posted


def _token_and_state(posted: Mapping[str, str]) -> tuple[str, str]:
    token, state = posted.get("id_token"), posted.get("state")
    if not token:
        raise LtiRejected("form_token_missing")
    if not state:
        raise LtiRejected("form_state_missing")
    return token, state


def _platform_error(
    posted: Mapping[str, str],
    cookies: Mapping[str, str],
    nonces: Nonces,
    signer: StateSigner,
    now: datetime,
) -> LtiRejected:
    code = posted["error"] if _ERROR_CODE.fullmatch(posted["error"]) else "unreadable"
    plain = LtiRejected("platform_error", code)
    try:
        state = signer.read(posted.get("state", ""), now)
        signer.check_browser(state, cookies.get(state.cookie_name))
        _consume(nonces, state, signer, now)
    except LtiRejected:
        # anybody could have sent the browser here: then their words are not ours to show
        return plain
    message = posted.get("error_description", "")[:_MAX_PLATFORM_MESSAGE]
    answered = LtiRejected("platform_error", code, platform_message=message)
    answered.registration_id = state.registration_id
    answered.binding_cookie = state.cookie_name
    return answered


def nonce_memory(ttl: timedelta) -> timedelta:
    """How long a used nonce is remembered (T17): as long as any token or state could live."""
    return check.MAX_AGE + 2 * LEEWAY + ttl


def _consume(nonces: Nonces, state: LoginState, signer: StateSigner, now: datetime) -> None:
    until = now + nonce_memory(signer.ttl)
    if not nonces.consume(state.registration_id, state.nonce, until):
        raise LtiRejected("nonce_reused")


def _authentic_claims(
    token: str, registration: Registration, keys: PlatformKeys
) -> Mapping[str, Any]:
    header = peek_header(token, registration.algorithms)
    try:
        key = keys.key(registration, header.kid)
    except TransientServiceError as failed:
        raise LtiRejected("keys_unreachable", failed.reason) from failed
    if key is None:
        raise LtiRejected("kid_unknown")
    return verify(token, key, registration.algorithms)


def _launch(
    claims: Mapping[str, Any],
    registration: Registration,
    registrations: Registrations,
    state: LoginState,
    now: datetime,
    base_url: str,
) -> Launch:
    presentation = fields(claims.get(names.LAUNCH_PRESENTATION))
    return_url = text(presentation.get("return_url"))
    if return_url is not None and not is_secure_for(return_url, base_url):
        return_url = None
    try:
        deployment = _checked(claims, registration, registrations, state, now, base_url)
    except LtiRejected as rejected:
        rejected.return_url = return_url
        raise
    is_resource = claims[names.MESSAGE_TYPE] == names.RESOURCE_LINK_REQUEST
    return Launch(
        registration=registration,
        deployment=deployment,
        message_type=claims[names.MESSAGE_TYPE],
        sub=claims["sub"],
        roles=Roles.parse(claims[names.ROLES]),
        target_link_uri=state.target_link_uri,
        resource_link=names.read_resource_link(claims[names.RESOURCE_LINK])
        if is_resource
        else None,
        context=names.read_context(claims.get(names.CONTEXT)),
        custom=names.read_custom(claims.get(names.CUSTOM)),
        ags=names.read_ags(claims.get(names.AGS)),
        nrps=names.read_nrps(claims.get(names.NRPS)),
        return_url=return_url,
        document_target=text(presentation.get("document_target")),
        locale=text(presentation.get("locale")),
        name=text(claims.get("name")),
        given_name=text(claims.get("given_name")),
        family_name=text(claims.get("family_name")),
        email=text(claims.get("email")),
        nonce=state.nonce,
        binding_cookie=state.cookie_name,
    )


def _checked(
    claims: Mapping[str, Any],
    registration: Registration,
    registrations: Registrations,
    state: LoginState,
    now: datetime,
    base_url: str,
) -> Deployment:
    check.check_is_lti(claims)
    check.check_parties(claims, registration)
    check.check_times(claims, now.timestamp())
    check.check_nonce(claims, state)
    check.check_message(claims)
    deployment_id = check.check_deployment_claim(claims, state)
    check.check_target(claims, state, base_url)
    check.check_resource_link(claims)
    check.check_roles(claims)
    check.check_person(claims)
    deployment = registrations.deployment(registration.id, deployment_id)
    if deployment is None:
        registrations.note_deployment(registration.id, deployment_id)
        raise LtiRejected("deployment_unknown")
    if not deployment.is_enabled:
        raise LtiRejected("deployment_not_enabled")
    return deployment
