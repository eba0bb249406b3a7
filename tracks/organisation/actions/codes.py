"""Writes of codes: invitations to a role, and how often somebody typed a wrong one."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.organisation.actions.units import Doer
from tracks.organisation.codes import (
    INVITATION_LIFE,
    INVITATIONS_SHOWN,
    MOST_TRIES,
    TRIES_IN,
    code_hash,
    new_code,
)
from tracks.organisation.events import InvitationEnded, RoleInvited
from tracks.organisation.models import code_try, link_code, role_invitation
from tracks.organisation.queries.roles import actor_of, grants
from tracks.organisation.rules import Wanted, is_protected, may_give
from tracks.people.grants import grant_role
from tracks.people.rules import Actor, Role


class Invitation(Struct, frozen=True):
    code: str
    expires_at: datetime


class Offered(Struct, frozen=True):
    id: int
    role: Role
    school_id: int | None
    team_id: int | None  # both None: the whole municipality


class NotTaken(StrEnum):
    """Why somebody does not get the role; the invitation is as it was."""

    UNKNOWN = "unknown"  # also used, ended, too old, another municipality's
    OWN = "own"  # nobody gives a role to themselves
    NO_LOGIN = "no_login"  # came by an LMS, and the role opens what an LMS must not open
    NOT_THEIRS = "not_theirs"  # who made it may not give the role any more


def invite(
    session: Session,
    municipality_id: int,
    wanted: Wanted,
    doer: Doer,
    life: timedelta = INVITATION_LIFE,
) -> Invitation:
    """A code that whoever takes it first gets the role by. Shown once. Rights are not asked."""
    code, ends = new_code(), doer.now + life
    if wanted.until is not None:
        ends = min(ends, wanted.until)
    made = session.execute(
        insert(role_invitation)
        .values(
            municipality_id=municipality_id,
            code_hash=code_hash(code),
            role=wanted.role,
            school_id=wanted.school_id,
            team_id=wanted.team_id,
            role_until=wanted.until,
            percent=wanted.percent,
            made_by=doer.by,
            made_at=doer.now,
            expires_at=ends,
        )
        .returning(role_invitation.c.id)
    ).scalar_one()
    session.emit(
        RoleInvited(
            municipality_id=municipality_id,
            invitation_id=made,
            role=wanted.role,
            school_id=wanted.school_id,
            team_id=wanted.team_id,
            by=doer.by,
            at=doer.now,
        )
    )
    return Invitation(code, ends)


def end_invitation(session: Session, municipality_id: int, invitation_id: int, doer: Doer) -> None:
    """Nothing where somebody has the role by it already, or it has ended."""
    ended = session.execute(
        update(role_invitation)
        .where(
            role_invitation.c.id == invitation_id,
            role_invitation.c.municipality_id == municipality_id,
            role_invitation.c.used_at.is_(None),
            role_invitation.c.ended_at.is_(None),
        )
        .values(ended_at=doer.now)
        .returning(role_invitation.c.id)
    )
    if ended.first() is not None:
        session.emit(
            InvitationEnded(
                municipality_id=municipality_id,
                invitation_id=invitation_id,
                by=doer.by,
                at=doer.now,
            )
        )


def take_invitation(
    session: Session, actor: Actor, typed: str, now: datetime
) -> Offered | NotTaken:
    """The role is theirs from now on."""
    waits = (
        role_invitation.c.municipality_id == actor.municipality_id,
        role_invitation.c.code_hash == code_hash(typed),
        role_invitation.c.used_at.is_(None),
        role_invitation.c.ended_at.is_(None),
        role_invitation.c.expires_at > now,
    )
    found = session.execute(select(role_invitation).where(*waits)).one_or_none()
    problem = NotTaken.UNKNOWN if found is None else _problem(session, actor, found, now)
    if problem is not None or found is None:
        return problem or NotTaken.UNKNOWN
    taken = session.execute(
        update(role_invitation)
        .where(*waits)
        .values(used_at=now, taken_by=actor.person_id)
        .returning(role_invitation.c.id)
    )
    if taken.first() is None:  # by somebody else at the same time
        return NotTaken.UNKNOWN
    offered = _offered(found)
    has_it = any(
        (g.role, g.school_id, g.team_id) == (offered.role, offered.school_id, offered.team_id)
        and g.is_in_force(now)
        for g in grants(session, actor.municipality_id, person_id=actor.person_id)
    )
    if not has_it:
        grant_role(
            session,
            person_id=actor.person_id,
            municipality_id=actor.municipality_id,
            role=offered.role,
            school_id=offered.school_id,
            team_id=offered.team_id,
            until=found.role_until,
            percent=found.percent,
            now=now,
            by=actor.person_id,
            invitation_id=offered.id,
        )
    return offered


def _problem(session: Session, actor: Actor, found: Row[Any], now: datetime) -> NotTaken | None:
    role = Role(found.role)
    if found.made_by == actor.person_id:
        return NotTaken.OWN
    if found.made_by is not None:
        maker = actor_of(session, actor.municipality_id, found.made_by, now)
        if maker is None or not may_give(maker, role, found.school_id):
            return NotTaken.NOT_THEIRS
    return NotTaken.NO_LOGIN if is_protected(role) and not actor.has_own_login else None


def _offered(row: Row[Any]) -> Offered:
    return Offered(row.id, Role(row.role), row.school_id, row.team_id)


def taken_before(session: Session, actor: Actor, typed: str) -> Offered | None:
    """What this very person has got by the code; of others' nothing is told."""
    row = session.execute(
        select(role_invitation).where(
            role_invitation.c.municipality_id == actor.municipality_id,
            role_invitation.c.code_hash == code_hash(typed),
            role_invitation.c.taken_by == actor.person_id,
        )
    ).one_or_none()
    return None if row is None else _offered(row)


def may_try(session: Session, actor: Actor, now: datetime) -> bool:
    """False after ten wrong codes in an hour."""
    row = session.execute(
        select(code_try).where(code_try.c.person_id == actor.person_id)
    ).one_or_none()
    return row is None or row.tries < MOST_TRIES or row.since + TRIES_IN <= now


_WRONG = insert_or(code_try)


def note_wrong_code(session: Session, actor: Actor, now: datetime) -> None:
    """One more; after an hour the first of a new hour. Counted in the database: many may come at
    the same time.
    """
    is_old = code_try.c.since <= now - TRIES_IN
    session.execute(
        _WRONG.values(
            person_id=actor.person_id, municipality_id=actor.municipality_id, since=now, tries=1
        ).on_conflict_do_update(
            index_elements=["person_id"],
            set_={
                "since": case((is_old, now), else_=code_try.c.since),
                "tries": case((is_old, 1), else_=code_try.c.tries + 1),
            },
        )
    )


def forget_codes(session: Session, now: datetime) -> int:
    """A chore: codes and invitations of long ago, and tries of hours ago; the number of rows."""
    gone = session.execute(delete(link_code).where(link_code.c.expires_at <= now)).rowcount
    gone += session.execute(
        delete(role_invitation).where(role_invitation.c.expires_at <= now - INVITATIONS_SHOWN)
    ).rowcount
    return (
        gone + session.execute(delete(code_try).where(code_try.c.since <= now - TRIES_IN)).rowcount
    )
