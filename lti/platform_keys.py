"""The platforms' keys: fetched seldom, parsed once, kept when a platform is down (J1 to J6)."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from lti.claims import text
from lti.errors import ServiceError, TransientServiceError
from lti.jose import PublicKey, import_public
from lti.ports import Clock, Http, HttpAnswer, KeptKeySet, KeptKeySets, Registration
from lti.strict_json import StrictJsonError, parse_object

DEFAULT_AGE: Final = timedelta(hours=1)
MINIMUM_AGE: Final = timedelta(minutes=5)
MAXIMUM_AGE: Final = timedelta(hours=24)
STALE_FOR: Final = timedelta(hours=24)
COOL_DOWN: Final = timedelta(seconds=60)
MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 50
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(slots=True)
class _Entry:
    registration_id: int
    url: str
    is_recalled: bool = False  # what was kept by an earlier process has been asked for
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fresh_until: datetime | None = None  # None: never fetched
    asked_at: datetime | None = None
    failure: str | None = None  # of the last fetch
    lock: threading.Lock = field(default_factory=threading.Lock)


Background = Callable[[Callable[[], object]], None]


def _in_a_thread(renew: Callable[[], object]) -> None:
    threading.Thread(target=renew, name="platform-keys", daemon=True).start()


class CachedPlatformKeys:
    """PlatformKeys with one cache entry a registration, never shared by URL (J1 to J6)."""

    def __init__(
        self,
        http: Http,
        clock: Clock,
        *,
        kept: KeptKeySets | None = None,
        in_background: Background = _in_a_thread,
    ) -> None:
        self._kept = kept
        self._http = http
        self._clock = clock
        self._in_background = in_background
        self._entries: dict[int, _Entry] = {}
        self._lock = threading.Lock()

    def key(self, registration: Registration, kid: str) -> PublicKey | None:
        entry = self._entry(registration)
        now = self._clock.now()
        if not entry.is_recalled:
            self._recall(entry, now)
        known = entry.keys.get(kid) if _is_usable(entry, now) else None
        if known is not None:
            if not _is_due(entry, now):
                return known
            if _is_in_trouble(entry):
                self._in_background(partial(self._renew_alone, entry, now))
                return known
            return entry.keys.get(kid) if self._renew_alone(entry, now) else known
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
        """The key, where nothing has to be fetched for it first: never waits."""
        entry, now = self._entry(registration), self._clock.now()
        if not _is_usable(entry, now) or (_is_due(entry, now) and not _is_in_trouble(entry)):
            return None
        return self.key(registration, kid) if kid in entry.keys else None

    def _entry(self, registration: Registration) -> _Entry:
        with self._lock:
            entry = self._entries.get(registration.id)
            if entry is None or entry.url != registration.jwks_url:
                entry = self._entries[registration.id] = _Entry(
                    registration.id, registration.jwks_url
                )
            return entry

    def _recall(self, entry: _Entry, now: datetime) -> None:
        """Once a process and registration: a warm cache asks nobody."""
        with entry.lock:
            if entry.is_recalled:
                return
            entry.is_recalled = True
            kept = None if self._kept is None else self._kept.load(entry.registration_id)
            # one that promises more than any fetch was noted by a clock that was wrong
            if kept is None or kept.url != entry.url or kept.fresh_until > now + MAXIMUM_AGE:
                return
            entry.keys = _by_kid(kept.keys)
            entry.fresh_until = kept.fresh_until

    def _renew_alone(self, entry: _Entry, now: datetime) -> bool:
        """One caller renews; False for the others, who go on with what is there."""
        if not entry.lock.acquire(blocking=False):
            return False
        try:
            self._renew(entry, now)
        finally:
            entry.lock.release()
        return True

    def _renew(self, entry: _Entry, now: datetime) -> None:
        """A fetch that fails leaves the old keys where they are (J3)."""
        if not _may_ask(entry, now):
            return
        entry.asked_at = now
        try:
            answer = fetch_key_set(self._http, entry.url)
            keys = read_key_set(answer)
        except ServiceError as failed:
            entry.failure = failed.reason
            return
        entry.keys, entry.failure = keys, None
        entry.fresh_until = now + _age(answer.headers.get("cache-control", ""))
        if self._kept is not None:
            kept = KeptKeySet(entry.url, _usable(answer, keys), now, entry.fresh_until)
            self._kept.keep(entry.registration_id, kept)


def _may_ask(entry: _Entry, now: datetime) -> bool:
    # a clock that was set back must not keep us from asking
    return entry.asked_at is None or not timedelta() <= now - entry.asked_at < COOL_DOWN


def _is_due(entry: _Entry, now: datetime) -> bool:
    return entry.fresh_until is not None and now >= entry.fresh_until and _may_ask(entry, now)


def _is_in_trouble(entry: _Entry) -> bool:
    """The platform did not answer last time: a known key does not wait for its next failure."""
    return entry.failure is not None


def _is_usable(entry: _Entry, now: datetime) -> bool:
    return entry.fresh_until is not None and now < entry.fresh_until + STALE_FOR


def _age(cache_control: str) -> timedelta:
    match = _MAX_AGE.search(cache_control)
    if match is None:
        return DEFAULT_AGE
    return min(max(timedelta(seconds=int(match[1])), MINIMUM_AGE), MAXIMUM_AGE)


def fetch_key_set(http: Http, url: str) -> HttpAnswer:
    headers = {"accept": "application/json"}
    return http.request("GET", url, headers=headers, body=None, max_bytes=MAX_BYTES)


def read_key_set(answer: HttpAnswer) -> dict[str, PublicKey]:
    """By kid. A key that is broken spoils itself only; one without kid cannot be asked for (T5)."""
    if answer.status != 200:
        raise TransientServiceError("jwks_status", str(answer.status))
    return _by_kid(_listed(answer))


def _listed(answer: HttpAnswer) -> list[Any]:
    try:
        listed = parse_object(answer.body).get("keys")
    except StrictJsonError as refused:
        raise TransientServiceError("jwks_not_json", refused.why) from None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise TransientServiceError("jwks_not_a_key_set")
    return listed


def _by_kid(listed: Iterable[Any]) -> dict[str, PublicKey]:
    named = [jwk for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str)]
    times = Counter(jwk["kid"] for jwk in named)
    return {
        jwk["kid"]: import_public(jwk)
        if times[jwk["kid"]] == 1
        else PublicKey(jwk["kid"], None, "kid_ambiguous", None)
        for jwk in named
    }


_PUBLIC: Final = ("kty", "kid", "n", "e", "use", "alg", "key_ops")


def _usable(answer: HttpAnswer, keys: Mapping[str, PublicKey]) -> list[dict[str, Any]]:
    """Those that can be used, without anything that is not for the public."""
    good = {kid for kid, key in keys.items() if key.flaw is None}
    return [
        {name: jwk[name] for name in _PUBLIC if name in jwk}
        for jwk in _listed(answer)
        if isinstance(jwk, dict) and text(jwk.get("kid")) in good
    ]
