"""A leader opens a session for everybody at the school, where sessions are taken in order."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.people.rules import Actor
from tracks.progress.models import opened_module


def open_module(
    session: Session, actor: Actor, school_id: int, module_id: int, now: datetime
) -> None:
    """Twice is once. The caller has seen that the actor leads at the school."""
    row = insert_or(opened_module).values(
        school_id=school_id,
        module_id=module_id,
        municipality_id=actor.municipality_id,
        opened_at=now,
    )
    done = session.execute(row.on_conflict_do_nothing().returning(opened_module.c.module_id))
    if done.first() is not None:
        _note(session, "module_opened", actor, school_id, module_id, now)


def close_module(
    session: Session, actor: Actor, school_id: int, module_id: int, now: datetime
) -> None:
    """It opens by itself from now on; who has begun it goes on."""
    done = session.execute(
        delete(opened_module)
        .where(
            opened_module.c.school_id == school_id,
            opened_module.c.module_id == module_id,
            opened_module.c.municipality_id == actor.municipality_id,
        )
        .returning(opened_module.c.module_id)
    )
    if done.first() is not None:
        _note(session, "module_closed", actor, school_id, module_id, now)


def _note(
    session: Session, code: str, actor: Actor, school_id: int, module_id: int, now: datetime
) -> None:
    about: dict[str, int | str | bool | None] = {"school": school_id, "module": module_id}
    session.emit(Noted(code, actor.municipality_id, now, actor.person_id, parameters=about))
