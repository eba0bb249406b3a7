"""In-memory stand-ins for the ports of lti."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lti.ports import Deployment, HttpAnswer, Registration


class FixedClock:
    def __init__(self, now: datetime = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


class MemoryRegistrations:
    def __init__(
        self, registrations: Sequence[Registration] = (), deployments: Sequence[Deployment] = ()
    ) -> None:
        self.registrations = list(registrations)
        self.deployments = list(deployments)
        self.noted: list[tuple[int, str]] = []

    def for_login(self, issuer: str, client_id: str | None) -> Sequence[Registration]:
        return [
            registration
            for registration in self.registrations
            if registration.is_active
            and registration.issuer == issuer
            and client_id in (None, registration.client_id)
        ]

    def by_id(self, registration_id: int) -> Registration | None:
        for registration in self.registrations:
            if registration.id == registration_id and registration.is_active:
                return registration
        return None

    def deployment(self, registration_id: int, deployment_id: str) -> Deployment | None:
        for deployment in self.deployments:
            named = (deployment.registration_id, deployment.deployment_id)
            if named == (registration_id, deployment_id):
                return deployment
        return None

    def note_deployment(self, registration_id: int, deployment_id: str) -> None:
        self.noted.append((registration_id, deployment_id))

    def change(self, registration_id: int, **changes: object) -> None:
        self.registrations = [
            replace(one, **changes) if one.id == registration_id else one  # type: ignore[arg-type] # names checked by the dataclass
            for one in self.registrations
        ]


class MemoryNonces:
    def __init__(self) -> None:
        self.used: dict[tuple[int, str], datetime] = {}
        self._lock = threading.Lock()

    def consume(self, registration_id: int, nonce: str, expires_at: datetime) -> bool:
        with self._lock:
            if (registration_id, nonce) in self.used:
                return False
            self.used[registration_id, nonce] = expires_at
            return True


@dataclass(frozen=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False, default=None)
    max_bytes: int = field(default=0, compare=False)  # of the answer


Respond = Callable[[Sent], HttpAnswer]


class RecordingHttp:
    """Answers by URL without its query; anything not foreseen is a 404. Remembers what was sent."""

    def __init__(
        self, answers: Mapping[str, HttpAnswer | Exception | Respond] | None = None
    ) -> None:
        self.answers = dict(answers or {})
        self.sent: list[Sent] = []
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        sent = Sent(method, url, dict(headers), body, max_bytes)
        with self._lock:
            self.sent.append(sent)
        answer = self.answers.get(url) or self.answers.get(url.partition("?")[0])
        if answer is None:
            return HttpAnswer(404, {}, b"")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, HttpAnswer):
            return answer
        return answer(sent)
