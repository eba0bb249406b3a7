"""Small things that a browser keeps for us for a while: sealed, for one use, and for a time."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12
_LONGEST: Final = 4000


class Tickets:
    """`use` is what a ticket is for: one for another use does not open."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"sign-in tickets", "sha256")
        self._cipher = AESGCM(self._secret)

    def seal(self, use: str, said: Mapping[str, Any], now: datetime, life: timedelta) -> str:
        """Letters, digits, "-" and "_"."""
        content = json.dumps([(now + life).timestamp(), dict(said)]).encode()
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, content, use.encode())
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, use: str, text: str | None, now: datetime) -> dict[str, Any] | None:
        """None for what is not ours, for another use, or too old."""
        if not text or len(text) > _LONGEST or not text.isascii():
            return None
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            content = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], use.encode())
        except (InvalidTag, NotBase64, ValueError):
            return None
        ends, said = json.loads(content)
        return dict(said) if now.timestamp() < ends else None

    def derive(self, use: str, value: str) -> str:
        """What only we can tell from `value`, 256 bits."""
        made = hmac.digest(self._secret, f"{use}:{value}".encode(), "sha256")
        return urlsafe_b64encode(made).rstrip(b"=").decode()
