"""Tokens for git: shown once, kept as a hash, for one publisher, and taken back at any time. One is
a municipality's, or opens the whole library (ADR 0051)."""

import hashlib
import secrets
from datetime import datetime

from msgspec import Struct
from sqlalchemy import insert, select, update

from tracks.catalogue.models import push_token
from tracks.db import Session

_PREFIX = "ltgit_"  # so that a token that got out is found by those who look for such


class Token(Struct, frozen=True):
    id: int
    publisher: str
    municipality_id: int | None  # None: of the whole library
    name: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class Opened(Struct, frozen=True):
    token_id: int
    municipality_id: int | None  # None: the whole library


def make_token(
    session: Session, publisher: str, name: str, now: datetime, *, municipality_id: int | None
) -> str:
    """None: it opens the whole library, also what municipalities have not published."""
    token = _PREFIX + secrets.token_urlsafe(32)
    session.execute(
        insert(push_token).values(
            publisher=publisher,
            municipality_id=municipality_id,
            name=name,
            token_hash=_hash(token),
            made_at=now,
        )
    )
    return token


def use_token(session: Session, token: str, publisher: str, now: datetime) -> Opened | None:
    """None: it does not open that publisher's library."""
    row = session.execute(
        update(push_token)
        .where(
            push_token.c.token_hash == _hash(token),
            push_token.c.publisher == publisher,
            push_token.c.revoked_at.is_(None),
        )
        .values(used_at=now)
        .returning(push_token.c.id, push_token.c.municipality_id)
    ).one_or_none()
    return None if row is None else Opened(row.id, row.municipality_id)


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
            push_token.c.municipality_id,
            push_token.c.name,
            push_token.c.made_at,
            push_token.c.used_at,
            push_token.c.revoked_at,
        ).order_by(push_token.c.id)
    )
    return [
        Token(
            row.id,
            row.publisher,
            row.municipality_id,
            row.name,
            row.made_at,
            row.used_at,
            row.revoked_at,
        )
        for row in rows
    ]


def _hash(token: str) -> str:
    # 256 bits of chance need no slow hash
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
