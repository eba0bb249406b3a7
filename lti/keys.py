"""Our own keys and their rotation; the platforms' keys, fetched seldom and parsed once."""

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from lti.errors import ServiceError, TransientServiceError
from lti.jose import (
    PrivateKey,
    PublicKey,
    generate_private,
    import_public,
    load_private,
    private_pem,
    public_jwk,
    sign,
)
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.strict_json import StrictJsonError, parse_object

# J8: platforms cache our key set, so a key is shown before its first use and after its last
PUBLISHED_BEFORE_USE: Final = timedelta(hours=24)
PUBLISHED_AFTER_USE: Final = timedelta(days=14)

DEFAULT_AGE: Final = timedelta(hours=1)
MINIMUM_AGE: Final = timedelta(minutes=5)
MAXIMUM_AGE: Final = timedelta(hours=24)
STALE_FOR: Final = timedelta(hours=24)
COOL_DOWN: Final = timedelta(seconds=60)
MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 50
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToolKey:
    private: PrivateKey
    active_from: datetime
    published_until: datetime | None = None  # None: until a rotation says when

    @property
    def kid(self) -> str:
        return self.private.kid

    @classmethod
    def generate(cls, active_from: datetime) -> "ToolKey":
        return cls(generate_private(), active_from)

    @classmethod
    def from_pem(
        cls, pem: bytes, active_from: datetime, published_until: datetime | None = None
    ) -> "ToolKey":
        return cls(load_private(pem), active_from, published_until)

    def pem(self) -> bytes:
        """Unencrypted PKCS 8: the host encrypts what it stores (J11)."""
        return private_pem(self.private)


class ToolKeys:
    """All keys of one tool. Immutable; parsed once and kept by the host."""

    def __init__(self, keys: Sequence[ToolKey]) -> None:
        if not keys:
            raise ValueError("a tool needs a key")
        if len({key.kid for key in keys}) != len(keys):
            raise ValueError("the same key twice")
        self.keys = tuple(sorted(keys, key=lambda key: key.active_from))

    def current(self, now: datetime) -> ToolKey:
        """The newest that has become active; the first one where none has (a fresh set)."""
        published = [key for key in self.keys if _is_published(key, now)] or list(self.keys)
        active = [key for key in published if key.active_from <= now]
        return active[-1] if active else published[0]

    def sign(self, claims: Mapping[str, Any], now: datetime) -> str:
        return sign(claims, self.current(now).private)

    def jwks(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """Public members only (J9)."""
        return {"keys": [public_jwk(key.private) for key in self.keys if _is_published(key, now)]}

    def rotated(self, now: datetime) -> "ToolKeys":
        """With a new key that becomes active when every platform can have seen it."""
        active_from = now + PUBLISHED_BEFORE_USE
        until = active_from + PUBLISHED_AFTER_USE
        kept = [key for key in self.keys if _is_published(key, now)]
        retiring = [
            replace(key, published_until=until) if key.published_until is None else key
            for key in kept
        ]
        return ToolKeys([*retiring, ToolKey.generate(active_from)])


def _is_published(key: ToolKey, now: datetime) -> bool:
    return key.published_until is None or now < key.published_until


@dataclass(slots=True)
class _Entry:
    url: str
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fresh_until: datetime | None = None  # None: never fetched
    asked_at: datetime | None = None
    failure: str | None = None  # of the last fetch
    lock: threading.Lock = field(default_factory=threading.Lock)


class CachedPlatformKeys:
    """PlatformKeys with one cache entry a registration, never shared by URL (J1 to J6)."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._entries: dict[int, _Entry] = {}
        self._lock = threading.Lock()

    def key(self, registration: Registration, kid: str) -> PublicKey | None:
        entry = self._entry(registration)
        now = self._clock.now()
        known = entry.keys.get(kid) if _is_usable(entry, now) else None
        if known is not None:
            # one caller renews; the others go on with what is there
            if _is_due(entry, now) and entry.lock.acquire(blocking=False):
                try:
                    self._renew(entry, now)
                finally:
                    entry.lock.release()
                return entry.keys.get(kid)
            return known
        with entry.lock:
            # a caller that waited here finds the answer of the one before it
            if kid not in entry.keys or not _is_usable(entry, now):
                self._renew(entry, now)
        if kid not in entry.keys or not _is_usable(entry, now):
            if entry.failure is not None:
                raise TransientServiceError(entry.failure)
            return None
        return entry.keys[kid]

    def at_hand(self, registration: Registration, kid: str) -> PublicKey | None:
        """The key, where nothing has to be fetched for it: never waits."""
        entry, now = self._entry(registration), self._clock.now()
        if not _is_usable(entry, now) or _is_due(entry, now):
            return None
        return entry.keys.get(kid)

    def _entry(self, registration: Registration) -> _Entry:
        with self._lock:
            entry = self._entries.get(registration.id)
            if entry is None or entry.url != registration.jwks_url:
                entry = self._entries[registration.id] = _Entry(registration.jwks_url)
            return entry

    def _renew(self, entry: _Entry, now: datetime) -> None:
        """A fetch that fails leaves the old keys where they are (J3)."""
        if not _may_ask(entry, now):
            return
        entry.asked_at = now
        try:
            answer = self._http.request(
                "GET",
                entry.url,
                headers={"accept": "application/json"},
                body=None,
                max_bytes=MAX_BYTES,
            )
            keys = _read(answer)
        except ServiceError as failed:
            entry.failure = failed.reason
            return
        entry.keys, entry.failure = keys, None
        entry.fresh_until = now + _age(answer.headers.get("cache-control", ""))


def _may_ask(entry: _Entry, now: datetime) -> bool:
    # a clock that was set back must not keep us from asking
    return entry.asked_at is None or not timedelta() <= now - entry.asked_at < COOL_DOWN


def _is_due(entry: _Entry, now: datetime) -> bool:
    return entry.fresh_until is not None and now >= entry.fresh_until and _may_ask(entry, now)


def _is_usable(entry: _Entry, now: datetime) -> bool:
    return entry.fresh_until is not None and now < entry.fresh_until + STALE_FOR


def _age(cache_control: str) -> timedelta:
    match = _MAX_AGE.search(cache_control)
    if match is None:
        return DEFAULT_AGE
    return min(max(timedelta(seconds=int(match[1])), MINIMUM_AGE), MAXIMUM_AGE)


def _read(answer: HttpAnswer) -> dict[str, PublicKey]:
    """By kid. A key that is broken spoils itself only; one without kid cannot be asked for (T5)."""
    if answer.status != 200:
        raise TransientServiceError("jwks_status", str(answer.status))
    try:
        listed = parse_object(answer.body).get("keys")
    except StrictJsonError as refused:
        raise TransientServiceError("jwks_not_json", refused.why) from None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise TransientServiceError("jwks_not_a_key_set")
    named = [jwk for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str)]
    times = Counter(jwk["kid"] for jwk in named)
    return {
        jwk["kid"]: import_public(jwk)
        if times[jwk["kid"]] == 1
        else PublicKey(jwk["kid"], None, "kid_ambiguous", None)
        for jwk in named
    }
