"""Tokens for git that authors make for themselves: what one opens is what their municipality's
token opens, for a time, and as long as they are authors there."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from tracks.catalogue.tokens import make_token, tokens_of, withdraw_token
from tracks.db import Session
from tracks.events import Noted
from tracks.people.rules import Actor

LIFE: Final = timedelta(days=90)
MOST: Final = 10  # of one person at a time
LONGEST_NAME: Final = 80


class Made(Struct, frozen=True):
    token: str
    expires_at: datetime


def make_own_token(
    session: Session, actor: Actor, publisher: str, name: str, now: datetime
) -> Made | None:
    """None: they have as many as there may be."""
    if len(tokens_of(session, actor, now)) >= MOST:
        return None
    ends = now + LIFE
    token = make_token(
        session,
        publisher,
        name,
        now,
        municipality_id=actor.municipality_id,
        person_id=actor.person_id,
        expires_at=ends,
    )
    session.emit(Noted("git_token_made", actor.municipality_id, now, actor_id=actor.person_id))
    return Made(token, ends)


def withdraw_own_token(session: Session, actor: Actor, token_id: int, now: datetime) -> bool:
    """False: none of theirs that could be used."""
    if not withdraw_token(session, actor, token_id, now):
        return False
    session.emit(Noted("git_token_withdrawn", actor.municipality_id, now, actor_id=actor.person_id))
    return True
