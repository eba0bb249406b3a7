"""Sealing what must not lie readable in the database (J11): AES-256-GCM, keys from outside.

A sealed text is `1.KEY-ID.BASE64URL`: the version, which encryption key it needs, then the nonce
(12 bytes) and the ciphertext. What it belongs to (for a private key: its kid) is authenticated with
it, so that a sealed text moved to another row does not open.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = "1"


class SealError(Exception):
    """Something cannot be opened. The message holds key ids, never a key."""


class NoSuchKey(SealError):
    """Sealed with an encryption key that we do not have."""


class Tampered(SealError):
    """Not what was sealed, or not for this place."""


class EncryptionKey:
    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"an encryption key has {KEY_BYTES} bytes, not {len(secret)}")
        self.id = hashlib.sha256(b"tracks encryption key" + secret).hexdigest()[:12]
        self.aead = AESGCM(secret)


class Sealer:
    """Seals with the first key, opens with any: the others are those that were first before."""

    def __init__(self, keys: Sequence[EncryptionKey]) -> None:
        self.first = keys[0]
        self._by_id = {key.id: key for key in keys}

    def seal(self, content: bytes, belongs_to: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self.first.aead.encrypt(nonce, content, belongs_to.encode())
        return f"{_VERSION}.{self.first.id}.{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, belongs_to: str) -> bytes:
        """Raises SealError."""
        version, key_id, payload = _parts(sealed)
        if version != _VERSION:
            raise Tampered(f"an unknown form of sealing: {version!r}")
        key = self._by_id.get(key_id)
        if key is None:
            raise NoSuchKey(f"sealed with the encryption key {key_id}")
        nonce, ciphertext = payload[:_NONCE_BYTES], payload[_NONCE_BYTES:]
        try:
            return key.aead.decrypt(nonce, ciphertext, belongs_to.encode())
        except (InvalidTag, ValueError):
            raise Tampered("it was changed, or it belongs elsewhere") from None

    def is_sealed_anew(self, sealed: str) -> bool:
        """With the first key."""
        return _parts(sealed)[1] == self.first.id


def _parts(sealed: str) -> tuple[str, str, bytes]:
    try:
        version, key_id, payload = sealed.split(".")
        return version, key_id, urlsafe_b64decode(payload)
    except ValueError:
        raise Tampered("it does not have the form of something sealed") from None


def new_secret() -> str:
    """An encryption key as text, as settings and files have it."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(text: str) -> list[EncryptionKey]:
    """Keys as base64url, one a line or separated by spaces. ValueError says what is wrong."""
    words = text.split()
    if not words:
        raise ValueError("there is no key in it")
    try:
        return [EncryptionKey(urlsafe_b64decode(word)) for word in words]
    except ValueError as wrong:
        raise ValueError(f"not a key as base64: {wrong}") from None
