"""Reads of the counters. Raw counts: views show them through people.small_numbers only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.models import track
from tracks.db import Session
from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.organisation.queries.units import merged_into
from tracks.progress.events import Stage, Way


@dataclass(frozen=True, slots=True)
class Counts:
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


def uses_of_school(
    session: Session, municipality_id: int, school_id: int
) -> dict[int, dict[Way, int]]:
    """People by step id and way: in the programme, on its own. Two numbers, never added."""
    into = merged_into(session, municipality_id)
    ids = {old for old, new in into.items() if new == school_id} | ({school_id} - set(into))
    rows = session.execute(
        select(school_resource).where(
            school_resource.c.municipality_id == municipality_id,
            school_resource.c.school_id.in_(sorted(ids)),
        )
    )
    found: dict[int, dict[Way, int]] = {}
    for row in rows:
        ways = found.setdefault(row.step_id, dict.fromkeys(Way, 0))
        for way in Way:
            ways[way] += getattr(row, way.value)
    return found


KEPT = (
    Kept(
        resource_use.c.person_id,
        N_("First use of each resource, and when"),
        N_("to count it once"),
    ),
)
