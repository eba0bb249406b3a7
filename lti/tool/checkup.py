"""A live look at a platform: does it answer, does it trust us, what does it grant, what time is it?

Asks past every cache, so that what has just been mended is seen.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

from lti.errors import ServiceError
from lti.jose import PublicKey
from lti.platform_keys import fetch_key_set, read_key_set
from lti.ports import Clock, Http, HttpAnswer, Registration, SigningKeys
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens

# nothing more is asked after that: somebody waits for the page
PATIENCE: Final = timedelta(seconds=14)
# of the token endpoint itself, so that another scope fares no better
_FOR_EVERY_SCOPE: Final = frozenset(
    {
        "no_token_endpoint",
        "name_not_found",
        "address_not_public",
        "url_not_plain",
        "url_not_https",
        "timeout",
        "unreachable",
        "own_key_sealed",
    }
)


class Seen(Struct, frozen=True):
    """What a platform answered. Reasons are codes of ServiceError; None: it went well."""

    keys: tuple[PublicKey, ...]
    keys_failed: str | None
    scopes: Mapping[str, str | None]  # those that were asked for
    clock_ahead: float | None  # seconds, to about one; None: no answer told the time

    @property
    def has_services(self) -> bool:
        return "no_token_endpoint" not in self.scopes.values()

    @property
    def token_failed(self) -> str | None:
        """None when some token was given, or a scope was refused by name: it knows us."""
        reasons = list(self.scopes.values())
        if not reasons or None in reasons or "scope_not_granted" in reasons:
            return None
        return reasons[0]


def look_at(
    registration: Registration,
    deployment_id: str,
    scopes: Collection[str],
    *,
    http: Http,
    keys: SigningKeys,
    clock: Clock,
) -> Seen:
    """Takes PATIENCE and one request at most. `deployment_id`: "" where none is known yet."""
    timed = _ClockReader(http, clock)
    began = clock.now()
    found, keys_failed = _keys(registration, timed)
    source = AccessTokenSource(timed, keys, clock, MemoryAccessTokens())
    answers: dict[str, str | None] = {}
    for scope in scopes:
        if clock.now() - began >= PATIENCE:
            break
        answers[scope] = _refusal(source, registration, deployment_id, scope)
        if answers[scope] in _FOR_EVERY_SCOPE:
            break
    return Seen(found, keys_failed, answers, timed.clock_ahead)


def _keys(registration: Registration, http: Http) -> tuple[tuple[PublicKey, ...], str | None]:
    try:
        answer = fetch_key_set(http, registration.jwks_url)
        return tuple(read_key_set(answer).values()), None
    except ServiceError as failed:
        return (), failed.reason


def _refusal(
    source: AccessTokenSource, registration: Registration, deployment_id: str, scope: str
) -> str | None:
    try:
        source.token(registration, deployment_id, [scope])
    except ServiceError as failed:
        return "scope_not_granted" if failed.detail == "invalid_scope" else failed.reason
    return None


class _ClockReader:
    """Http that reads the other side's clock off its answers, the quickest being the best."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._quickest: timedelta | None = None
        self.clock_ahead: float | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        asked_at = self._clock.now()
        answer = self._http.request(method, url, headers=headers, body=body, max_bytes=max_bytes)
        took = self._clock.now() - asked_at
        if self._quickest is None or took < self._quickest:
            # a date is cut to whole seconds, half a second on average
            said = _date(answer)
            if said is not None:
                middle = asked_at + took / 2
                self.clock_ahead = said + 0.5 - middle.timestamp()
                self._quickest = took
        return answer


def _date(answer: HttpAnswer) -> float | None:
    if answer.headers.get("age", "0").strip() != "0":
        return None  # out of a cache, with the date of when it was put there
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
