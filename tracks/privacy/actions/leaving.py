"""A person's own wishes, and those who have been away for long."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, or_, select, update

from tracks.db import Session
from tracks.db.data_map import DataMap
from tracks.events import Noted
from tracks.people.models import municipality, person, sign_in
from tracks.people.rules import month_of
from tracks.privacy.queries import all_terms
from tracks.privacy.rules import GRACE, Terms, away_since

# Of each municipality: nobody who works here now waits for the rest of a whole year's leavers.
_AT_A_TIME = 200


def rename(session: Session, person_id: int, name: str) -> None:
    session.execute(update(person).where(person.c.id == person_id).values(name=name or None))


def ask_to_leave(
    session: Session,
    person_id: int,
    municipality_id: int,
    now: datetime,
    *,
    by_operator: bool = False,
    officer_id: int | None = None,
) -> datetime:
    """When it will happen. Signs the person out everywhere; to come back is to stay."""
    leaving_at = now + GRACE
    session.execute(
        update(person)
        .where(person.c.id == person_id, person.c.erased_at.is_(None))
        .values(leaving_at=leaving_at)
    )
    session.execute(delete(sign_in).where(sign_in.c.person_id == person_id))
    session.emit(
        Noted(
            "erasure_asked" if officer_id is None else "erasure_requested",
            municipality_id,
            now,
            actor_id=None if by_operator else officer_id or person_id,
            person_id=person_id,
        )
    )
    return leaving_at


def let_stay(
    session: Session, person_id: int, municipality_id: int, officer_id: int, now: datetime
) -> None:
    """Within the 30 days; as if they had come back."""
    stays = session.execute(
        update(person)
        .where(
            person.c.id == person_id,
            person.c.municipality_id == municipality_id,
            person.c.erased_at.is_(None),
            person.c.leaving_at.is_not(None),
        )
        .values(leaving_at=None)
        .returning(person.c.id)
    )
    if stays.first() is not None:
        session.emit(
            Noted("erasure_undone", municipality_id, now, actor_id=officer_id, person_id=person_id)
        )


def send_away_the_absent(session: Session, data_map: DataMap, now: datetime) -> int:
    """Who has not worked here for as long as their municipality has set leaves in 30 days."""
    known = all_terms(session)
    return sum(
        _send_away(session, data_map, tenant, known.get(tenant, Terms()), now)
        for tenant in session.execute(select(municipality.c.id)).scalars().all()
    )


def _is_among(owner: Column[Any], lately: ColumnElement[bool]) -> ColumnElement[bool]:
    """For each person by the table's index; where it has none by person, from one list of all."""
    ordered = [index.columns for index in owner.table.indexes] + [owner.table.primary_key.columns]
    if any(next(iter(columns)) is owner for columns in ordered):
        return select(1).where(owner == person.c.id, lately).correlate(person).exists()
    # Nobody is not in a list with a NULL in it.
    return person.c.id.in_(select(owner).where(lately, owner.is_not(None)))


def _send_away(
    session: Session, data_map: DataMap, tenant: int, terms: Terms, now: datetime
) -> int:
    since = away_since(now, terms.months_away)
    lately = [
        _is_among(kept.owner, kept.active >= since)
        for kept in data_map.kept
        if kept.active is not None and kept.table is not person
    ]
    lately += [
        _is_among(kept.owner, kept.present(since))
        for kept in data_map.kept
        if kept.present is not None
    ]
    gone = list(
        session.execute(
            select(person.c.id)
            .where(
                person.c.municipality_id == tenant,
                person.c.created_at < since,
                person.c.leaving_at.is_(None),
                person.c.erased_at.is_(None),
                # Kept to the month: nobody goes before the whole of it is long ago.
                or_(person.c.last_here.is_(None), person.c.last_here < month_of(since)),
                ~or_(*lately),
            )
            .order_by(person.c.id)
            .limit(_AT_A_TIME)
        ).scalars()
    )
    session.execute(update(person).where(person.c.id.in_(gone)).values(leaving_at=now + GRACE))
    for person_id in gone:
        session.emit(Noted("absent_for_long", tenant, now, person_id=person_id))
    return len(gone)
