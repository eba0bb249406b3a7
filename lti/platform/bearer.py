from collections.abc import Collection, Mapping
from typing import Any

from lti import jose
from lti.errors import LtiRejected
from lti.platform.library import ParsedKeyRegistration, ServiceRefused
from lti.platform.registration import Platform
from lti.platform.service_messages import ServiceRequest

ALGORITHMS = ("RS256",)
_MAX_TOKEN = 8 * 1024


def checked_bearer(platform: Platform, request: ServiceRequest, scopes: Collection[str]) -> str:
    """The access token of a request, once it is ours, alive, and holds one of `scopes`.

    Raises ServiceRefused: 401 without a valid token, 403 when its scope is another (RFC 6750)."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ServiceRefused(401, "no bearer token", {"WWW-Authenticate": "Bearer"})
    if len(token) > _MAX_TOKEN:
        raise _invalid("too long")
    claims = _verified(platform, token)
    registration = platform.registration
    if claims.get("iss") != registration.issuer or claims.get("aud") != registration.issuer:
        raise _invalid("another token")
    if claims.get("sub") != registration.client_id:
        raise _invalid("another tool")
    expires = claims.get("exp")
    if not isinstance(expires, int) or expires <= platform.clock.now().timestamp():
        raise _invalid("expired")
    granted = str(claims.get("scopes", "")).split()
    if not set(granted) & set(scopes):
        error = f'Bearer error="insufficient_scope", scope="{" ".join(sorted(scopes))}"'
        raise ServiceRefused(403, "scope does not cover this method", {"WWW-Authenticate": error})
    return token


def _verified(platform: Platform, token: str) -> Mapping[str, Any]:
    key = jose.import_public(ParsedKeyRegistration.get_jwk(platform.key.public_pem))
    try:
        if jose.peek_header(token, ALGORITHMS).kid != key.kid:
            raise _invalid("signed with another key")
        return jose.verify(token, key, ALGORITHMS)
    except LtiRejected as rejected:
        raise _invalid(rejected.reason) from None


def _invalid(why: str) -> ServiceRefused:
    return ServiceRefused(
        401, f"access token not valid: {why}", {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
