"""One-time codes (RFC 6238), how many tries there are, what may be set up. Pure."""

import hashlib
import hmac
import re
import struct
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20  # what every authenticator app takes: RFC 4226 section 4
# Clocks of telephones differ by this many steps at most.
_SKEW: Final = 1
RECOVERY_CODES: Final = 8

MOST_TRIES: Final = 20  # of one address, or at one sign-in name (check 40)
TRIES_IN: Final = timedelta(minutes=5)
# Longer than a logout token can be good: ten minutes, and a minute of clocks on either side.
LOGOUT_LIFE: Final = timedelta(minutes=13)
LINK_LIFE: Final = timedelta(hours=24)
ROUND_LIFE: Final = timedelta(minutes=10)  # from our page to the login service and back
CHALLENGE_LIFE: Final = timedelta(minutes=5)
JOIN_LIFE: Final = timedelta(minutes=30)

FEIDE_ISSUER: Final = "https://auth.dataporten.no"
FEIDE_NAME: Final = "Feide"
# What it takes to ask Feide's groups API where somebody works.
GROUP_SCOPES: Final = "groups-org groups-edu"
GROUPS_EVERY: Final = timedelta(days=1)  # of somebody who has a unit
MOST_UNITS: Final = 20  # of one person, in one municipality
SCOPES: Final = "openid"  # the id alone: we ask for no name, and for no address
_SCOPE: Final = re.compile(r"[!#-\[\]-~]+")  # RFC 6749 section 3.3


class LoginFailed(Exception):
    """Nobody comes in, or is signed out. `reason` is a code for the log; nothing in it is from a
    token."""

    def __init__(self, reason: str, *, is_theirs: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_theirs = is_theirs  # the login service does not answer as it should


class GroupsSaid(StrEnum):
    """What came of asking where somebody works."""

    HERE = "here"  # at the unit where their work counts
    ELSEWHERE = "elsewhere"  # at others of this municipality; what was chosen stays
    SEVERAL = "several"  # at more than one, and none is the main one: the person chooses
    NOWHERE = "nowhere"  # at no unit of this municipality
    FAILED = "failed"  # no answer that could be used


def code_at(secret: bytes, step: int) -> str:
    """RFC 4226 section 5.3, with the step of RFC 6238 as its counter."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, typed: str, now: datetime, last_step: int) -> int | None:
    """The step whose code was typed, later than any that was used; None: it opens nothing."""
    given = re.sub(r"\s", "", typed[:40])
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", given):
        return None
    today = int(now.timestamp()) // STEP_S
    found = None
    for step in range(today - _SKEW, today + _SKEW + 1):
        # All are compared, so that nothing is learned from how long it takes.
        if hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            found = step
    return found if found is not None and found > last_step else None


def as_text(secret: bytes) -> str:
    """As people type it, in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def app_address(secret: bytes, host: str) -> str:
    """What the QR code says to an authenticator app (the Key URI format)."""
    text = b32encode(secret).decode().rstrip("=")
    label, issuer = quote(f"Learning Tracks:{host}"), quote("Learning Tracks")
    return f"otpauth://totp/{label}?secret={text}&issuer={issuer}&digits={DIGITS}&period={STEP_S}"


def wait_of(tries: int, since: datetime, now: datetime) -> int:
    """Seconds to wait for whoever has come `tries` times since then, this one too; 0: none."""
    if tries <= MOST_TRIES:
        return 0
    return max(1, int((since + TRIES_IN - now).total_seconds()) + 1)


def read_scopes(typed: str) -> str | None:
    """As sent: "openid" first, the others once each. None for what is no list of scopes."""
    words = typed.split() or [SCOPES]
    if not all(_SCOPE.fullmatch(word) for word in words):
        return None
    listed = " ".join(dict.fromkeys(["openid", *words]))
    return listed if len(listed) <= 300 else None


@dataclass(frozen=True, slots=True)
class Service:
    """A login service as a municipality has set it up."""

    id: int
    municipality_id: int
    name: str
    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    scopes: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    credential: bytes = field(repr=False)
    sign_count: int
    challenge: str


def hash_of(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
