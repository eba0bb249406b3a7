"""The claims of an authentic id_token, one function a group; each raises LtiRejected (T9-T31)."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from lti import claims as names
from lti.claims import fields, is_identifier
from lti.errors import LtiRejected
from lti.origins import is_within
from lti.ports import Registration
from lti.tool.state import LEEWAY, LoginState

MAX_AGE: Final = timedelta(minutes=10)
MAX_LIFETIME: Final = timedelta(hours=24)
ABOUT_A_PERSON: Final = frozenset(
    {
        names.SUBMISSION_REVIEW_REQUEST,
        names.DATA_PRIVACY_REQUEST,
        names.LTI_DATA_PRIVACY_REQUEST,
    }
)
MESSAGE_TYPES: Final = ABOUT_A_PERSON | {names.RESOURCE_LINK_REQUEST, names.DEEP_LINKING_REQUEST}

Claims = Mapping[str, Any]


def check_is_lti(claims: Claims) -> None:
    if not any(name in claims for name in (names.MESSAGE_TYPE, names.VERSION, names.DEPLOYMENT_ID)):
        raise LtiRejected("not_an_lti_message")


def check_parties(claims: Claims, registration: Registration) -> None:
    issuer = claims.get("iss")
    if issuer is None:
        raise LtiRejected("issuer_missing")
    if issuer != registration.issuer:
        raise LtiRejected("issuer_differs")
    _check_audience(claims.get("aud"), claims, registration.client_id)


def _check_audience(audience: Any, claims: Claims, client_id: str) -> None:
    if audience is None:
        raise LtiRejected("audience_missing")
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise LtiRejected("audience_not_us")
    if any(other != client_id for other in listed):
        raise LtiRejected("audience_untrusted", f"{len(listed)} audiences")
    if len(listed) > 1 and "azp" not in claims:
        raise LtiRejected("azp_missing")
    if "azp" in claims and claims["azp"] != client_id:
        raise LtiRejected("azp_not_us")


def check_times(claims: Claims, now: float, max_age: timedelta = MAX_AGE) -> None:
    leeway = LEEWAY.total_seconds()
    expires = _seconds(claims, "exp")
    issued = _seconds(claims, "iat")
    if now > expires + leeway:
        raise LtiRejected("exp_passed", f"{now - expires:.0f} s ago")
    if issued > now + leeway:
        raise LtiRejected("iat_in_future", f"{issued - now:.0f} s ahead of our clock")
    if now - issued > max_age.total_seconds() + leeway:
        raise LtiRejected("iat_too_old", f"{now - issued:.0f} s old")
    if expires - issued > MAX_LIFETIME.total_seconds():
        raise LtiRejected("lifetime_too_long")
    if "nbf" in claims and (begins := _seconds(claims, "nbf")) > now + leeway:
        raise LtiRejected("nbf_in_future", f"{begins - now:.0f} s ahead of our clock")


def _seconds(claims: Claims, name: str) -> float:
    if name not in claims:
        raise LtiRejected(f"{name}_missing")
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LtiRejected(f"{name}_not_number")
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise LtiRejected(f"{name}_not_number", "out of range")
    return seconds


def check_nonce(claims: Claims, state: LoginState) -> None:
    nonce = claims.get("nonce")
    if nonce is None or nonce == "":
        raise LtiRejected("nonce_missing")
    if nonce != state.nonce:
        raise LtiRejected("nonce_differs")


def check_version(claims: Claims) -> None:
    version = claims.get(names.VERSION)
    if version is None:
        raise LtiRejected("version_missing")
    if version != names.LTI_VERSION:
        raise LtiRejected("version_unknown")


def check_message(claims: Claims) -> None:
    check_version(claims)
    message_type = claims.get(names.MESSAGE_TYPE)
    if message_type is None:
        raise LtiRejected("message_type_missing")
    if not isinstance(message_type, str) or message_type not in MESSAGE_TYPES:
        raise LtiRejected("message_type_unknown")


def check_deployment_claim(claims: Claims, state: LoginState) -> str:
    deployment_id = claims.get(names.DEPLOYMENT_ID)
    if deployment_id is None:
        raise LtiRejected("deployment_missing")
    if not is_identifier(deployment_id):
        raise LtiRejected("deployment_malformed")
    if state.deployment_hint is not None and deployment_id != state.deployment_hint:
        raise LtiRejected("deployment_differs")
    return str(deployment_id)


def check_target(claims: Claims, state: LoginState, base_url: str) -> None:
    target = claims.get(names.TARGET_LINK_URI)
    if not isinstance(target, str) or not target:
        raise LtiRejected("target_missing")
    if target == state.target_link_uri:  # checked at login, and signed since
        return
    if not is_within(target, base_url):
        raise LtiRejected("target_foreign")
    raise LtiRejected("target_differs")


def check_resource_link(claims: Claims) -> None:
    message_type = claims[names.MESSAGE_TYPE]
    if message_type not in (names.RESOURCE_LINK_REQUEST, names.SUBMISSION_REVIEW_REQUEST):
        return
    link = claims.get(names.RESOURCE_LINK)
    if link is None and message_type == names.SUBMISSION_REVIEW_REQUEST:
        return  # a line item that belongs to no link
    if link is None:
        raise LtiRejected("resource_link_missing")
    link_id = fields(link).get("id")
    if not isinstance(link_id, str) or not 0 < len(link_id) <= names.MAX_ID:
        raise LtiRejected("resource_link_id_invalid")


def check_for_user(claims: Claims) -> None:
    message_type = claims[names.MESSAGE_TYPE]
    if message_type not in ABOUT_A_PERSON:
        return
    if names.read_for_user(claims.get(names.FOR_USER)) is None:
        raise LtiRejected("for_user_missing")
    if message_type != names.SUBMISSION_REVIEW_REQUEST:
        return
    ags = names.read_ags(claims.get(names.AGS))
    if ags is None or ags.lineitem is None:
        raise LtiRejected("review_line_item_missing")


def check_roles(claims: Claims) -> None:
    if names.ROLES not in claims:
        raise LtiRejected("roles_missing")
    roles = claims[names.ROLES]
    if not isinstance(roles, list):
        raise LtiRejected("roles_not_list")
    if not all(isinstance(role, str) for role in roles):
        raise LtiRejected("roles_not_text")


def check_person(claims: Claims) -> None:
    sub = claims.get("sub")
    if sub is None:
        raise LtiRejected("sub_missing")
    if not is_identifier(sub):
        raise LtiRejected("sub_malformed")
