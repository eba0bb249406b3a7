"""What a municipality may set and agree on, and the times that hold for everybody. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from tracks.i18n import N_

GRACE: Final = timedelta(days=30)
EXPORTS_AN_HOUR: Final = 5
FEEDBACK_KEPT_FOR: Final = timedelta(days=365)
LEAST_MONTHS, MOST_MONTHS = 6, 120
_MONTH: Final = timedelta(days=365.25 / 12)


@dataclass(frozen=True, slots=True)
class Terms:
    """A row of privacy_setting."""

    controller: str = ""
    officer: str = ""
    processors: str = ""
    accessibility_contact: str = ""
    months_away: int = 24
    archived: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Agreement:
    discussed_on: date
    parties: tuple[Party, ...]
    sights: tuple[Sight, ...]
    recorded_at: datetime
    is_ended: bool = False


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
