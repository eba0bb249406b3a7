"""Passkeys (WebAuthn level 2): what a browser is asked, and whether what it answers holds.

fido2 checks the answers: type, origin, challenge, our host, that somebody was there and was known
to the device, and the signature. That a challenge works once, and that a counter never goes back,
is looked after where it is stored.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from msgspec import Struct

from lti.origins import origin_of
from lti.strict_json import StrictJsonError, parse_object
from tracks.signin.rules import CHALLENGE_LIFE, NewPasskey, hash_of
from tracks.signin.tickets import Tickets

MAX_ANSWER: Final = 16 * 1024
Act = Literal["passkey-new", "passkey-use"]
_SHOWN: Final = UserVerificationRequirement.REQUIRED


class PasskeyRefused(Exception):
    """`reason` is a code for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asked(Struct, frozen=True):
    """What the page hands to the browser, and the ticket that must come back with the answer."""

    options: dict[str, Any]
    ticket: str


class Passkeys:
    def __init__(self, base_url: str, tickets: Tickets) -> None:
        ours = origin_of(base_url)
        assert ours is not None
        host = urlsplit(base_url).hostname or ""
        self._tickets = tickets
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(id=host, name="Learning Tracks"),
            # The very origin: another port, or a host below ours, is another site.
            verify_origin=lambda origin: origin_of(origin) == ours,
        )

    def ask_for_new(self, person: str, label: str, known: Sequence[bytes], now: datetime) -> Asked:
        """`person`: who shall have it, as the ticket names them; `label`: what a device shows."""
        challenge = secrets.token_bytes(32)
        user = PublicKeyCredentialUserEntity(
            # Says nothing about the person, and is the same for all of their passkeys.
            id=self._tickets.derive("webauthn user", person).encode()[:32],
            name=label,
            display_name=label,
        )
        options, _ = self._server.register_begin(
            user,
            [AttestedCredentialData(each) for each in known],
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=_SHOWN,
            challenge=challenge,
        )
        return self._asked("passkey-new", dict(options), challenge, person, now)

    def ask(self, now: datetime) -> Asked:
        """Whoever has one: the device knows which."""
        challenge = secrets.token_bytes(32)
        options, _ = self._server.authenticate_begin(user_verification=_SHOWN, challenge=challenge)
        return self._asked("passkey-use", dict(options), challenge, "", now)

    def _asked(
        self, act: Act, options: dict[str, Any], challenge: bytes, person: str, now: datetime
    ) -> Asked:
        said = {"c": _text(challenge), "p": person}
        return Asked(options, self._tickets.seal(act, said, now, CHALLENGE_LIFE))

    def made(self, person: str, ticket: str, answer: str, now: datetime) -> NewPasskey:
        """Raises PasskeyRefused."""
        state = self._state("passkey-new", ticket, person, now)
        try:
            made = self._server.register_complete(state, _read(answer))
        except (ValueError, KeyError, TypeError, AttributeError) as failed:
            raise PasskeyRefused(_why(failed)) from None
        assert made.credential_data is not None
        return NewPasskey(bytes(made.credential_data), made.counter, state["challenge"])

    def credential_of(self, answer: str) -> str:
        """The hash of the credential that the answer names; nothing is checked yet."""
        try:
            return hash_of(AuthenticationResponse.from_dict(_read(answer)).raw_id)
        except (ValueError, KeyError, TypeError, AttributeError) as failed:
            raise PasskeyRefused(_why(failed)) from None

    def used(
        self, ticket: str, answer: str, credential: bytes, sign_count: int, now: datetime
    ) -> tuple[int, str]:
        """The device's counter from now on, and the challenge to be used up. PasskeyRefused."""
        state = self._state("passkey-use", ticket, "", now)
        given = _read(answer)
        try:
            self._server.authenticate_complete(state, [AttestedCredentialData(credential)], given)
            said: AuthenticatorData = AuthenticationResponse.from_dict(
                given
            ).response.authenticator_data
        except (ValueError, KeyError, TypeError, AttributeError) as failed:
            raise PasskeyRefused(_why(failed)) from None
        # Both 0: a device that does not count (WebAuthn 6.1.1).
        if (said.counter or sign_count) and said.counter <= sign_count:
            raise PasskeyRefused("counter_went_back")
        return said.counter, state["challenge"]

    def _state(self, act: Act, ticket: str, person: str, now: datetime) -> dict[str, Any]:
        said = self._tickets.open(act, ticket, now)
        if said is None or said["p"] != person:
            raise PasskeyRefused("challenge_not_ours")
        return {"challenge": said["c"], "user_verification": _SHOWN}


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER:
        raise PasskeyRefused("answer_too_long")
    try:
        return parse_object(answer.encode("utf-8", "surrogatepass"))
    except StrictJsonError:
        raise PasskeyRefused("answer_not_json") from None


def _why(failed: Exception) -> str:
    """fido2's own sentences hold no values of the answer, but ours are shorter."""
    known = {"Invalid signature.": "signature", "Wrong challenge in response.": "challenge"}
    return known.get(str(failed), "answer_not_accepted")


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
