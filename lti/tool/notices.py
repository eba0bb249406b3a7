"""Notices of the Platform Notification Service: what a platform tells us while nobody is there.

The facts and what is assumed where they are uncertain: docs/decisions/0013.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

from msgspec import Struct

from lti import claims as names
from lti.claims import Context, PnsClaim, fields, is_identifier, text
from lti.errors import LtiRejected, TransientServiceError
from lti.jose import peek_header, verify
from lti.ports import Clock, Deployment, Nonces, PlatformKeys, Registration, Registrations
from lti.strict_json import StrictJsonError, parse_object
from lti.tool import claim_checks as check
from lti.tool.answers import failure, is_success
from lti.tool.service_calls import Caller, ServiceCalls
from lti.tool.state import LEEWAY

SCOPE: Final = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
CONTEXT_COPY: Final = "LtiContextCopyNotice"
HELLO: Final = "LtiHelloWorldNotice"  # Canvas tries a new handler with it
TYPES: Final = frozenset({CONTEXT_COPY, HELLO})
JSON: Final = "application/json"

MAX_BODY: Final = 512 * 1024
MOST: Final = 100
# A platform may queue its notices for a while; a launch is made while its person waits.
MAX_AGE: Final = timedelta(hours=1)
MAX_ORIGINS: Final = 20


class SeenNotices(Protocol):
    def remember(self, registration_id: int, notice: "Notice") -> bool:
        """False when it was there already: a platform that heard no answer sends it again."""
        ...


class Notice(Struct, frozen=True):
    id: str
    type: str
    sent_at: datetime
    deployment: Deployment
    context: Context | None
    origin_contexts: tuple[str, ...]  # the courses that `context` was copied from


def tokens_of(body: bytes) -> list[str]:
    """The notices of one delivery, each still to be checked. Raises LtiRejected."""
    if len(body) > MAX_BODY:
        raise LtiRejected("notices_too_large", f"{len(body)} bytes")
    try:
        listed = parse_object(body).get("notices")
    except StrictJsonError as refused:
        raise LtiRejected("notices_not_json", refused.why) from None
    if not isinstance(listed, list) or not listed:
        raise LtiRejected("notices_missing")
    if len(listed) > MOST:
        raise LtiRejected("notices_too_many", str(len(listed)))
    tokens = [text(fields(item).get("jwt")) for item in listed]
    if None in tokens:
        raise LtiRejected("notice_token_missing")
    return [token for token in tokens if token is not None]


def accept_notice(
    token: str,
    registration: Registration,
    *,
    registrations: Registrations,
    nonces: Nonces,
    seen: SeenNotices,
    keys: PlatformKeys,
    clock: Clock,
) -> Notice | None:
    """None when it was accepted before. Raises LtiRejected; nothing is to be kept then.

    `registration` is the one that the handler's address names, so nothing in the token is looked
    at before its signature holds.
    """
    now = clock.now()
    claims = _authentic(token, registration, keys)
    check.check_parties(claims, registration)
    check.check_times(claims, now.timestamp(), MAX_AGE)
    check.check_version(claims)
    nonce = _nonce(claims)
    notice = _notice(claims, _deployment(claims, registration, registrations))
    if not seen.remember(registration.id, notice):
        return None
    if not nonces.consume(registration.id, nonce, now + MAX_AGE + 2 * LEEWAY):
        raise LtiRejected("nonce_reused")
    return notice


def _authentic(token: str, registration: Registration, keys: PlatformKeys) -> Mapping[str, Any]:
    header = peek_header(token, registration.algorithms)
    try:
        key = keys.key(registration, header.kid)
    except TransientServiceError as failed:
        raise LtiRejected("keys_unreachable", failed.reason) from failed
    if key is None:
        raise LtiRejected("kid_unknown")
    return verify(token, key, registration.algorithms)


def _nonce(claims: Mapping[str, Any]) -> str:
    """As it is stored: as long as any other, and never equal to one of a launch."""
    nonce = text(claims.get("nonce", claims.get("jti")))
    if nonce is None:
        raise LtiRejected("nonce_missing")
    return sha256(b"notice:" + nonce.encode("utf-8", "surrogatepass")).hexdigest()


def _deployment(
    claims: Mapping[str, Any], registration: Registration, registrations: Registrations
) -> Deployment:
    deployment_id = claims.get(names.DEPLOYMENT_ID)
    if deployment_id is None:
        raise LtiRejected("deployment_missing")
    if not is_identifier(deployment_id):
        raise LtiRejected("deployment_malformed")
    deployment = registrations.deployment(registration.id, deployment_id)
    if deployment is None:
        raise LtiRejected("deployment_unknown")
    if not deployment.is_enabled:
        raise LtiRejected("deployment_not_enabled")
    return deployment


def _notice(claims: Mapping[str, Any], deployment: Deployment) -> Notice:
    claim = claims.get(names.NOTICE)
    if not isinstance(claim, dict):
        raise LtiRejected("notice_claim_missing")
    if not is_identifier(claim.get("id")):
        raise LtiRejected("notice_id_invalid")
    if text(claim.get("type")) not in TYPES:
        raise LtiRejected("notice_type_unknown")
    is_copy = claim["type"] == CONTEXT_COPY
    context = names.read_context(claims.get(names.CONTEXT))
    if is_copy and context is None:
        raise LtiRejected("notice_context_missing")
    return Notice(
        id=claim["id"],
        type=claim["type"],
        sent_at=_moment(claim.get("timestamp")),
        deployment=deployment,
        context=context,
        origin_contexts=_origins(claims) if is_copy else (),
    )


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise LtiRejected("notice_timestamp_invalid") from None
    if moment.tzinfo is None:
        raise LtiRejected("notice_timestamp_invalid", "without a zone")
    return moment


def _origins(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Canvas leaves the claim out when the course was made from a file."""
    listed = claims.get(names.ORIGIN_CONTEXTS, [])
    if not isinstance(listed, list) or len(listed) > MAX_ORIGINS:
        raise LtiRejected("notice_origin_invalid")
    if not all(isinstance(i, str) and 0 < len(i) <= names.MAX_ID for i in listed):
        raise LtiRejected("notice_origin_invalid")
    return tuple(listed)


def wants_handler(claim: PnsClaim | None) -> bool:
    """Whether this platform would tell us of copied courses."""
    return claim is not None and SCOPE in claim.scope and CONTEXT_COPY in claim.notice_types


def register_handler(
    calls: ServiceCalls, registration: Registration, deployment_id: str, url: str, handler: str
) -> None:
    """Ask for notices of copied courses; asking again changes nothing. Raises ServiceError."""
    body = json.dumps({"notice_type": CONTEXT_COPY, "handler": handler}).encode()
    caller = Caller(registration, deployment_id, SCOPE)
    answer = calls.call(caller, "PUT", url, media_type=JSON, body=body)
    if not is_success(answer):
        raise failure(answer, calls.now())
