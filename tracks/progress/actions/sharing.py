"""What a person lets the leader of the change group read, and takes back again."""

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.rules import Outline
from tracks.db import Prepared, Session
from tracks.progress.actions.steps import Worker
from tracks.progress.models import shared_answer
from tracks.progress.rules import may_be_shared

_NEW = insert_or(shared_answer)
_SHARE = Prepared(
    _NEW.on_conflict_do_update(
        index_elements=["person_id", "step_id"],
        set_={"text": _NEW.excluded.text, "shared_at": _NEW.excluded.shared_at},
    )
)
_TAKE_BACK = Prepared(
    delete(shared_answer).where(
        shared_answer.c.person_id == bindparam("person_id"),
        shared_answer.c.step_id == bindparam("step_id"),
    )
)


def share_answer(
    session: Session, who: Worker, track_id: int, step: Outline, text: str | None, now: datetime
) -> None:
    """`text` as it is now; None takes back what was shared. Nothing at a step that is private."""
    if text is None or not may_be_shared(step):
        session.execute(_TAKE_BACK, {"person_id": who.person_id, "step_id": step.step_id})
        return
    session.execute(
        _SHARE,
        {
            "person_id": who.person_id,
            "step_id": step.step_id,
            "municipality_id": who.municipality_id,
            "track_id": track_id,
            "text": text,
            "shared_at": now,
        },
    )
