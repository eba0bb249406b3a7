"""Tokens for git: shown once, kept as a hash, for one publisher, and taken back at any time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from tracks.catalogue.models import push_token
from tracks.db import Session

_PREFIX = "ltgit_"  # so that a token that got out is found by those who look for such


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    publisher: str
    name: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def make_token(session: Session, publisher: str, name: str, now: datetime) -> str:
    token = _PREFIX + secrets.token_urlsafe(32)
    session.execute(
        insert(push_token).values(
            publisher=publisher, name=name, token_hash=_hash(token), made_at=now
        )
    )
    return token


def use_token(session: Session, token: str, publisher: str, now: datetime) -> int | None:
    """Its id, if it opens that publisher's library."""
    found: int | None = session.execute(
        update(push_token)
        .where(
            push_token.c.token_hash == _hash(token),
            push_token.c.publisher == publisher,
            push_token.c.revoked_at.is_(None),
        )
        .values(used_at=now)
        .returning(push_token.c.id)
    ).scalar_one_or_none()
    return found


def revoke_token(session: Session, token_id: int, now: datetime) -> bool:
    """False if there is none that could be used."""
    done = session.execute(
        update(push_token)
        .where(push_token.c.id == token_id, push_token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount > 0


def tokens(session: Session) -> list[Token]:
    rows = session.execute(
        select(
            push_token.c.id,
            push_token.c.publisher,
            push_token.c.name,
            push_token.c.made_at,
            push_token.c.used_at,
            push_token.c.revoked_at,
        ).order_by(push_token.c.id)
    )
    return [
        Token(row.id, row.publisher, row.name, row.made_at, row.used_at, row.revoked_at)
        for row in rows
    ]


def _hash(token: str) -> str:
    # 256 bits of chance need no slow hash
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
