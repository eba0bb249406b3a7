"""Steps and stages: done once, with all that follows in the same transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.sql.dml import ReturningInsert

from tracks.catalogue.models import step_version
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.db import Prepared, Session, is_listed
from tracks.people.rules import Actor
from tracks.progress.events import ResourceUsed, Stage, StageReached, Way, WorkChanged
from tracks.progress.models import step_work, track_work
from tracks.progress.rules import stages_of_step


class Worker(Struct, frozen=True):
    """Whose work it is: an actor, or a member of a group whose leader records."""

    person_id: int
    municipality_id: int
    school_id: int | None


def worker_of(actor: Actor) -> Worker:
    return Worker(actor.person_id, actor.municipality_id, actor.school_id)


COLUMN_OF = {
    Stage.STARTED: track_work.c.started_at,
    Stage.TOGETHER: track_work.c.together_at,
    Stage.TRIED: track_work.c.tried_at,
    Stage.FOLLOWED_UP: track_work.c.followed_up_at,
}
_OPEN = insert_or(track_work)
_OPEN_OR_MOVE = Prepared(
    _OPEN.on_conflict_do_update(
        index_elements=["person_id", "track_id"],
        set_={
            "worked_at": _OPEN.excluded.worked_at,
            "last_step_id": _OPEN.excluded.last_step_id,
            # what was begun on one version is gone on with on it
            "version_id": func.coalesce(track_work.c.version_id, _OPEN.excluded.version_id),
        },
    ).returning(*COLUMN_OF.values())
)


def _once(row: Insert) -> ReturningInsert[Any]:
    """Only what is not done becomes done; the ids of the steps that did."""
    return row.on_conflict_do_update(
        index_elements=["person_id", "track_id", "step_id", "alone"],
        set_={"done_at": row.excluded.done_at},
        where=step_work.c.done_at.is_(None),
    ).returning(step_work.c.step_id)


_GIVEN = ("person_id", "track_id", "alone", "municipality_id", "version_id", "opened_at", "done_at")
_COMPLETE_ONE = Prepared(_once(insert_or(step_work)))
# A hundred rows cost the database little; binding the same seven values a hundred times does not.
_COMPLETE_MANY = Prepared(
    _once(
        insert_or(step_work).from_select(
            [*_GIVEN, "step_id"],
            select(
                *(bindparam(name, type_=step_work.c[name].type) for name in _GIVEN),
                step_version.c.step_id,
            ).where(
                step_version.c.track_version_id == bindparam("version_id"),
                is_listed(step_version.c.step_id, "step_ids"),
            ),
        )
    )
)
_REACH = {
    stage: Prepared(
        update(track_work)
        .where(
            track_work.c.person_id == bindparam("person"),
            track_work.c.track_id == bindparam("track"),
            column.is_(None),
        )
        .values({column: bindparam("at")})
        .returning(track_work.c.school_id)
    )
    for stage, column in COLUMN_OF.items()
}


def open_track(
    session: Session,
    who: Worker,
    track_id: int,
    step_id: int | None,
    now: datetime,
    *,
    begins: int | None = None,
) -> frozenset[Stage]:
    """Note where the person is in a track; the stages they had reached in it before. `begins`: the
    version they have done something of, and stay on from now on."""
    row = session.execute(
        _OPEN_OR_MOVE,
        {
            "person_id": who.person_id,
            "track_id": track_id,
            "municipality_id": who.municipality_id,
            "school_id": who.school_id,
            "last_step_id": step_id,
            "worked_at": now,
            "version_id": begins,
        },
    ).one()
    return frozenset(stage for stage, at in zip(COLUMN_OF, row, strict=True) if at is not None)


def complete_steps(
    session: Session,
    who: Worker,
    edition: Edition,
    steps: Sequence[Outline],
    now: datetime,
    *,
    alone: bool = False,
) -> frozenset[int]:
    """Mark steps done; the ids of those that were not done before. Events once for each."""
    given = {
        "person_id": who.person_id,
        "track_id": edition.track_id,
        "alone": alone,
        "municipality_id": who.municipality_id,
        "version_id": edition.version_id,
        "opened_at": now,
        "done_at": now,
    }
    if len(steps) == 1:
        found = session.execute(_COMPLETE_ONE, {**given, "step_id": steps[0].step_id})
    else:
        asked = [step.step_id for step in steps]
        found = session.execute(_COMPLETE_MANY, {**given, "step_ids": asked})
    fresh = frozenset(step_id for (step_id,) in found)
    if fresh:
        _follow(session, who, edition, [s for s in steps if s.step_id in fresh], now, alone=alone)
    return fresh


def _follow(
    session: Session,
    who: Worker,
    edition: Edition,
    steps: Sequence[Outline],
    now: datetime,
    *,
    alone: bool,
) -> None:
    """What follows from newly done steps, in the same transaction."""
    if not alone:
        before = open_track(
            session,
            who,
            edition.track_id,
            steps[-1].step_id,
            now,
            begins=edition.version_id,
        )
        for stage in {stage for step in steps for stage in stages_of_step(step)} - before:
            for reached in reach(session, who, edition.track_id, stage, now):
                session.emit(reached)
    for step in steps:
        if step.is_resource:
            note_use(session, who, step, Way.INDEPENDENT if alone else Way.PROGRAMME, now)
    session.emit(WorkChanged(who.person_id, edition.version_id, now))


def note_use(session: Session, who: Worker, step: Outline, way: Way, now: datetime) -> None:
    if who.school_id is not None:
        session.emit(
            ResourceUsed(who.person_id, who.municipality_id, who.school_id, step.step_id, way, now)
        )


def reach(
    session: Session, who: Worker, track_id: int, stage: Stage, now: datetime
) -> Iterator[StageReached]:
    """Note a stage, once; it counts for the school that the work in this track belongs to."""
    row = session.execute(
        _REACH[stage], {"person": who.person_id, "track": track_id, "at": now}
    ).one_or_none()
    if row is not None and row.school_id is not None:
        yield StageReached(who.person_id, who.municipality_id, row.school_id, track_id, stage, now)
