"""Reads of the counters. Raw counts: views show them through people.small_numbers only."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.models import module, step, track
from tracks.db import Session
from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.organisation.queries.units import merged_into
from tracks.people.models import municipality, school
from tracks.progress.events import Stage, Way


class Counts(Struct, frozen=True):
    school_id: int
    version_id: int
    stages: dict[Stage, int]
    changed_at: datetime


def counts_of_municipality(session: Session, municipality_id: int) -> list[Counts]:
    """A row for each school and track. What was counted at a school that is now part of another
    counts there: a reform takes nothing away from last year's numbers.
    """
    rows = session.execute(
        select(school_track, track.c.version_id)
        .join(track, track.c.id == school_track.c.track_id)
        .where(school_track.c.municipality_id == municipality_id)
        .order_by(track.c.publisher, track.c.slug, school_track.c.school_id)
    )
    each = [
        Counts(
            school_id=row.school_id,
            version_id=row.version_id,
            stages={stage: getattr(row, stage.value) for stage in Stage},
            changed_at=row.changed_at,
        )
        for row in rows
    ]
    return added_up(each, merged_into(session, municipality_id))


def added_up(each: Iterable[Counts], into: Mapping[int, int]) -> list[Counts]:
    """`into`: merged schools, and where all that was theirs is now. Every teacher counts once a
    track and stage, wherever that was, so sums are right.
    """
    found: dict[tuple[int, int], Counts] = {}
    for counts in each:
        school_id = into.get(counts.school_id, counts.school_id)
        key = (counts.version_id, school_id)
        before = found.get(key)
        found[key] = Counts(
            school_id=school_id,
            version_id=counts.version_id,
            stages={
                stage: number + (before.stages[stage] if before else 0)
                for stage, number in counts.stages.items()
            },
            changed_at=max(counts.changed_at, before.changed_at) if before else counts.changed_at,
        )
    return list(found.values())


def counts_of_school(session: Session, municipality_id: int, school_id: int) -> list[Counts]:
    """By track; also of a school that is closed, as long as its numbers have not gone on."""
    every = counts_of_municipality(session, municipality_id)
    return [counts for counts in every if counts.school_id == school_id]


class Use(Struct, frozen=True):
    """Of one resource at one school: two numbers, never added."""

    step_id: int
    school_id: int
    teachers: int | None
    teachers_as_of: date | None
    ways: dict[Way, int]
    started: int  # of its track, at that school


def uses_by_school(session: Session, municipality_id: int) -> list[Use]:
    """Merged schools as one: what was theirs is where they are now."""
    into = merged_into(session, municipality_id)
    found: dict[tuple[int, int], dict[Way, int]] = {}
    rows = session.execute(
        select(school_resource).where(school_resource.c.municipality_id == municipality_id)
    )
    for row in rows:
        key = (row.step_id, into.get(row.school_id, row.school_id))
        ways = found.setdefault(key, dict.fromkeys(Way, 0))
        for way in Way:
            ways[way] += getattr(row, way.value)
    started: dict[tuple[int, int], int] = {}
    for track_row in session.execute(
        select(school_track).where(school_track.c.municipality_id == municipality_id)
    ):
        at = (track_row.track_id, into.get(track_row.school_id, track_row.school_id))
        started[at] = started.get(at, 0) + track_row.started
    teachers = session.execute(
        select(school.c.id, school.c.teachers, school.c.teachers_as_of).where(
            school.c.municipality_id == municipality_id
        )
    )
    known = {row.id: (row.teachers, row.teachers_as_of) for row in teachers}
    tracks = session.execute(
        select(step.c.id, module.c.track_id)
        .join(module, module.c.id == step.c.module_id)
        .where(step.c.id.in_({step_id for step_id, _ in found}))
    )
    track_of = {row.id: row.track_id for row in tracks}
    return [
        Use(
            step_id,
            at,
            *known.get(at, (None, None)),
            ways,
            started.get((track_of[step_id], at), 0),
        )
        for (step_id, at), ways in sorted(found.items())
    ]


def municipalities(session: Session) -> list[int]:
    return list(session.execute(select(municipality.c.id).order_by(municipality.c.id)).scalars())


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
