"""OpenID Connect Back-Channel Logout 1.0: a login service says that somebody has signed out."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from lti.claims import is_identifier
from lti.errors import LtiRejected
from lti.jose import peek_header
from lti.strict_json import StrictJsonError, parse_object
from tracks.signin.rules import LoginFailed

ALGORITHMS: Final = ("RS256",)
MAX_TOKEN: Final = 64 * 1024
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_MOST_AUDIENCES: Final = 10


class Left(Struct, frozen=True):
    """Who has signed out there: one of the two at least."""

    sub: str | None
    visit_hash: str | None
    jti: str


class Said(Struct, frozen=True):
    """What a token says of itself before anybody has looked at its signature: nothing to believe,
    and enough to know whose keys to ask for."""

    issuer: str
    client_ids: tuple[str, ...]
    left: Left


def read_said(token: str) -> Said:
    """Raises LoginFailed for what no signature could make good."""
    if len(token) > MAX_TOKEN:
        raise LoginFailed("token_too_long")
    try:
        peek_header(token, ALGORITHMS)
        middle = token.split(".")[1]
        claims = parse_object(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except LtiRejected as rejected:
        raise LoginFailed(rejected.reason) from None
    except (StrictJsonError, ValueError):
        raise LoginFailed("payload_not_json_object") from None
    issuer, audience = claims.get("iss"), claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    client_ids = tuple(str(each) for each in listed[:_MOST_AUDIENCES] if is_identifier(each))
    if not isinstance(issuer, str) or not client_ids:
        raise LoginFailed("parties_missing")
    return Said(issuer, client_ids, read_left(claims))


def read_left(claims: Mapping[str, Any]) -> Left:
    """Section 2.6, 4 to 6. Raises LoginFailed."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LoginFailed("no_logout")
    # An ID token has one: it must never pass for this.
    if "nonce" in claims:
        raise LoginFailed("nonce_present")
    if not is_identifier(claims.get("jti")):
        raise LoginFailed("jti_missing")
    for name in ("sub", "sid"):
        if name in claims and not is_identifier(claims[name]):
            raise LoginFailed(f"{name}_malformed")
    sub, visit_hash = claims.get("sub"), visit_hash_of(claims.get("sid"))
    if sub is None and visit_hash is None:
        raise LoginFailed("nobody_named")
    return Left(sub, visit_hash, claims["jti"])


def visit_hash_of(sid: object) -> str | None:
    """None for what is no `sid`."""
    return sha256(str(sid).encode()).hexdigest() if is_identifier(sid) else None
