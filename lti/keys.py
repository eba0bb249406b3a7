"""Our own keys and their rotation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from lti.jose import (
    PrivateKey,
    generate_private,
    load_private,
    private_pem,
    public_jwk,
    sign,
)

# J8: platforms cache our key set, so a key is shown before its first use and after its last
PUBLISHED_BEFORE_USE: Final = timedelta(hours=24)
PUBLISHED_AFTER_USE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ToolKey:
    """`public` is its JWK. `private` is called when the key signs, not before: it may parse."""

    public: Mapping[str, str]
    private: Callable[[], PrivateKey] = field(repr=False)
    active_from: datetime
    published_until: datetime | None = None  # None: until a rotation says when

    @property
    def kid(self) -> str:
        return self.public["kid"]

    @classmethod
    def of(
        cls, private: PrivateKey, active_from: datetime, published_until: datetime | None = None
    ) -> "ToolKey":
        return cls(public_jwk(private), lambda: private, active_from, published_until)

    @classmethod
    def generate(cls, active_from: datetime) -> "ToolKey":
        return cls.of(generate_private(), active_from)

    @classmethod
    def from_pem(
        cls, pem: bytes, active_from: datetime, published_until: datetime | None = None
    ) -> "ToolKey":
        return cls.of(load_private(pem), active_from, published_until)

    def pem(self) -> bytes:
        """Unencrypted PKCS 8: the host encrypts what it stores (J11)."""
        return private_pem(self.private())


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
        return sign(claims, self.current(now).private())

    def jwks(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """Public members only (J9)."""
        return {"keys": [dict(key.public) for key in self.keys if _is_published(key, now)]}

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
