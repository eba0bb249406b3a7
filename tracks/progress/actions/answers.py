"""What a person answers at a step. A text is never overwritten by an older page."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.db import Prepared, Session
from tracks.progress.actions.steps import Worker
from tracks.progress.models import step_work
from tracks.progress.queries import NO_ANSWER, Answer


class Saved(Struct, frozen=True):
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
