from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lti import jose
from lti.errors import LtiRejected
from lti.platform.errors import TokenRefused
from lti.platform.registration import Platform
from lti.platform.tool_key_set import ToolKey

MAX_LIFETIME_SECONDS = 3600
ALGORITHMS = ("RS256",)
MAX_JTI = 255
_DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
_MESSAGE_TYPE = "https://purl.imsglobal.org/spec/lti/claim/message_type"


def check_client_assertion(platform: Platform, token: str) -> ToolKey:
    """The key that signed it, once everything holds: RFC 7523 §3 and security framework §4.1.1.

    Raises TokenRefused("invalid_client", ...). The jti is used up."""
    try:
        header = jose.peek_header(token, ALGORITHMS)
        key = platform.tool_keys.find(header.kid)
        if key is None:
            raise _refused("kid_unknown")
        claims = jose.verify(token, key.public, ALGORITHMS)
    except LtiRejected as rejected:
        raise _refused(rejected.reason) from None
    _check_parties(platform, claims)
    expires_at = _checked_expiry(platform, claims)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        raise _refused("jti_missing")
    client_id = platform.registration.client_id
    if not platform.used_assertions.consume(client_id, jti, expires_at):
        raise _refused("jti_reused")
    return key


def _check_parties(platform: Platform, claims: Mapping[str, Any]) -> None:
    registration = platform.registration
    if claims.get("iss") != registration.client_id:
        raise _refused("iss_not_client_id")
    if claims.get("sub") != registration.client_id:
        raise _refused("sub_not_client_id")
    audience = claims.get("aud")
    if audience not in (registration.token_url, [registration.token_url]):
        raise _refused("aud_not_token_url")
    # A deep linking response is signed with the same key; it is no credential.
    if _MESSAGE_TYPE in claims:
        raise _refused("is_a_message")
    if claims.get(_DEPLOYMENT, registration.deployment_id) != registration.deployment_id:
        raise _refused("deployment_differs")


def _checked_expiry(platform: Platform, claims: Mapping[str, Any]) -> datetime:
    now = platform.clock.now().timestamp()
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued > now:  # no leeway: Moodle refuses a second, and so does the library
        raise _refused("iat_in_future")
    if expires <= now:
        raise _refused("exp_passed")
    if not 0 < expires - issued <= MAX_LIFETIME_SECONDS:
        raise _refused("lifetime_too_long")
    return datetime.fromtimestamp(expires, tz=UTC)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"{name}_missing")
    try:
        return float(value)
    except OverflowError:  # an integer of 400 digits is JSON
        raise _refused(f"{name}_missing") from None


def _refused(reason: str) -> TokenRefused:
    return TokenRefused("invalid_client", reason)
