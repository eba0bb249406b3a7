"""A person follows a track, or an author, to hear of what is new (S-24)."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.organisation.events import AccountsMeet
from tracks.people.rules import Actor
from tracks.progress.models import followed_author, followed_track


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


def follow_author(session: Session, actor: Actor, author: str, now: datetime) -> None:
    """What they publish from now on; who follows them already goes on as before."""
    session.execute(
        insert_or(followed_author)
        .values(
            person_id=actor.person_id,
            author=author,
            municipality_id=actor.municipality_id,
            seen_at=now,
        )
        .on_conflict_do_nothing()
    )


def stop_following_author(session: Session, actor: Actor, author: str) -> None:
    session.execute(
        delete(followed_author).where(
            followed_author.c.person_id == actor.person_id,
            followed_author.c.municipality_id == actor.municipality_id,
            followed_author.c.author == author,
        )
    )


def note_authors_seen(session: Session, actor: Actor, now: datetime) -> None:
    session.execute(
        update(followed_author)
        .where(
            followed_author.c.person_id == actor.person_id,
            followed_author.c.municipality_id == actor.municipality_id,
        )
        .values(seen_at=now)
    )


def follow_once(session: Session, event: AccountsMeet) -> None:
    """Following the same in both accounts is no work that could be lost: once is enough."""
    kept_id, gone_id = event.person_ids
    for table, what in (
        (followed_track, followed_track.c.track_id),
        (followed_author, followed_author.c.author),
    ):
        both = select(what).where(table.c.person_id == kept_id)
        session.execute(
            delete(table).where(table.c.person_id == gone_id, what.in_(both.scalar_subquery()))
        )
