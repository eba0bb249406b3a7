"""A copy of all that a municipality has: asked for, written in the background, gone after days."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from tracks.db import Session
from tracks.events import Noted
from tracks.jobs.actions import enqueue
from tracks.people.rules import Actor
from tracks.privacy.models import municipality_copy as copy
from tracks.privacy.models import municipality_copy_piece as piece
from tracks.privacy.queries import copy_of
from tracks.privacy.rules import COPY_KEPT_FOR, CopyState

COPY_JOB = "municipality.copy"
AT_WORK = frozenset({CopyState.WAITING, CopyState.WORKING})


def ask_for_copy(session: Session, actor: Actor, language: str, now: datetime) -> bool:
    """In the place of the one before. False: that one is still being made."""
    before = copy_of(session, actor.municipality_id)
    if before is not None and before.state in AT_WORK:
        return False
    drop_copies(session, actor.municipality_id)
    made = session.execute(
        insert(copy)
        .values(
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            language=language,
            asked_at=now,
            state=CopyState.WAITING,
            until=now + COPY_KEPT_FOR,
        )
        .returning(copy.c.id)
    ).scalar_one()
    enqueue(session, COPY_JOB, str(made), {"copy_id": made}, now=now)
    session.emit(Noted("everything_asked", actor.municipality_id, now, actor_id=actor.person_id))
    return True


def drop_copies(session: Session, municipality_id: int) -> None:
    theirs = select(copy.c.id).where(copy.c.municipality_id == municipality_id)
    session.execute(delete(piece).where(piece.c.copy_id.in_(theirs)))
    session.execute(delete(copy).where(copy.c.municipality_id == municipality_id))


def forget_copies(session: Session, now: datetime) -> int:
    """A chore: the number of copies that can be fetched no longer."""
    old = select(copy.c.id).where(copy.c.until <= now)
    session.execute(delete(piece).where(piece.c.copy_id.in_(old)))
    return session.execute(delete(copy).where(copy.c.until <= now)).rowcount


def begin_writing(session: Session, copy_id: int, rows_expected: int) -> None:
    """From the beginning, also when it was begun before."""
    session.execute(delete(piece).where(piece.c.copy_id == copy_id))
    session.execute(
        update(copy)
        .where(copy.c.id == copy_id)
        .values(state=CopyState.WORKING, rows_read=0, rows_expected=rows_expected, bytes=0)
    )


def keep_piece(session: Session, copy_id: int, number: int, body: bytes, rows_read: int) -> None:
    session.execute(insert(piece).values(copy_id=copy_id, number=number, body=body))
    session.execute(
        update(copy)
        .where(copy.c.id == copy_id)
        .values(rows_read=rows_read, bytes=copy.c.bytes + len(body))
    )


def copy_is(session: Session, copy_id: int, state: CopyState, until: datetime) -> None:
    session.execute(update(copy).where(copy.c.id == copy_id).values(state=state, until=until))
