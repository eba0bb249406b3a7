"""Reads of who has which role, and of persons for those who give roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from tracks.db import Session
from tracks.people.models import account, person, role_grant, school, team
from tracks.people.rules import Role, natural_key

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Grant:
    id: int
    person_id: int
    person_name: str | None
    role: Role
    school_id: int | None
    school_name: str | None
    team_id: int | None
    team_name: str | None
    granted_at: datetime
    starts_at: datetime | None
    until: datetime | None
    percent: int | None

    @property
    def last_day(self) -> datetime | None:
        """A role that ends at midnight has its last day before it."""
        return None if self.until is None else self.until - timedelta(seconds=1)

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    def is_to_come(self, now: datetime) -> bool:
        return self.starts_at is not None and self.starts_at > now

    def is_in_force(self, now: datetime) -> bool:
        return not self.is_over(now) and not self.is_to_come(now)


@dataclass(frozen=True, slots=True)
class Known:
    """A person as whoever gives roles sees them; nothing about what they have done."""

    id: int
    name: str | None
    school_id: int | None
    school_name: str | None
    accounts: int  # in how many LMSs


@dataclass(frozen=True, slots=True)
class Found:
    id: int
    name: str | None
    school_name: str | None


def grants(
    session: Session,
    municipality_id: int,
    *,
    person_id: int | None = None,
    roles: Iterable[Role] | None = None,
) -> list[Grant]:
    """Also those that are over or to come; the newest last."""
    statement = (
        select(
            role_grant,
            person.c.name.label("person_name"),
            school.c.name.label("school_name"),
            team.c.name.label("team_name"),
        )
        .join(person, person.c.id == role_grant.c.person_id)
        .outerjoin(school, school.c.id == role_grant.c.school_id)
        .outerjoin(team, team.c.id == role_grant.c.team_id)
        .where(
            role_grant.c.municipality_id == municipality_id,
            person.c.municipality_id == municipality_id,
        )
        .order_by(role_grant.c.id)
    )
    if person_id is not None:
        statement = statement.where(role_grant.c.person_id == person_id)
    if roles is not None:
        statement = statement.where(role_grant.c.role.in_([role.value for role in roles]))
    return [_grant(row) for row in session.execute(statement)]


def grant(session: Session, municipality_id: int, grant_id: int) -> Grant | None:
    return next((g for g in grants(session, municipality_id) if g.id == grant_id), None)


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        id=row.id,
        person_id=row.person_id,
        person_name=row.person_name,
        role=Role(row.role),
        school_id=row.school_id,
        school_name=row.school_name,
        team_id=row.team_id,
        team_name=row.team_name,
        granted_at=row.granted_at,
        starts_at=row.starts_at,
        until=row.until,
        percent=row.percent,
    )


def known_person(session: Session, municipality_id: int, person_id: int) -> Known | None:
    """None for another municipality's person too."""
    row = session.execute(
        select(person.c.id, person.c.name, person.c.school_id, school.c.name.label("school_name"))
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(person.c.municipality_id == municipality_id, person.c.id == person_id)
    ).one_or_none()
    if row is None:
        return None
    return Known(row.id, row.name, row.school_id, row.school_name, accounts_of(session, row.id))


def found_people(
    session: Session,
    municipality_id: int,
    words: str,
    within: frozenset[int] | None,
    *,
    most: int = MOST_FOUND,
) -> list[Found]:
    """By a part of the name, or of the school's; `within`: only people of these schools.

    Looked for here and not in the database: SQLite takes Å and å for different letters.
    """
    statement = (
        select(person.c.id, person.c.name, school.c.name.label("school_name"))
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(person.c.municipality_id == municipality_id, person.c.is_suspended.is_(False))
    )
    if within is not None:
        statement = statement.where(person.c.school_id.in_(sorted(within)))
    wanted = words.strip().casefold()
    found = [
        Found(row.id, row.name, row.school_name)
        for row in session.execute(statement)
        if any(wanted in (name or "").casefold() for name in (row.name, row.school_name))
    ]
    return sorted(found, key=lambda f: (f.name is None, natural_key(f.name or ""), f.id))[:most]


def accounts_of(session: Session, person_id: int) -> int:
    return int(
        session.execute(select(func.count()).where(account.c.person_id == person_id)).scalar_one()
    )
