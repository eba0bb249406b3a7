"""Writes of what a person does. Each is once-only: the same again changes nothing."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.sql.dml import ReturningInsert

from content.model import Phase
from tracks.catalogue.models import step_version
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.db import Prepared, Session, is_listed
from tracks.people.events import SchoolChosen
from tracks.people.rules import Actor
from tracks.progress.events import ResourceUsed, Stage, StageReached, Way, WorkChanged
from tracks.progress.models import attachment, phase_work, step_work, track_work
from tracks.progress.queries import NO_ANSWER, Answer
from tracks.progress.rules import STAGE_OF_JOINT_PHASE, stages_of_step


@dataclass(frozen=True, slots=True)
class Worker:
    """Whose work it is: an actor, or a member of a group whose leader records."""

    person_id: int
    municipality_id: int
    school_id: int | None


def worker_of(actor: Actor) -> Worker:
    return Worker(actor.person_id, actor.municipality_id, actor.school_id)


_COLUMN = {
    Stage.STARTED: track_work.c.started_at,
    Stage.TOGETHER: track_work.c.together_at,
    Stage.TRIED: track_work.c.tried_at,
    Stage.FOLLOWED_UP: track_work.c.followed_up_at,
}
_OPEN = insert_or(track_work)
_OPEN_OR_MOVE = Prepared(
    _OPEN.on_conflict_do_update(
        index_elements=["person_id", "track_id"],
        set_={"worked_at": _OPEN.excluded.worked_at, "last_step_id": _OPEN.excluded.last_step_id},
    ).returning(*_COLUMN.values())
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
    for stage, column in _COLUMN.items()
}


def open_track(
    session: Session, who: Worker, track_id: int, step_id: int | None, now: datetime
) -> frozenset[Stage]:
    """Note where the person is in a track; the stages they had reached in it before."""
    row = session.execute(
        _OPEN_OR_MOVE,
        {
            "person_id": who.person_id,
            "track_id": track_id,
            "municipality_id": who.municipality_id,
            "school_id": who.school_id,
            "last_step_id": step_id,
            "worked_at": now,
        },
    ).one()
    return frozenset(stage for stage, at in zip(_COLUMN, row, strict=True) if at is not None)


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
        before = open_track(session, who, edition.track_id, steps[-1].step_id, now)
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


@dataclass(frozen=True, slots=True)
class Saved:
    answer: Answer
    # What is stored instead when the form started from an older text: nothing was written.
    newer: Answer | None = None


_NOW_STORED = Prepared(
    select(
        step_work.c.answer,
        step_work.c.revision,
        step_work.c.saved_at,
        step_work.c.points,
        step_work.c.done_at,
    ).where(
        step_work.c.person_id == bindparam("person_id"),
        step_work.c.track_id == bindparam("track_id"),
        step_work.c.step_id == bindparam("step_id"),
        step_work.c.alone == bindparam("alone"),
    )
)
_ANSWER = insert_or(step_work)
_SAVING: dict[str, Any] = {
    "index_elements": ["person_id", "track_id", "step_id", "alone"],
    "set_": {
        "answer": _ANSWER.excluded.answer,
        "saved_at": _ANSWER.excluded.saved_at,
        "points": _ANSWER.excluded.points,
        "revision": step_work.c.revision + 1,
    },
}
_REPLACE = Prepared(_ANSWER.on_conflict_do_update(**_SAVING).returning(step_work.c.revision))
_SAVE = Prepared(
    _ANSWER.on_conflict_do_update(
        **_SAVING, where=step_work.c.revision == bindparam("started_from")
    ).returning(step_work.c.revision)
)


def save_answer(
    session: Session,
    who: Worker,
    edition: Edition,
    step: Outline,
    body: dict[str, Any],
    now: datetime,
    *,
    started_from: int | None,
    points: float | None = None,
    alone: bool = False,
) -> Saved:
    """Keep an answer. `started_from`: the revision that the form was made with.

    A text that changed meanwhile (another tab) is never overwritten: see Saved.newer. The same
    text again is the same effect, whatever the revision. None replaces what is there: a choice in
    a quiz is no loss.
    """
    key = {
        "person_id": who.person_id,
        "track_id": edition.track_id,
        "step_id": step.step_id,
        "alone": alone,
    }
    values = {
        **key,
        "municipality_id": who.municipality_id,
        "version_id": edition.version_id,
        "opened_at": now,
        "answer": body,
        "revision": 1,
        "saved_at": now,
        "points": points,
    }
    if started_from is None:
        row = session.execute(_REPLACE, values).one_or_none()
    else:
        row = session.execute(_SAVE, {**values, "started_from": started_from}).one_or_none()
    if row is not None:
        return Saved(Answer(body, row.revision, now, points, is_done=False))
    stored = session.execute(_NOW_STORED, key).one()
    kept = Answer(
        stored.answer, stored.revision, stored.saved_at, stored.points, stored.done_at is not None
    )
    return Saved(kept) if kept.body == body else Saved(NO_ANSWER, newer=kept)


_TAKE_PART = insert_or(phase_work).on_conflict_do_nothing().returning(phase_work.c.person_id)


def record_joint_work(
    session: Session,
    recorded_by: Actor,
    edition: Edition,
    module_id: int,
    phase: Phase,
    people: Iterable[Worker],
    now: datetime,
) -> int:
    """Count a joint phase (B or D) for all who took part; how many were not counted before."""
    # Told when all are noted: a member who works just now holds a row of their own and waits for
    # the school's counters. Holding the counters while waiting for that row would be a deadlock.
    reached: list[StageReached] = []
    changed: list[WorkChanged] = []
    for who in people:
        row = session.execute(
            _TAKE_PART,
            {
                "person_id": who.person_id,
                "track_id": edition.track_id,
                "module_id": module_id,
                "phase": phase.value,
                "municipality_id": who.municipality_id,
                "recorded_by": recorded_by.person_id,
                "recorded_at": now,
            },
        ).one_or_none()
        if row is None:
            continue
        _open_quietly(session, who, edition.track_id, now)
        for stage in (Stage.STARTED, STAGE_OF_JOINT_PHASE[phase]):
            reached += reach(session, who, edition.track_id, stage, now)
        changed.append(WorkChanged(who.person_id, edition.version_id, now))
    for event in (*reached, *changed):
        session.emit(event)
    return len(changed)


_OPEN_QUIETLY = insert_or(track_work).on_conflict_do_nothing()


def _open_quietly(session: Session, who: Worker, track_id: int, now: datetime) -> None:
    """A track_work row without moving where the person was."""
    session.execute(
        _OPEN_QUIETLY,
        {
            "person_id": who.person_id,
            "track_id": track_id,
            "municipality_id": who.municipality_id,
            "school_id": who.school_id,
            "last_step_id": None,
            "worked_at": now,
        },
    )


_USED_RESOURCES = (
    select(step_work.c.step_id, step_work.c.alone, step_work.c.done_at)
    .join(
        step_version,
        and_(
            step_version.c.track_version_id == step_work.c.version_id,
            step_version.c.step_id == step_work.c.step_id,
        ),
    )
    .where(
        step_work.c.person_id == bindparam("person_id"),
        step_work.c.done_at.is_not(None),
        step_version.c.is_resource.is_(True),
    )
    .order_by(step_work.c.step_id, step_work.c.alone)
)


def count_chosen_school(session: Session, who: SchoolChosen) -> None:
    """The reaction to a chosen school: work that had no school counts there from now on."""
    rows = session.execute(
        update(track_work)
        .where(track_work.c.person_id == who.person_id, track_work.c.school_id.is_(None))
        .values(school_id=who.school_id)
        .returning(track_work)
    ).all()
    # In order: colleagues who choose at the same time meet the same counters.
    for row in sorted(rows, key=lambda each: each.track_id):
        for stage, column in _COLUMN.items():
            reached_at = getattr(row, column.name)
            if reached_at is not None:
                session.emit(
                    StageReached(
                        who.person_id,
                        who.municipality_id,
                        who.school_id,
                        row.track_id,
                        stage,
                        reached_at,
                    )
                )
    # Those that were counted already are not counted again: a use is noted once a person and way.
    for used in session.execute(_USED_RESOURCES, {"person_id": who.person_id}).all():
        way = Way.INDEPENDENT if used.alone else Way.PROGRAMME
        session.emit(
            ResourceUsed(
                who.person_id, who.municipality_id, who.school_id, used.step_id, way, used.done_at
            )
        )


def attach_file(
    session: Session, who: Worker, step_id: int, name: str, body: bytes, now: datetime
) -> str:
    file_id = secrets.token_hex(16)
    session.execute(
        insert(attachment).values(
            id=file_id,
            municipality_id=who.municipality_id,
            person_id=who.person_id,
            step_id=step_id,
            name=name[-120:],
            body=body,
            added_at=now,
        )
    )
    return file_id


def remove_file(session: Session, person_id: int, file_id: str) -> None:
    session.execute(
        delete(attachment).where(attachment.c.id == file_id, attachment.c.person_id == person_id)
    )
