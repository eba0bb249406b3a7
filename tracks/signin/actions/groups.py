"""What Feide's groups say of where somebody works: their unit, and never a role (ADR 0036)."""

from datetime import datetime

from sqlalchemy import select, update

from tracks.db import Session
from tracks.organisation.queries.units import by_number, units
from tracks.people.models import person, school
from tracks.rosters.feide import FeideUnits, place_person
from tracks.signin.models import identity
from tracks.signin.rules import MOST_UNITS, GroupsSaid


def units_here(session: Session, municipality_id: int, found: FeideUnits) -> FeideUnits:
    """Of what Feide knows only what this municipality is about: its open units."""
    # It may call one by the number that it had before.
    known = by_number(units(session, municipality_id))
    now_called = {
        code: known[code].code
        for code in sorted(found.codes)
        if code in known and known[code].is_open
    }
    here = frozenset(sorted(set(now_called.values()))[:MOST_UNITS])
    main = now_called.get(found.main or "")
    return FeideUnits(None, here, main if main in here else None)


def take_groups(
    session: Session,
    municipality_id: int,
    service_id: int,
    sub: str,
    person_id: int,
    found: FeideUnits | None,
    now: datetime,
) -> GroupsSaid:
    """`found` None: there was no answer. A unit that somebody has stays theirs."""
    said = GroupsSaid.FAILED
    if found is not None:
        said = _said(session, municipality_id, person_id, found)
    session.execute(
        update(identity)
        .where(
            identity.c.service_id == service_id,
            identity.c.sub == sub,
            identity.c.person_id == person_id,
        )
        .values(groups_asked_at=now, groups_said=said)
    )
    return said


def _said(session: Session, municipality_id: int, person_id: int, found: FeideUnits) -> GroupsSaid:
    here = units_here(session, municipality_id, found)
    if not here.codes:
        return GroupsSaid.NOWHERE
    code = session.execute(
        select(school.c.code)
        .join(person, person.c.school_id == school.c.id)
        .where(person.c.id == person_id, person.c.municipality_id == municipality_id)
    ).scalar_one_or_none()
    if code is not None:
        return GroupsSaid.HERE if code in here.codes else GroupsSaid.ELSEWHERE
    placed = place_person(session, person_id, municipality_id, here)
    return GroupsSaid.SEVERAL if placed is None else GroupsSaid.HERE
