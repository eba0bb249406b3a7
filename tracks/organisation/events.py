"""What happens to units and accounts, for those who react (subscriptions.py).

`by` is the person who did it; None: an operator, by a command. Roles are told in people.events.
"""

from datetime import date, datetime

from msgspec import Struct


class UnitsMerged(Struct, frozen=True, kw_only=True):
    municipality_id: int
    school_ids: tuple[int, ...]  # that were closed
    into: int
    on: date
    by: int | None
    at: datetime


class RoleMoved(Struct, frozen=True):
    """From a unit that was merged, before UnitsMerged: the old grant has ended.

    `grant_id` is in force in its place; None: they have that role there by another grant.
    """

    municipality_id: int
    was_id: int
    grant_id: int | None


class UnitSplit(Struct, frozen=True, kw_only=True):
    municipality_id: int
    school_id: int  # that was closed
    into: tuple[int, ...]
    on: date
    by: int | None
    at: datetime


class UnitChanged(Struct, frozen=True, kw_only=True):
    """Made, renamed, of another type, open from another day, or with another number of teachers."""

    municipality_id: int
    school_id: int
    is_new: bool
    by: int | None
    at: datetime


class UnitRenumbered(Struct, frozen=True, kw_only=True):
    """It has another organisation number or school unit code; which one it had is kept."""

    municipality_id: int
    school_id: int
    by: int | None
    at: datetime


class UnitClosed(Struct, frozen=True, kw_only=True):
    """And nothing came after it."""

    municipality_id: int
    school_id: int
    on: date
    by: int | None
    at: datetime


class UnitOpenedAgain(Struct, frozen=True, kw_only=True):
    """It had been closed, and nothing had come after it."""

    municipality_id: int
    school_id: int
    by: int | None
    at: datetime


class TeamChanged(Struct, frozen=True, kw_only=True):
    municipality_id: int
    team_id: int
    by: int | None
    at: datetime


class RoleInvited(Struct, frozen=True, kw_only=True):
    municipality_id: int
    invitation_id: int
    role: str
    school_id: int | None
    team_id: int | None  # both None: the whole municipality
    by: int | None
    at: datetime


class InvitationEnded(Struct, frozen=True, kw_only=True):
    """Taken back before anybody took the role."""

    municipality_id: int
    invitation_id: int
    by: int | None
    at: datetime


class AccountsMeet(Struct, frozen=True, kw_only=True):
    """Two rows of one person are about to be linked: areas let go what says nothing of either."""

    person_ids: tuple[int, int]


class AccountsLinked(Struct, frozen=True, kw_only=True):
    """The accounts of one person row belong to another now; the first has none left."""

    municipality_id: int
    person_id: int  # who keeps them
    was_person_id: int
    at: datetime


class SettingsChanged(Struct, frozen=True, kw_only=True):
    municipality_id: int
    by: int | None
    at: datetime
