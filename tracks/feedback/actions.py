"""Writes of what teachers say, and of what authors answer."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from tracks.catalogue.events import FolderPublished
from tracks.db import Session
from tracks.events import Noted
from tracks.feedback.models import remark
from tracks.feedback.queries import of_track
from tracks.feedback.rules import KEPT_FOR, Kind, State
from tracks.i18n import local_day
from tracks.people.rules import Actor


def _until(now: datetime) -> date:
    return local_day(now) + KEPT_FOR


def say(
    session: Session,
    actor: Actor,
    module_id: int,
    version_id: int,
    text: str,
    kind: Kind | None,
    now: datetime,
) -> None:
    """The same words twice are a second click. The caller has looked session and version up."""
    known = session.execute(
        select(remark.c.id).where(
            remark.c.person_id == actor.person_id,
            remark.c.module_id == module_id,
            remark.c.text == text,
            remark.c.state == State.OPEN,
        )
    ).first()
    if known is not None:
        return
    session.execute(
        insert(remark).values(
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            module_id=module_id,
            version_id=version_id,
            kind=kind,
            text=text,
            said_at=now,
            state=State.OPEN,
            answer="",
            kept_until=_until(now),
        )
    )


def take_back(session: Session, actor: Actor, remark_id: int) -> bool:
    """False when it is not theirs, or gone."""
    gone = session.execute(
        delete(remark).where(remark.c.id == remark_id, remark.c.person_id == actor.person_id)
    )
    return gone.rowcount > 0


def _in_track(track_id: int, remark_id: int) -> ColumnElement[bool]:
    return and_(
        remark.c.id == remark_id,
        remark.c.module_id.in_(of_track(track_id)),
        remark.c.state != State.REMOVED,
    )


def answer_remark(
    session: Session, track_id: int, remark_id: int, state: State, answer: str, now: datetime
) -> bool:
    """The caller may write in the track. False: it has none such, or a version has it already."""
    changed = session.execute(
        update(remark)
        .where(_in_track(track_id, remark_id), remark.c.done_in.is_(None))
        .values(state=state, answer=answer, answered_at=now, kept_until=_until(now))
    )
    return changed.rowcount > 0


def remove_remark(
    session: Session, actor: Actor, track_id: int, remark_id: int, now: datetime
) -> bool:
    """Its words are deleted; that it was so remains, for its sender to see."""
    changed = session.execute(
        update(remark)
        .where(_in_track(track_id, remark_id))
        .values(
            state=State.REMOVED,
            text="",
            answer="",
            answered_at=now,
            kept_until=_until(now),
        )
    )
    if not changed.rowcount:
        return False
    # In the log of those whose author it is. Never whose remark it was: nobody here knows.
    session.emit(
        Noted(
            "remark_removed",
            actor.municipality_id,
            now,
            actor_id=actor.person_id,
            parameters={"track_id": track_id},
        )
    )
    return True


def settle(session: Session, event: FolderPublished) -> None:
    """What was to be done in the next version is done in this one."""
    if not event.is_new:
        return
    session.execute(
        update(remark)
        .where(
            remark.c.module_id.in_(of_track(event.track_id)),
            remark.c.state == State.DONE,
            remark.c.done_in.is_(None),
        )
        .values(done_in=event.version_id, kept_until=_until(event.at))
    )
