"""What a launch must know of its login, signed instead of stored."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from lti.errors import LtiRejected
from lti.tool.tickets import TicketSealer

COOKIE_PREFIX: Final = "__Host-lti_"
LEEWAY: Final = timedelta(seconds=60)
_MAX_LENGTH: Final = 8192
_MINIMUM_SECRET: Final = 32
_LONGEST_RECEIPT: Final = 400  # characters of a path


class StorageOffer(Struct, frozen=True):
    """The platform keeps values for a browser that may lose our cookie (lti-pm-s).

    The hints are there to begin the launch again in a tab of its own; None: not sent, or too long
    to be carried along.
    """

    target: str  # "_parent", or the name of a frame in the platform's page
    login_hint: str | None = None
    message_hint: str | None = None


class LoginState(Struct, frozen=True):
    registration_id: int
    nonce: str
    target_link_uri: str
    deployment_hint: str | None
    issued_at: datetime  # whole seconds
    cookie_id: str
    storage: StorageOffer | None = None

    @property
    def cookie_name(self) -> str:
        return COOKIE_PREFIX + self.cookie_id


def new_state(
    registration_id: int,
    target_link_uri: str,
    deployment_hint: str | None,
    now: datetime,
    storage: StorageOffer | None = None,
) -> LoginState:
    return LoginState(
        registration_id=registration_id,
        nonce=secrets.token_urlsafe(16),
        target_link_uri=target_link_uri,
        deployment_hint=deployment_hint,
        issued_at=now.replace(microsecond=0),
        cookie_id=secrets.token_urlsafe(16),
        storage=storage,
    )


class StateSigner:
    """HMAC-SHA256 over compact JSON: `<payload>.<mac>`, both base64url.

    The cookie's value is a second HMAC over the state, under a key of its own: it says nothing
    to somebody who reads the state in a URL, and need not be stored anywhere.
    """

    def __init__(self, secret: bytes, *, ttl: timedelta = timedelta(minutes=10)) -> None:
        if len(secret) < _MINIMUM_SECRET:
            raise ValueError(f"the state secret must have at least {_MINIMUM_SECRET} bytes")
        self.ttl = ttl
        self.tickets = TicketSealer(secret)
        self._state_key = hmac.digest(secret, b"lti state", "sha256")
        self._browser_key = hmac.digest(secret, b"lti browser binding", "sha256")
        self._receipt_key = hmac.digest(secret, b"lti launch receipt", "sha256")

    def sign(self, state: LoginState) -> str:
        fields = [
            state.registration_id,
            state.nonce,
            state.target_link_uri,
            state.deployment_hint,
            int(state.issued_at.timestamp()),
            state.cookie_id,
        ]
        if state.storage is not None:
            fields += astuple(state.storage)
        payload = _encode(json.dumps(fields, separators=(",", ":")).encode())
        return f"{payload}.{self._mac(payload)}"

    def read(self, text: str, now: datetime) -> LoginState:
        """The state, once its signature and age hold; LtiRejected otherwise."""
        payload, _, mac = text.partition(".")
        if len(text) > _MAX_LENGTH or not text.isascii():
            raise LtiRejected("state_invalid", "not of our form")
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise LtiRejected("state_invalid", "signature")
        state = _decode(payload)
        if state.issued_at > now + LEEWAY:
            raise LtiRejected("state_from_future")
        if now >= state.issued_at + self.ttl:
            raise LtiRejected("state_expired")
        return state

    def binding_value(self, state: LoginState) -> str:
        """The value of the cookie; begins with the second of issue, so that the oldest is seen."""
        issued_at = int(state.issued_at.timestamp())
        content = f"{state.cookie_id}.{state.nonce}.{issued_at}"
        mac = hmac.digest(self._browser_key, content.encode(), "sha256")
        return f"{issued_at}.{_encode(mac)}"

    def check_browser(self, state: LoginState, cookie_value: str | None) -> None:
        if cookie_value is None:
            raise LtiRejected("browser_cookie_missing")
        if _is_receipt(cookie_value):
            raise LtiRejected("nonce_reused", "by this browser")
        expected = self.binding_value(state).encode()
        if not hmac.compare_digest(cookie_value.encode(errors="replace"), expected):
            raise LtiRejected("browser_cookie_mismatch")

    def receipt(self, cookie_name: str, path: str, holder: int, now: datetime) -> str | None:
        """What takes the binding's place in the cookie of a launch that is over.

        It tells the same browser, while `holder` is signed in there, which page the launch led to
        when its form is posted again. None for a path too long for a cookie.
        """
        if len(path) > _LONGEST_RECEIPT:
            return None
        mac = self._receipt_mac(cookie_name, path, holder)
        return f"{int(now.timestamp())}.{_encode(path.encode())}.{mac}"

    def receipt_path(self, cookie_name: str, value: str, holder: int) -> str | None:
        if not _is_receipt(value):
            return None
        _, encoded, mac = value.split(".")
        try:
            path = _raw(encoded).decode()
        except ValueError:
            return None
        expected = self._receipt_mac(cookie_name, path, holder)
        is_ours = hmac.compare_digest(mac.encode(errors="replace"), expected.encode())
        return path if is_ours else None

    def _receipt_mac(self, cookie_name: str, path: str, holder: int) -> str:
        content = f"{cookie_name} {holder} {path}"
        return _encode(hmac.digest(self._receipt_key, content.encode(), "sha256"))

    def _mac(self, payload: str) -> str:
        return _encode(hmac.digest(self._state_key, payload.encode(), "sha256"))


def _is_receipt(cookie_value: str) -> bool:
    return cookie_value.count(".") == 2


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decode(payload: str) -> LoginState:
    # Signed by us, so of our form; a secret shared with older code is the one way it is not.
    try:
        registration_id, nonce, target, hint, issued_at, cookie_id, *offer = json.loads(
            _raw(payload)
        )
        issued = datetime.fromtimestamp(issued_at, UTC)
        storage = StorageOffer(*offer) if offer else None
    except (NotBase64, ValueError, TypeError):
        raise LtiRejected("state_invalid", "not of our form") from None
    return LoginState(registration_id, nonce, target, hint, issued, cookie_id, storage)
