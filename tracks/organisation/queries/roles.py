"""Reads of who has which role, and of persons for those who give roles."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, func, select

from tracks.db import Session
from tracks.organisation.models import role_invitation
from tracks.organisation.queries.units import teams
from tracks.people.models import account, person, role_grant, school, team
from tracks.people.rules import NOWHERE, Actor, Role, natural_key

MOST_FOUND = 50


class Grant(Struct, frozen=True):
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


class Known(Struct, frozen=True):
    """A person as whoever gives roles sees them; nothing about what they have done."""

    id: int
    name: str | None
    school_id: int | None
    school_name: str | None
    accounts: int  # in how many LMSs
    is_suspended: bool


class Found(Struct, frozen=True):
    id: int
    name: str | None
    school_name: str | None
    is_suspended: bool


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
        select(
            person.c.id,
            person.c.name,
            person.c.school_id,
            person.c.is_suspended,
            school.c.name.label("school_name"),
        )
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(
            person.c.municipality_id == municipality_id,
            person.c.id == person_id,
            person.c.erased_at.is_(None),
            person.c.is_joined.is_(False),
        )
    ).one_or_none()
    if row is None:
        return None
    accounts = accounts_of(session, row.id)
    return Known(row.id, row.name, row.school_id, row.school_name, accounts, row.is_suspended)


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
        select(
            person.c.id, person.c.name, person.c.is_suspended, school.c.name.label("school_name")
        )
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(
            person.c.municipality_id == municipality_id,
            person.c.erased_at.is_(None),
            person.c.is_joined.is_(False),
        )
    )
    if within is not None:
        statement = statement.where(person.c.school_id.in_(sorted(within)))
    wanted = words.strip().casefold()
    found = [
        Found(row.id, row.name, row.school_name, row.is_suspended)
        for row in session.execute(statement)
        if any(wanted in (name or "").casefold() for name in (row.name, row.school_name))
    ]
    return sorted(found, key=lambda f: (f.name is None, natural_key(f.name or ""), f.id))[:most]


def number_at(session: Session, municipality_id: int, school_id: int) -> int:
    """Of people whose work counts there."""
    return int(
        session.execute(
            select(func.count()).where(
                person.c.municipality_id == municipality_id, person.c.school_id == school_id
            )
        ).scalar_one()
    )


class Alone(Struct, frozen=True):
    """Somebody whose work counts at no unit, and the one that closed under them, if one did."""

    id: int
    name: str | None
    former_id: int | None
    former: str | None


def without_school(
    session: Session, municipality_id: int, former_id: int | None = None
) -> list[Alone]:
    """Those of a closed unit together, by name. `former_id`: of that one only."""
    statement = (
        select(person.c.id, person.c.name, school.c.id.label("former_id"), school.c.name)
        .outerjoin(school, school.c.id == person.c.former_school_id)
        .where(
            person.c.municipality_id == municipality_id,
            person.c.school_id.is_(None),
            person.c.erased_at.is_(None),
            person.c.is_joined.is_(False),
        )
    )
    if former_id is not None:
        statement = statement.where(person.c.former_school_id == former_id)
    found = [Alone(*row) for row in map(tuple, session.execute(statement))]
    return sorted(
        found,
        key=lambda each: (
            each.former is None,
            natural_key(each.former or ""),
            each.name is None,
            natural_key(each.name or ""),
            each.id,
        ),
    )


def actor_of(session: Session, municipality_id: int, person_id: int, now: datetime) -> Actor | None:
    """Somebody who is not here just now, with what was given to them; None: nobody who may come."""
    who = known_person(session, municipality_id, person_id)
    if who is None or who.is_suspended:
        return None
    schools_of = {team.id: team.school_ids or {NOWHERE} for team in teams(session, municipality_id)}
    roles = {
        (given.role, scope)
        for given in grants(session, municipality_id, person_id=person_id)
        if given.is_in_force(now)
        for scope in (
            (given.school_id,) if given.team_id is None else schools_of.get(given.team_id, ())
        )
    }
    return Actor(who.id, municipality_id, who.school_id, frozenset(roles))


class State(StrEnum):
    """Of an invitation."""

    WAITING = "waiting"
    USED = "used"
    ENDED = "ended"


class Invited(Struct, frozen=True):
    """An invitation to a role; its code is known to nobody here."""

    id: int
    role: Role
    school_id: int | None
    school_name: str | None
    team_name: str | None  # neither a school nor a team: the whole municipality
    made_by: str | None
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    used_at: datetime | None
    taken_by_id: int | None
    taken_by: str | None

    def state(self, now: datetime) -> State:
        if self.used_at is not None:
            return State.USED
        return State.ENDED if self.ended_at or self.expires_at <= now else State.WAITING


def invitations(session: Session, municipality_id: int) -> list[Invited]:
    """The newest first."""
    maker, taker = person.alias("maker"), person.alias("taker")
    rows = session.execute(
        select(
            role_invitation,
            school.c.name.label("school_name"),
            team.c.name.label("team_name"),
            maker.c.name.label("maker"),
            taker.c.name.label("taker"),
        )
        .outerjoin(school, school.c.id == role_invitation.c.school_id)
        .outerjoin(team, team.c.id == role_invitation.c.team_id)
        .outerjoin(maker, maker.c.id == role_invitation.c.made_by)
        .outerjoin(taker, taker.c.id == role_invitation.c.taken_by)
        .where(role_invitation.c.municipality_id == municipality_id)
        .order_by(role_invitation.c.id.desc())
    )
    return [
        Invited(
            id=row.id,
            role=Role(row.role),
            school_id=row.school_id,
            school_name=row.school_name,
            team_name=row.team_name,
            made_by=row.maker,
            made_at=row.made_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
            used_at=row.used_at,
            taken_by_id=row.taken_by,
            taken_by=row.taker,
        )
        for row in rows
    ]


def accounts_of(session: Session, person_id: int) -> int:
    return int(
        session.execute(select(func.count()).where(account.c.person_id == person_id)).scalar_one()
    )
