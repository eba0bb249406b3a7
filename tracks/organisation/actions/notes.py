"""Writes of what goes down and up the spreader chain (O-07)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, update

from tracks.db import Session
from tracks.i18n import local_day
from tracks.organisation.models import chain_note
from tracks.people.rules import Actor

KEPT_FOR: Final = timedelta(days=365)


def write_note(
    session: Session,
    actor: Actor,
    text: str,
    now: datetime,
    *,
    school_id: int | None = None,
    team_id: int | None = None,
    for_staff: bool = False,
) -> None:
    """With a school: what it needs. The caller has looked at what the actor may."""
    session.execute(
        insert(chain_note).values(
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            school_id=school_id,
            team_id=team_id,
            for_staff=for_staff,
            text=text,
            written_at=now,
            answer="",
            kept_until=local_day(now) + KEPT_FOR,
        )
    )


def answer_need(session: Session, actor: Actor, note_id: int, answer: str, now: datetime) -> None:
    session.execute(
        update(chain_note)
        .where(chain_note.c.id == note_id, chain_note.c.municipality_id == actor.municipality_id)
        .values(answer=answer, answered_at=now, kept_until=local_day(now) + KEPT_FOR)
    )


def take_note_back(session: Session, actor: Actor, note_id: int) -> bool:
    """False when it is not theirs, or gone."""
    gone = session.execute(
        delete(chain_note).where(
            chain_note.c.id == note_id,
            chain_note.c.municipality_id == actor.municipality_id,
            chain_note.c.person_id == actor.person_id,
        )
    )
    return gone.rowcount > 0
