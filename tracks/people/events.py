"""What happens to persons, for those who react (subscriptions.py)."""

from datetime import datetime

from msgspec import Struct


class SchoolChosen(Struct, frozen=True):
    person_id: int
    municipality_id: int
    school_id: int


class RoleGranted(Struct, frozen=True, kw_only=True):
    grant_id: int
    municipality_id: int
    person_id: int
    role: str
    school_id: int | None
    team_id: int | None  # both None: the whole municipality
    starts: datetime | None
    until: datetime | None
    by: int | None  # the person who gave it; None: an operator, by a command
    invitation_id: int | None  # `by` took it, by a code that RoleInvited tells of
    at: datetime


class RoleEnded(Struct, frozen=True, kw_only=True):
    grant_id: int
    municipality_id: int
    person_id: int
    role: str
    by: int | None
    at: datetime
