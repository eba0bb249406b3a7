"""Somebody says what they teach, or takes it away."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.models import teaching
from tracks.catalogue.teaching.rules import Teaching
from tracks.db import Session
from tracks.organisation.events import AccountsMeet
from tracks.people.rules import Actor


def say_teaching(session: Session, actor: Actor, said: Teaching) -> None:
    values = {"subjects": list(said.subjects), "grades": list(said.grades)}
    session.execute(
        insert_or(teaching)
        .values(person_id=actor.person_id, municipality_id=actor.municipality_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )


def take_teaching_away(session: Session, actor: Actor) -> None:
    session.execute(
        delete(teaching).where(
            teaching.c.person_id == actor.person_id,
            teaching.c.municipality_id == actor.municipality_id,
        )
    )


def teach_once(session: Session, event: AccountsMeet) -> None:
    """Of two accounts that become one, what the one that stays has said holds."""
    kept_id, gone_id = event.person_ids
    kept = select(teaching.c.person_id).where(teaching.c.person_id == kept_id)
    session.execute(delete(teaching).where(teaching.c.person_id == gone_id, kept.exists()))
