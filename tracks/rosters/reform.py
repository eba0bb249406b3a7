"""Units become one, or several: what sources say of their staff follows, and history stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.organisation.events import RoleMoved, UnitClosed, UnitsMerged, UnitSplit
from tracks.people.models import role_grant
from tracks.rosters.models import roster_entry

entry = roster_entry


def follow_role(session: Session, moved: RoleMoved) -> None:
    """Else whoever leaves by the next list would keep the role that is in force."""
    session.execute(
        update(entry)
        .where(
            entry.c.municipality_id == moved.municipality_id,
            entry.c.role_grant_id == moved.was_id,
        )
        .values(role_grant_id=moved.grant_id)
    )


def move_tasks(session: Session, merged: UnitsMerged) -> None:
    """Who worked at one of them works at the one that they are now."""
    staff = session.execute(
        select(entry, role_grant.c.school_id.label("granted_at_unit"))
        .outerjoin(role_grant, role_grant.c.id == entry.c.role_grant_id)
        .where(
            entry.c.municipality_id == merged.municipality_id,
            entry.c.school_id.in_(merged.school_ids),
            entry.c.ended_at.is_(None),
        )
        .order_by(entry.c.id)
    ).all()
    _end_tasks(session, merged.municipality_id, merged.school_ids, merged.at)
    for each in staff:
        there = insert_or(entry).values(
            municipality_id=merged.municipality_id,
            source=each.source,
            key=each.key,
            person_id=each.person_id,
            school_id=merged.into,
            task=each.task,
            role_grant_id=each.role_grant_id,
            since=merged.at,
        )
        came = there.excluded
        # One that was handed on is in force; else the task that was there keeps its own.
        is_handed_on = each.granted_at_unit == merged.into
        session.execute(
            there.on_conflict_do_update(
                index_elements=["municipality_id", "source", "key", "school_id", "task"],
                set_={
                    "ended_at": None,
                    "since": case((entry.c.ended_at.is_(None), entry.c.since), else_=came.since),
                    "role_grant_id": came.role_grant_id
                    if is_handed_on
                    else func.coalesce(entry.c.role_grant_id, came.role_grant_id),
                },
            )
        )


def end_tasks(session: Session, gone: UnitSplit | UnitClosed) -> None:
    """Nobody knows at which part, or where else, until a source says it."""
    _end_tasks(session, gone.municipality_id, (gone.school_id,), gone.at)


def _end_tasks(
    session: Session, municipality_id: int, school_ids: Sequence[int], at: datetime
) -> None:
    session.execute(
        update(entry)
        .where(
            entry.c.municipality_id == municipality_id,
            entry.c.school_id.in_(school_ids),
            entry.c.ended_at.is_(None),
        )
        .values(ended_at=at, role_grant_id=None)
    )
