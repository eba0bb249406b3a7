"""What the host supplies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from lti.jose import PublicKey


class Registration(Struct, frozen=True):
    id: int
    issuer: str
    client_id: str
    auth_url: str
    token_url: str | None
    jwks_url: str
    audience: str | None = None  # of the token request; the token URL when absent
    algorithms: tuple[str, ...] = ("RS256",)
    is_active: bool = True
    platform_family: str = ""  # "moodle", "canvas", "openedx", ...: a key of lti.quirks
    service_hosts: tuple[str, ...] = ()  # approved by an admin, beside those of the URLs above


class Deployment(Struct, frozen=True):
    id: int
    registration_id: int
    deployment_id: str
    is_enabled: bool  # not enabled: waits for approval, or switched off


class RegistrationsAtLogin(Protocol):
    def for_login(self, issuer: str, client_id: str | None) -> Sequence[Registration]:
        """Active ones only; exact match, no normalisation. May be a few seconds old."""
        ...


class Registrations(RegistrationsAtLogin, Protocol):
    def by_id(self, registration_id: int) -> Registration | None:
        """Active only. May be a few seconds old; what `deployment` says may not."""
        ...

    def deployment(self, registration_id: int, deployment_id: str) -> Deployment | None:
        """LtiRejected where its registration is active no more."""
        ...

    def note_deployment(self, registration_id: int, deployment_id: str) -> None:
        """Remember a deployment seen for the first time as pending. May write."""
        ...


class Nonces(Protocol):
    def consume(self, registration_id: int, nonce: str, expires_at: datetime) -> bool:
        """False when used before. One atomic statement; must outlive a refused launch."""
        ...


class PlatformKeys(Protocol):
    def key(self, registration: Registration, kid: str) -> PublicKey | None:
        """None when the platform has no such key; TransientServiceError when it cannot be asked."""
        ...


class KeptKeySet(Struct, frozen=True):
    """A platform's key set as last fetched: the usable keys, public members only."""

    url: str  # where it came from
    keys: Sequence[Mapping[str, Any]]
    fetched_at: datetime
    fresh_until: datetime


class KeptKeySets(Protocol):
    """Outlives the process: a platform may be down when we start. Raises nothing."""

    def load(self, registration_id: int) -> KeptKeySet | None: ...

    def keep(self, registration_id: int, kept: KeptKeySet) -> None: ...


class SigningKeys(Protocol):
    """Our own keys."""

    def sign(self, claims: Mapping[str, Any], now: datetime) -> str:
        """A compact JWS by the key that is in use now."""
        ...

    def jwks(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """What platforms may read; public members only."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)


class Http(Protocol):
    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        """Never follows a redirect. TransientServiceError on refused, time-out or too big."""
        ...


class TokenKey(NamedTuple):
    """Tokens are never shared between registrations, deployments or sets of scopes (S4)."""

    registration_id: int
    deployment_id: str
    scopes: tuple[str, ...]  # sorted


@dataclass(frozen=True, slots=True)
class AccessToken:
    value: str = field(repr=False)
    expires_at: datetime


class AccessTokens(Protocol):
    def get(self, key: TokenKey) -> AccessToken | None: ...

    def put(self, key: TokenKey, token: AccessToken) -> None: ...

    def discard(self, key: TokenKey) -> None: ...
