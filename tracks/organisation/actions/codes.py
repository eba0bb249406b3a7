"""Writes of codes: invitations to a role, and how often somebody typed a wrong one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.organisation.actions.units import Doer
from tracks.organisation.codes import INVITATION_LIFE, MOST_TRIES, TRIES_IN, code_hash, new_code
from tracks.organisation.events import RoleInvited
from tracks.organisation.models import code_try, link_code, role_invitation
from tracks.organisation.queries.roles import grants
from tracks.people.grants import grant_role
from tracks.people.rules import Actor, Role


@dataclass(frozen=True, slots=True)
class Invitation:
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    id: int
    role: Role
    school_id: int


def invite(
    session: Session, municipality_id: int, role: Role, school_id: int, doer: Doer
) -> Invitation:
    """A code that whoever types it first becomes `role` at the school by. Shown once."""
    code, ends = new_code(), doer.now + INVITATION_LIFE
    made = session.execute(
        insert(role_invitation)
        .values(
            municipality_id=municipality_id,
            code_hash=code_hash(code),
            role=role,
            school_id=school_id,
            made_at=doer.now,
            expires_at=ends,
        )
        .returning(role_invitation.c.id)
    ).scalar_one()
    session.emit(
        RoleInvited(
            municipality_id=municipality_id,
            invitation_id=made,
            role=role,
            school_id=school_id,
            by=doer.by,
            at=doer.now,
        )
    )
    return Invitation(code, ends)


def take_invitation(session: Session, actor: Actor, typed: str, now: datetime) -> Offered | None:
    """The role is theirs from now on. None: unknown, used, too old, another municipality's."""
    row = session.execute(
        update(role_invitation)
        .where(
            role_invitation.c.municipality_id == actor.municipality_id,
            role_invitation.c.code_hash == code_hash(typed),
            role_invitation.c.used_at.is_(None),
            role_invitation.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(role_invitation.c.id, role_invitation.c.role, role_invitation.c.school_id)
    ).one_or_none()
    if row is None:
        return None
    offered = Offered(row.id, Role(row.role), row.school_id)
    has_it = any(
        g.role is offered.role and g.school_id == offered.school_id and g.is_in_force(now)
        for g in grants(session, actor.municipality_id, person_id=actor.person_id)
    )
    if not has_it:
        grant_role(
            session,
            person_id=actor.person_id,
            municipality_id=actor.municipality_id,
            role=offered.role,
            school_id=offered.school_id,
            now=now,
            by=actor.person_id,
            invitation_id=offered.id,
        )
    return offered


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
    """A chore: codes that open nothing any more, and tries of hours ago; the number of rows."""
    gone = session.execute(delete(link_code).where(link_code.c.expires_at <= now)).rowcount
    gone += session.execute(
        delete(role_invitation).where(role_invitation.c.expires_at <= now)
    ).rowcount
    return (
        gone + session.execute(delete(code_try).where(code_try.c.since <= now - TRIES_IN)).rowcount
    )
