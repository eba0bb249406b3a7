"""Work that counts by who was there, and where it counts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from content.model import Phase
from tracks.catalogue.models import step_version
from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.organisation.events import AccountsMeet
from tracks.people.events import SchoolChosen
from tracks.people.rules import Actor
from tracks.progress.actions.steps import COLUMN_OF, Worker, reach
from tracks.progress.events import ResourceUsed, Stage, StageReached, Way, WorkChanged
from tracks.progress.models import phase_work, step_work, track_work
from tracks.progress.rules import STAGE_OF_JOINT_PHASE

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
        _open_quietly(session, who, edition, now)
        for stage in (Stage.STARTED, STAGE_OF_JOINT_PHASE[phase]):
            reached += reach(session, who, edition.track_id, stage, now)
        changed.append(WorkChanged(who.person_id, edition.version_id, now))
    for event in (*reached, *changed):
        session.emit(event)
    return len(changed)


_OPEN = insert_or(track_work)
_OPEN_QUIETLY = _OPEN.on_conflict_do_update(
    index_elements=["person_id", "track_id"],
    set_={"version_id": func.coalesce(track_work.c.version_id, _OPEN.excluded.version_id)},
    where=track_work.c.version_id.is_(None),
)


def _open_quietly(session: Session, who: Worker, edition: Edition, now: datetime) -> None:
    """A track_work row without moving where the person was."""
    session.execute(
        _OPEN_QUIETLY,
        {
            "person_id": who.person_id,
            "track_id": edition.track_id,
            "municipality_id": who.municipality_id,
            "school_id": who.school_id,
            "last_step_id": None,
            "worked_at": now,
            "version_id": edition.version_id,
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
        for stage, column in COLUMN_OF.items():
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


def let_go_of_empty_work(session: Session, event: AccountsMeet) -> None:
    """A launch notes which track was opened: where nothing was done in it, that is no work."""
    session.execute(
        delete(track_work).where(
            track_work.c.person_id.in_(event.person_ids),
            track_work.c.started_at.is_(None),
            ~exists().where(
                step_work.c.person_id == track_work.c.person_id,
                step_work.c.track_id == track_work.c.track_id,
            ),
        )
    )
