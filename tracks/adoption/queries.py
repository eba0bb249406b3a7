"""Reads of the counters. Raw counts: views show them through people.small_numbers only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.models import track
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.queries import Kept
from tracks.progress.events import Stage, Way


@dataclass(frozen=True, slots=True)
class Counts:
    school_id: int
    version_id: int
    stages: dict[Stage, int]
    changed_at: datetime


def counts_of_municipality(session: Session, municipality_id: int) -> list[Counts]:
    return _counts(session, municipality_id, None)


def counts_of_school(session: Session, municipality_id: int, school_id: int) -> list[Counts]:
    return _counts(session, municipality_id, school_id)


def _counts(session: Session, municipality_id: int, school_id: int | None) -> list[Counts]:
    statement = (
        select(school_track, track.c.version_id)
        .join(track, track.c.id == school_track.c.track_id)
        .where(school_track.c.municipality_id == municipality_id)
        .order_by(track.c.publisher, track.c.slug)
    )
    if school_id is not None:
        statement = statement.where(school_track.c.school_id == school_id)
    return [
        Counts(
            school_id=row.school_id,
            version_id=row.version_id,
            stages={stage: getattr(row, stage.value) for stage in Stage},
            changed_at=row.changed_at,
        )
        for row in session.execute(statement)
    ]


def uses_of_school(
    session: Session, municipality_id: int, school_id: int
) -> dict[int, dict[Way, int]]:
    """People by step id and way: in the programme, on its own. Two numbers, never added."""
    rows = session.execute(
        select(school_resource).where(
            school_resource.c.municipality_id == municipality_id,
            school_resource.c.school_id == school_id,
        )
    )
    return {r.step_id: {way: getattr(r, way.value) for way in Way} for r in rows}


KEPT = (
    Kept(
        resource_use.c.person_id,
        N_("First use of each resource, and when"),
        N_("to count it once"),
    ),
)
