"""Reads of the counters. Raw counts: views show them through people.small_numbers only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.models import module, step, track
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.models import school
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


@dataclass(frozen=True, slots=True)
class Use:
    """Of one resource at one school: two numbers, never added."""

    step_id: int
    school_id: int
    teachers: int | None
    ways: dict[Way, int]
    started: int  # of its track, at that school


def uses_by_school(session: Session, municipality_id: int | None) -> list[Use]:
    """Of a municipality's schools; None: of all schools here."""
    statement = (
        select(school_resource, school.c.teachers, school_track.c.started)
        .join(school, school.c.id == school_resource.c.school_id)
        .join(step, step.c.id == school_resource.c.step_id)
        .join(module, module.c.id == step.c.module_id)
        .outerjoin(
            school_track,
            and_(
                school_track.c.school_id == school_resource.c.school_id,
                school_track.c.track_id == module.c.track_id,
            ),
        )
    )
    if municipality_id is not None:
        statement = statement.where(school_resource.c.municipality_id == municipality_id)
    return [
        Use(
            step_id=row.step_id,
            school_id=row.school_id,
            teachers=row.teachers,
            ways={way: getattr(row, way.value) for way in Way},
            started=row.started or 0,
        )
        for row in session.execute(statement)
    ]


def versions_with(session: Session, step_ids: Collection[int]) -> list[int]:
    """The versions newcomers meet of the tracks of these steps, by publisher and slug."""
    rows = session.execute(
        select(track.c.version_id)
        .join(module, module.c.track_id == track.c.id)
        .join(step, step.c.module_id == module.c.id)
        .where(step.c.id.in_(step_ids), track.c.version_id.is_not(None))
        .distinct()
        .order_by(track.c.publisher, track.c.slug)
        .add_columns(track.c.publisher, track.c.slug)
    )
    return [row.version_id for row in rows]


KEPT = (
    Kept(
        resource_use.c.person_id,
        N_("First use of each resource, and when"),
        N_("to count it once"),
    ),
)
