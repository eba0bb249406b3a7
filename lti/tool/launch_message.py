"""What an authentic id_token says: its signature, its claims, and the Launch made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti import claims as names
from lti.claims import (
    AgsClaim,
    Context,
    GroupsClaim,
    NrpsClaim,
    PnsClaim,
    ResourceLink,
    fields,
    text,
)
from lti.errors import LtiRejected, TransientServiceError
from lti.jose import peek_header, verify
from lti.origins import is_secure_for
from lti.ports import Deployment, PlatformKeys, Registration, Registrations
from lti.roles import Roles
from lti.tool import claim_checks as check
from lti.tool.deep_linking import DeepLinkingSettings, read_settings
from lti.tool.return_url import LONGEST
from lti.tool.service_urls import is_allowed_service_url
from lti.tool.state import LoginState


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
    way_back: str | None  # the return_url, where it may be shown as a link
    document_target: str | None
    locale: str | None
    # for the page only; never to find or link an account (T32)
    name: str | None = field(repr=False)
    given_name: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    email: str | None = field(repr=False)
    nonce: str = field(repr=False)
    binding_cookie: str
    deep_linking: DeepLinkingSettings | None = None  # of LtiDeepLinkingRequest only
    for_user: str | None = field(default=None, repr=False)  # of a review or a privacy launch
    pns: PnsClaim | None = None
    groups: GroupsClaim | None = None
    clock_ahead: float = 0.0  # seconds from our clock to the iat, when the token came


def authentic_launch(
    token: str,
    state: LoginState,
    registrations: Registrations,
    keys: PlatformKeys,
    now: datetime,
    base_url: str,
) -> Launch:
    """What the token says, its signature and claims found good at `now` (T3 to T36)."""
    registration = registrations.by_id(state.registration_id)
    if registration is None or not registration.is_active:
        raise LtiRejected("state_registration_gone")
    claims = _authentic_claims(token, registration, keys)
    return _launch(claims, registration, registrations, state, now, base_url)


def tell_the_way_back(
    rejected: LtiRejected,
    token: str,
    state: LoginState,
    registrations: Registrations,
    keys: PlatformKeys,
    now: datetime,
    base_url: str,
) -> None:
    """To the course of a launch that is refused whatever its token says; nothing is used up."""
    try:
        launch = authentic_launch(token, state, registrations, keys, now, base_url)
    except LtiRejected as other:
        rejected.return_url, rejected.locale = other.return_url, other.locale
    else:
        rejected.return_url, rejected.locale = launch.way_back, launch.locale


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
        deep_linking = _deep_linking(claims, registration, base_url)
    except LtiRejected as rejected:
        rejected.return_url = _way_back(return_url, registration, base_url)
        rejected.locale = text(presentation.get("locale"))
        raise
    return Launch(
        registration=registration,
        deployment=deployment,
        message_type=claims[names.MESSAGE_TYPE],
        sub=claims["sub"],
        roles=Roles.parse(claims[names.ROLES]),
        target_link_uri=state.target_link_uri,
        resource_link=_resource_link(claims),
        context=names.read_context(claims.get(names.CONTEXT)),
        custom=names.read_custom(claims.get(names.CUSTOM)),
        ags=names.read_ags(claims.get(names.AGS)),
        nrps=names.read_nrps(claims.get(names.NRPS)),
        return_url=return_url,
        way_back=_way_back(return_url, registration, base_url),
        document_target=text(presentation.get("document_target")),
        locale=text(presentation.get("locale")),
        name=text(claims.get("name")),
        given_name=text(claims.get("given_name")),
        family_name=text(claims.get("family_name")),
        email=text(claims.get("email")),
        nonce=state.nonce,
        binding_cookie=state.cookie_name,
        deep_linking=deep_linking,
        groups=names.read_groups(claims.get(names.GROUPS)),
        clock_ahead=float(claims["iat"]) - now.timestamp(),
        for_user=names.read_for_user(claims.get(names.FOR_USER)),
        pns=names.read_pns(claims.get(names.PNS)),
    )


def _way_back(return_url: str | None, registration: Registration, base_url: str) -> str | None:
    """Only where this registration's platform lives (T37): no message makes us an open redirect."""
    if return_url is None or len(return_url) > LONGEST:
        return None
    allowed = is_allowed_service_url(return_url, registration, base_url=base_url)
    return return_url if allowed else None


def _resource_link(claims: Mapping[str, Any]) -> ResourceLink | None:
    """Required for a resource link launch; a submission review may say it too."""
    may_name_one = (names.RESOURCE_LINK_REQUEST, names.SUBMISSION_REVIEW_REQUEST)
    link = claims.get(names.RESOURCE_LINK)
    if link is None or claims[names.MESSAGE_TYPE] not in may_name_one:
        return None
    return names.read_resource_link(link)


def _deep_linking(
    claims: Mapping[str, Any], registration: Registration, base_url: str
) -> DeepLinkingSettings | None:
    if claims[names.MESSAGE_TYPE] != names.DEEP_LINKING_REQUEST:
        return None
    return read_settings(claims, registration, base_url)


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
    check.check_for_user(claims)
    deployment = registrations.deployment(registration.id, deployment_id)
    if deployment is None:
        registrations.note_deployment(registration.id, deployment_id)
        raise LtiRejected("deployment_unknown")
    if not deployment.is_enabled:
        raise LtiRejected("deployment_not_enabled")
    return deployment
