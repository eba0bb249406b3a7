"""Reads of what somebody teaches."""

from sqlalchemy import select

from tracks.catalogue.models import teaching
from tracks.catalogue.teaching.rules import Teaching
from tracks.db import Session
from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.people.rules import Actor

WHY = N_("to show first in the catalogue what fits; nobody else sees it, and nothing is counted")


def teaching_of(session: Session, actor: Actor) -> Teaching | None:
    """None: they have not said it."""
    row = session.execute(
        select(teaching.c.subjects, teaching.c.grades).where(
            teaching.c.person_id == actor.person_id,
            teaching.c.municipality_id == actor.municipality_id,
        )
    ).one_or_none()
    return None if row is None else Teaching(tuple(row.subjects), tuple(row.grades))


KEPT = (
    Kept(
        teaching.c.person_id,
        N_("The subjects and grades that you have said you teach"),
        WHY,
        N_("until you take it away"),
    ),
)
