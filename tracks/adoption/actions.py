"""Keep the counters: called for each stage and first use, inside the change's transaction."""

from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.db import Prepared, Session
from tracks.progress.events import ResourceUsed, Stage, StageReached, Way

_ROW = insert_or(school_track)
_COUNT_STAGE = {
    stage: Prepared(
        _ROW.on_conflict_do_update(
            index_elements=["school_id", "track_id"],
            set_={
                stage.value: school_track.c[stage.value] + 1,
                "changed_at": _ROW.excluded.changed_at,
            },
        )
    )
    for stage in Stage
}
_NO_STAGE = {stage.value: 0 for stage in Stage}
_FIRST_USE = Prepared(
    insert_or(resource_use).on_conflict_do_nothing().returning(resource_use.c.person_id)
)
_COUNT_USE = {
    way: Prepared(
        insert_or(school_resource).on_conflict_do_update(
            index_elements=["school_id", "step_id"],
            set_={way.value: school_resource.c[way.value] + 1},
        )
    )
    for way in Way
}
_NO_USE = {way.value: 0 for way in Way}


def count_stage(session: Session, event: StageReached) -> None:
    session.execute(
        _COUNT_STAGE[event.stage],
        {
            **_NO_STAGE,
            "school_id": event.school_id,
            "track_id": event.track_id,
            "municipality_id": event.municipality_id,
            "changed_at": event.at,
            event.stage.value: 1,
        },
    )


def count_use(session: Session, event: ResourceUsed) -> None:
    first = session.execute(
        _FIRST_USE,
        {
            "person_id": event.person_id,
            "step_id": event.step_id,
            "way": event.way.value,
            "municipality_id": event.municipality_id,
            "used_at": event.at,
        },
    ).one_or_none()
    if first is None:
        return
    session.execute(
        _COUNT_USE[event.way],
        {
            **_NO_USE,
            "school_id": event.school_id,
            "step_id": event.step_id,
            "municipality_id": event.municipality_id,
            event.way.value: 1,
        },
    )
