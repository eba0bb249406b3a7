"""A person follows a track to hear of new versions, whether they work in it or not (S-24)."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.people.rules import Actor
from tracks.progress.models import followed_track


def follow(session: Session, actor: Actor, newest: Edition, now: datetime) -> None:
    """From this version on; for who follows it already, they have seen this one."""
    session.execute(
        insert_or(followed_track)
        .values(
            person_id=actor.person_id,
            track_id=newest.track_id,
            municipality_id=actor.municipality_id,
            seen_id=newest.version_id,
            since=now,
        )
        .on_conflict_do_update(
            index_elements=["person_id", "track_id"], set_={"seen_id": newest.version_id}
        )
    )


def stop_following(session: Session, actor: Actor, track_id: int) -> None:
    session.execute(
        delete(followed_track).where(
            followed_track.c.person_id == actor.person_id,
            followed_track.c.municipality_id == actor.municipality_id,
            followed_track.c.track_id == track_id,
        )
    )
