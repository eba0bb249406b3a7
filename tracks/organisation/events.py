"""What happens to units and accounts, for those who react (subscriptions.py).

`by` is the person who did it; None: an operator, by a command. Roles are told in people.events.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsMerged:
    municipality_id: int
    school_ids: tuple[int, ...]  # that were closed
    into: int
    on: date
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSplit:
    municipality_id: int
    school_id: int  # that was closed
    into: tuple[int, ...]
    on: date
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged:
    """Made, renamed, of another type, or with another number of teachers."""

    municipality_id: int
    school_id: int
    is_new: bool
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChanged:
    municipality_id: int
    team_id: int
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInvited:
    municipality_id: int
    invitation_id: int
    role: str
    school_id: int
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsMeet:
    """Two rows of one person are about to be linked: areas let go what says nothing of either."""

    person_ids: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsLinked:
    """The accounts of one person row belong to another now; the first has none left."""

    municipality_id: int
    person_id: int  # who keeps them
    was_person_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    municipality_id: int
    by: int | None
    at: datetime
