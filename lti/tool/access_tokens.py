"""Access tokens for the services of a platform (client credentials with a signed assertion)."""

import secrets
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from lti import claims as names
from lti.claims import text
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import (
    AccessToken,
    AccessTokens,
    Clock,
    Http,
    HttpAnswer,
    Registration,
    SigningKeys,
    TokenKey,
)
from lti.quirks import quirks_of
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.answers import failure, is_success

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE: Final = timedelta(minutes=5)
BACKDATED: Final = timedelta(seconds=10)  # some platforms refuse an iat ahead of their clock
SLACK: Final = timedelta(seconds=60)
DEFAULT_LIFE: Final = 3600
LONGEST_LIFE: Final = 86_400
MAX_BYTES: Final = 64 * 1024
# what no second try changes; invalid_client passes when the platform reads our new key
_FINAL_ERRORS: Final = frozenset({"invalid_scope", "unauthorized_client", "unsupported_grant_type"})


class MemoryAccessTokens:
    """Tokens of one process, in memory only. Of too many the oldest is let go: it can be had again.

    A platform may have a deployment for every course, so there is no end to them otherwise.
    """

    def __init__(self, most: int = 5000) -> None:
        self._most = most
        self._tokens: dict[TokenKey, AccessToken] = {}
        self._lock = threading.Lock()

    def get(self, key: TokenKey) -> AccessToken | None:
        return self._tokens.get(key)

    def put(self, key: TokenKey, token: AccessToken) -> None:
        with self._lock:
            self._tokens.pop(key, None)
            if len(self._tokens) >= self._most:
                del self._tokens[next(iter(self._tokens))]
            self._tokens[key] = token

    def discard(self, key: TokenKey) -> None:
        with self._lock:
            self._tokens.pop(key, None)


class _Turns:
    """One caller at a time for each key; nothing is kept of keys that nobody waits for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turns: dict[TokenKey, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, key: TokenKey) -> Iterator[None]:
        with self._guard:
            lock, callers = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = lock, callers + 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                _, callers = self._turns.pop(key)
                if callers > 1:
                    self._turns[key] = lock, callers - 1

    def __len__(self) -> int:
        return len(self._turns)


class AccessTokenSource:
    def __init__(self, http: Http, keys: SigningKeys, clock: Clock, store: AccessTokens) -> None:
        self._http = http
        self._keys = keys
        self._clock = clock
        self._store = store
        self._turns = _Turns()

    def token(self, registration: Registration, deployment_id: str, scopes: Collection[str]) -> str:
        """A bearer token that holds for all the scopes. Raises ServiceError."""
        key = _key(registration, deployment_id, scopes)
        cached = self._cached(key)
        if cached is not None:
            return cached
        with self._turns.of(key):
            # whoever waited here takes the token of the one before
            cached = self._cached(key)
            if cached is not None:
                return cached
            fetched = self._fetch(registration, key)
            self._store.put(key, fetched)
            return fetched.value

    def discard(
        self, registration: Registration, deployment_id: str, scopes: Collection[str], refused: str
    ) -> None:
        """The platform does not take the token `refused`; a newer one stays."""
        key = _key(registration, deployment_id, scopes)
        held = self._store.get(key)
        if held is not None and held.value == refused:
            self._store.discard(key)

    def _cached(self, key: TokenKey) -> str | None:
        token = self._store.get(key)
        if token is None or self._clock.now() + SLACK >= token.expires_at:
            return None
        return token.value

    def _fetch(self, registration: Registration, key: TokenKey) -> AccessToken:
        if not registration.token_url:
            raise PermanentServiceError("no_token_endpoint")
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(registration, key.deployment_id),
            "scope": " ".join(key.scopes),
        }
        asked_at = self._clock.now()
        answer = self._http.request(
            "POST",
            registration.token_url,
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
            },
            body=urlencode(form).encode(),
            max_bytes=MAX_BYTES,
        )
        if not is_success(answer):
            raise self._refusal(answer)
        # read whatever the content type: Moodle sends its JSON as text/html
        granted = _granted(answer, key.scopes)
        return AccessToken(granted["access_token"], asked_at + _life(granted))

    def _assertion(self, registration: Registration, deployment_id: str) -> str:
        now = self._clock.now()
        claims: dict[str, Any] = {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.audience
            or quirks_of(registration).token_audience
            or registration.token_url,
            "iat": int((now - BACKDATED).timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        if deployment_id:
            claims[names.DEPLOYMENT_ID] = deployment_id
        return self._keys.sign(claims, now)

    def _refusal(self, answer: HttpAnswer) -> Exception:
        if answer.status not in (400, 401):
            return failure(answer, self._clock.now())
        try:
            error = text(parse_object(answer.body).get("error"))
        except StrictJsonError:
            error = None
        if error is not None and error in _FINAL_ERRORS:
            return PermanentServiceError("token_refused", error)
        return TransientServiceError("token_refused", f"status {answer.status}")


def _key(registration: Registration, deployment_id: str, scopes: Collection[str]) -> TokenKey:
    return TokenKey(registration.id, deployment_id, tuple(sorted(set(scopes))))


def _granted(answer: HttpAnswer, scopes: Collection[str]) -> dict[str, Any]:
    try:
        granted = parse_object(answer.body)
    except StrictJsonError as refused:
        raise TransientServiceError("token_answer_not_json", refused.why) from None
    token, token_type = granted.get("access_token"), granted.get("token_type")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise TransientServiceError("token_answer_without_token")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise PermanentServiceError("token_type_unknown")
    # RFC 6749 5.1: scope may be left out when all was granted
    scope = granted.get("scope", " ".join(scopes))
    if not isinstance(scope, str) or not set(scopes) <= set(scope.split()):
        raise PermanentServiceError("scope_not_granted")
    return granted


def _life(granted: Mapping[str, Any]) -> timedelta:
    seconds = granted.get("expires_in", DEFAULT_LIFE)
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 10:
        seconds = int(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise TransientServiceError("token_answer_without_life")
    return timedelta(seconds=min(seconds, LONGEST_LIFE))
