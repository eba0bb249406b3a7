"""The unit that one's work counts for, as far as sources say where somebody works."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from tracks.people.models import person, school
from tracks.rosters.models import roster_entry

entry = roster_entry


def works(municipality_id: int) -> ColumnElement[bool]:
    """Of an entry: the person's task that holds, at an open unit."""
    is_open = select(school.c.id).where(
        school.c.municipality_id == municipality_id, school.c.closed_on.is_(None)
    )
    return and_(
        entry.c.municipality_id == municipality_id,
        entry.c.person_id == person.c.id,
        entry.c.ended_at.is_(None),
        entry.c.school_id.in_(is_open),
    )


def is_misplaced(municipality_id: int) -> ColumnElement[bool]:
    """Of a person who works somewhere: they have no unit, or one where they do not work."""
    live = works(municipality_id)
    return and_(
        person.c.municipality_id == municipality_id,
        exists().where(live),
        or_(
            person.c.school_id.is_(None),
            not_(exists().where(live, entry.c.school_id == person.c.school_id)),
        ),
    )


def first_unit(municipality_id: int) -> Any:
    return select(func.min(entry.c.school_id)).where(works(municipality_id)).scalar_subquery()
