import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from msgspec import Struct

LIFETIME = timedelta(minutes=10)


class MessageHint(Struct, frozen=True):
    """What lti_message_hint says. It travels through the browser and the tool, hence the seal."""

    sub: str
    context_id: str
    link_id: str | None  # None: content is to be chosen for the context
    document_target: str
    for_user: str | None = None  # whose work a submission review shows


class HintSigner:
    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret must have at least 32 bytes")
        self._secret = secret

    def sign(self, hint: MessageHint, *, now: datetime) -> str:
        expires = int((now + LIFETIME).timestamp())
        text = json.dumps(
            [
                hint.sub,
                hint.context_id,
                hint.link_id,
                hint.document_target,
                hint.for_user,
                expires,
            ],
            separators=(",", ":"),
        )
        body = base64.urlsafe_b64encode(text.encode())
        return f"{body.decode()}.{self._seal(body)}"

    def read(self, value: str, *, now: datetime) -> MessageHint | None:
        """None when the hint is not ours, was changed, or is too old."""
        body, _, seal = value.partition(".")
        if not hmac.compare_digest(self._seal(body.encode()).encode(), seal.encode()):
            return None
        try:
            *said, expires = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, binascii.Error):
            return None
        if expires < now.timestamp():
            return None
        return MessageHint(*said)

    def _seal(self, body: bytes) -> str:
        digest = hmac.new(self._secret, b"lti_message_hint\0" + body, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode()
