"""Registrations as they were read a moment ago, so that not every launch has to read them again."""

from collections.abc import Sequence
from threading import Lock
from time import monotonic
from typing import Final

from lti.ports import Registration

FRESH_S: Final = 2.0
MOST: Final = 500


class KnownRegistrations:
    """At most FRESH_S old; shared by the threads of a process.

    Whether one is still switched on is asked of the database at every launch all the same, with
    the deployment (RegistrationsStore.deployment). Unknown ones are not kept: what has just been
    connected works at once.
    """

    def __init__(self) -> None:
        self._at_login: dict[tuple[str, str | None], tuple[float, Sequence[Registration]]] = {}
        self._by_id: dict[int, tuple[float, Registration]] = {}
        self._lock = Lock()

    def at_login(self, issuer: str, client_id: str | None) -> Sequence[Registration] | None:
        known = self._at_login.get((issuer, client_id))
        return known[1] if known is not None and _is_fresh(known[0]) else None

    def by_id(self, registration_id: int) -> Registration | None:
        known = self._by_id.get(registration_id)
        return known[1] if known is not None and _is_fresh(known[0]) else None

    def keep_at_login(
        self, issuer: str, client_id: str | None, found: Sequence[Registration]
    ) -> None:
        if not found:
            return
        with self._lock:
            if len(self._at_login) >= MOST:
                self._at_login.clear()
            self._at_login[issuer, client_id] = (monotonic(), found)
        for registration in found:
            self.keep(registration)

    def keep(self, registration: Registration) -> None:
        with self._lock:
            if len(self._by_id) >= MOST:
                self._by_id.clear()
            self._by_id[registration.id] = (monotonic(), registration)

    def forget(self) -> None:
        with self._lock:
            self._at_login.clear()
            self._by_id.clear()


def _is_fresh(read_at: float) -> bool:
    return monotonic() - read_at < FRESH_S
