"""Which version a teacher works on (ADR 0029)."""

from datetime import datetime

from sqlalchemy import select, update

from tracks.catalogue.events import FolderPublished
from tracks.catalogue.models import track_version
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import is_spelling_only
from tracks.db import Session
from tracks.progress.events import WorkChanged
from tracks.progress.models import track_work


def follow_spelling(session: Session, event: FolderPublished) -> None:
    """The reaction: where only the spelling is another, readers go on in the new version."""
    if not event.is_new:
        return
    rows = session.execute(
        select(track_version.c.id, track_version.c.version).where(
            track_version.c.track_id == event.track_id
        )
    )
    before = [row.id for row in rows if is_spelling_only(row.version, event.version)]
    session.execute(
        update(track_work)
        .where(track_work.c.track_id == event.track_id, track_work.c.version_id.in_(before))
        .values(version_id=event.version_id)
    )


def take_version(session: Session, person_id: int, newest: Edition, now: datetime) -> None:
    """Go on in the newest version. What is done and written hangs on the steps, and stays."""
    _set(session, person_id, newest, version_id=newest.version_id, declined_id=None)
    session.emit(WorkChanged(person_id, newest.version_id, now))


def decline_version(session: Session, person_id: int, newest: Edition) -> None:
    """Stay, and do not ask again before the next."""
    _set(session, person_id, newest, declined_id=newest.version_id)


def _set(session: Session, person_id: int, newest: Edition, **values: int | None) -> None:
    session.execute(
        update(track_work)
        .where(
            track_work.c.person_id == person_id,
            track_work.c.track_id == newest.track_id,
            track_work.c.version_id.is_not(None),
        )
        .values(**values)
    )
