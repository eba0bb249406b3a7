"""What a municipality may set and agree on, and the times that hold for everybody. Pure."""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracks.i18n import N_

GRACE: Final = timedelta(days=30)
EXPORTS_AN_HOUR: Final = 5
WRONG_REFERENCES_AN_HOUR: Final = 10
COPIES_FOR_OTHERS_AN_HOUR: Final = 20
COPY_KEPT_FOR: Final = timedelta(days=3)
FEEDBACK_KEPT_FOR: Final = timedelta(days=365)
LEAST_MONTHS, MOST_MONTHS = 6, 120
# No letters or digits that look like others.
_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_MONTH: Final = timedelta(days=365.25 / 12)


class Terms(Struct, frozen=True):
    """A row of privacy_setting."""

    controller: str = ""
    officer: str = ""
    processors: str = ""
    accessibility_contact: str = ""
    months_away: int = 24
    archived: tuple[str, ...] = ()


class CopyState(StrEnum):
    """Of a copy of all data of a municipality."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class Party(StrEnum):
    """Who took part in the discussion, by role."""

    EMPLOYER = "employer"
    SCHOOL_LEADERS = "school_leaders"
    UNION = "union"
    SAFETY = "safety"


PARTY_NAMES = {
    Party.EMPLOYER: N_("The employer"),
    Party.SCHOOL_LEADERS: N_("School leaders"),
    Party.UNION: N_("The employees' union representatives"),
    Party.SAFETY: N_("The safety representative"),
}
_OF_EMPLOYEES = frozenset({Party.UNION, Party.SAFETY})


class Sight(StrEnum):
    """What a leader may see of persons, once it is agreed; without it, numbers only."""

    COURSE_PROGRESS = "course_progress"


SIGHT_NAMES = {
    Sight.COURSE_PROGRESS: N_(
        "Whoever leads a course may see, for each participant: not begun, has begun, or has "
        "followed up. Never answers, texts, points or times. Each look is noted."
    ),
}


class Agreement(Struct, frozen=True):
    discussed_on: date
    parties: tuple[Party, ...]
    sights: tuple[Sight, ...]
    recorded_at: datetime
    is_ended: bool = False


def reference_of(secret: bytes, person_id: int, made: datetime) -> str:
    """ "17-7KQ2-MXC4": what somebody writes in a letter, so that nobody else is taken for them.

    Nothing of it is stored: 39 bits that only we can tell, of the number and the time of the row.
    """
    said = f"written request {person_id} {made.astimezone(UTC).isoformat()}"
    number = int.from_bytes(hmac.digest(secret, said.encode(), "sha256")[:16])
    signs = ""
    for _ in range(8):
        number, left = divmod(number, len(_SIGNS))
        signs += _SIGNS[left]
    return f"{person_id}-{signs[:4]}-{signs[4:]}"


def number_in(reference: str) -> int | None:
    """Whose it says that it is; nobody knows yet whether it is right."""
    found = re.fullmatch(r"\s*([0-9]{1,12})[\W_]*[0-9A-Za-z]{4}[\W_]*[0-9A-Za-z]{4}\s*", reference)
    return int(found[1]) if found else None


def is_reference(typed: str, right: str) -> bool:
    """However it was grouped, in small letters or large."""

    def plain(text: str) -> bytes:
        return re.sub(r"[\W_]", "", text).upper().encode()

    return hmac.compare_digest(plain(typed), plain(right))


def fault_of(discussed_on: date | None, parties: Iterable[Party], today: date) -> str | None:
    """Why it cannot be recorded, as a message id."""
    here = set(parties)
    if discussed_on is None:
        return N_("Write the date of the discussion as year-month-day.")
    if discussed_on > today:
        return N_("The discussion cannot be in the future.")
    if Party.EMPLOYER not in here or not here & _OF_EMPLOYEES:
        return N_("Both the employer and a representative of the employees must have taken part.")
    return None


def away_since(now: datetime, months: int) -> datetime:
    return now - months * _MONTH


def is_same_name(typed: str, name: str) -> bool:
    """However it was spaced, in small letters or large: typed to show that it is meant."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()
