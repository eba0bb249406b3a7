import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from lti.jose import PublicKey, import_public
from lti.platform.ports import Clock, ToolKeySetStore
from lti.strict_json import StrictJsonError, parse_object

FRESH_FOR = timedelta(seconds=60)
# An unknown kid makes us ask again at once, yet not once for each forged token.
COOL_DOWN = timedelta(seconds=5)
MAX_KEYS = 20


class KeySetUnavailable(Exception):
    """The tool's key set could not be fetched."""


class ToolKey(Struct, frozen=True):
    public: PublicKey
    jwk: Mapping[str, Any]  # as published: the library wants the dictionary


class ToolKeySetCache:
    """The tool's key set: kept for a minute, asked for again when a kid is unknown, and the last
    good one is used while the tool cannot be reached.

    `fetch` answers the document's bytes or raises KeySetUnavailable; the host bounds its time and
    size. Thread safe: one fetch at a time."""

    def __init__(self, fetch: Callable[[], bytes], store: ToolKeySetStore, clock: Clock) -> None:
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, ToolKey] = _keys_of(store.load() or "")
        self._fetched_at: datetime | None = None
        self._asked_for_unknown_at: datetime | None = None

    def find(self, kid: str) -> ToolKey | None:
        with self._lock:
            now = self._clock.now()
            if self._fetched_at is None or now - self._fetched_at >= FRESH_FOR:
                self._refresh(now)
            elif kid not in self._keys and self._may_ask_for_unknown(now):
                self._asked_for_unknown_at = now
                self._refresh(now)
            return self._keys.get(kid)

    def _may_ask_for_unknown(self, now: datetime) -> bool:
        last = self._asked_for_unknown_at
        return last is None or now - last >= COOL_DOWN

    def _refresh(self, now: datetime) -> None:
        try:
            document = self._fetch().decode()
            keys = _keys_of(document)
        except (KeySetUnavailable, UnicodeDecodeError):
            return
        if keys:
            self._keys, self._fetched_at = keys, now
            self._store.save(document)


def _keys_of(document: str) -> Mapping[str, ToolKey]:
    """By kid; none when the document is bad. A flawed key is refused when something needs it."""
    try:
        entries = parse_object(document.encode()).get("keys")
    except StrictJsonError:
        return {}
    found: dict[str, ToolKey] = {}
    for jwk in entries[:MAX_KEYS] if isinstance(entries, list) else []:
        if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str):
            found.setdefault(jwk["kid"], ToolKey(import_public(jwk), jwk))
    return found
