"""A launch on its way through the browser, sealed: nobody reads it, changes it or uses it twice."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lti.errors import LtiRejected

# "check": the browser has still to show that it began the login; "open": it has shown it
Stage = Literal["check", "open"]
LIFETIMES: Final = {"check": timedelta(minutes=2), "open": timedelta(minutes=10)}
MAX_TICKET: Final = 120 * 1024  # characters: the largest token, sealed and in base64
_GCM_NONCE: Final = 12  # bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str  # for the Nonces port: used up with the first use
    registration_id: int
    state: str = field(repr=False)
    id_token: str = field(repr=False)
    checked_at: datetime  # when the token was found good; it may end while the browser is asked
    expires_at: datetime


class TicketSealer:
    """AES-256-GCM, under a key of its own made from the host's secret."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"lti launch ticket", "sha256"))

    def seal(
        self,
        stage: Stage,
        *,
        registration_id: int,
        state: str,
        id_token: str,
        checked_at: datetime,
        now: datetime,
    ) -> str:
        expires_at = (now + LIFETIMES[stage]).timestamp()
        ticket_id = f"ticket.{secrets.token_urlsafe(16)}"
        content = json.dumps(
            [ticket_id, registration_id, state, id_token, checked_at.timestamp(), expires_at]
        )
        nonce = secrets.token_bytes(_GCM_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, content.encode(), stage.encode())
        return _encoded(sealed)

    def open(self, stage: Stage, text: str, now: datetime) -> Ticket:
        """LtiRejected for one that is not ours, of another stage, or too old."""
        try:
            sealed = _decoded(text)
            nonce, rest = sealed[:_GCM_NONCE], sealed[_GCM_NONCE:]
            content = self._cipher.decrypt(nonce, rest, stage.encode())
        except (InvalidTag, NotBase64, ValueError):
            raise LtiRejected("ticket_invalid") from None
        ticket_id, registration_id, state, id_token, checked_at, expires_at = json.loads(content)
        if now.timestamp() >= expires_at:
            raise LtiRejected("ticket_expired")
        return Ticket(
            ticket_id,
            registration_id,
            state,
            id_token,
            datetime.fromtimestamp(checked_at, UTC),
            datetime.fromtimestamp(expires_at, UTC),
        )


def _encoded(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    """ValueError for any text but the one that `_encoded` makes: the decoder takes many."""
    if len(text) > MAX_TICKET:
        raise ValueError("too long")
    sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(sealed) != text:
        raise ValueError("not as we write it")
    return sealed
