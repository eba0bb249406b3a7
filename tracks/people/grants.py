"""Roles that are given here, and ended: each is told as an event."""

from datetime import datetime

from sqlalchemy import insert, or_, update

from tracks.db import Session
from tracks.people.events import RoleEnded, RoleGranted
from tracks.people.models import role_grant
from tracks.people.rules import Role


def grant_role(
    session: Session,
    *,
    person_id: int,
    municipality_id: int,
    role: Role,
    school_id: int | None,
    now: datetime,
    team_id: int | None = None,
    starts: datetime | None = None,
    until: datetime | None = None,
    percent: int | None = None,
    by: int | None = None,
    invitation_id: int | None = None,
) -> int:
    """The grant's id. `by`: the person who gives it; None: an operator. Rights are not asked."""
    made: int = session.execute(
        insert(role_grant)
        .values(
            person_id=person_id,
            municipality_id=municipality_id,
            role=role,
            school_id=school_id,
            team_id=team_id,
            granted_at=now,
            starts_at=starts,
            until=until,
            percent=percent,
        )
        .returning(role_grant.c.id)
    ).scalar_one()
    session.emit(
        RoleGranted(
            grant_id=made,
            municipality_id=municipality_id,
            person_id=person_id,
            role=role,
            school_id=school_id,
            team_id=team_id,
            starts=starts,
            until=until,
            by=by,
            invitation_id=invitation_id,
            at=now,
        )
    )
    return made


def end_role(
    session: Session, municipality_id: int, grant_id: int, now: datetime, *, by: int | None = None
) -> bool:
    """From `now` on. False when there is none of that number in force or to come."""
    ended = session.execute(
        update(role_grant)
        .where(
            role_grant.c.id == grant_id,
            role_grant.c.municipality_id == municipality_id,
            or_(role_grant.c.until.is_(None), role_grant.c.until > now),
        )
        .values(until=now)
        .returning(role_grant.c.person_id, role_grant.c.role)
    ).one_or_none()
    if ended is None:
        return False
    session.emit(
        RoleEnded(
            grant_id=grant_id,
            municipality_id=municipality_id,
            person_id=ended.person_id,
            role=ended.role,
            by=by,
            at=now,
        )
    )
    return True
