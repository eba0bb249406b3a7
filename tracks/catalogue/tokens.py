"""Tokens for git: shown once, kept as a hash, for one publisher, and taken back at any time. One is
a municipality's, or opens the whole library (ADR 0051). One that an author has made opens what the
municipality's does, as long as they are an author there."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import exists, insert, or_, select, update

from tracks.catalogue.models import push_token
from tracks.db import Session
from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.people.models import municipality, person, role_grant
from tracks.people.queries import IN_FORCE
from tracks.people.rules import Actor, Role

_PREFIX = "ltgit_"  # so that a token that got out is found by those who look for such


class Token(Struct, frozen=True):
    id: int
    publisher: str
    municipality_id: int | None  # None: of the whole library
    name: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    person_id: int | None  # None: the operator made it
    expires_at: datetime | None


class Opened(Struct, frozen=True):
    token_id: int
    municipality_id: int | None  # None: the whole library


def make_token(
    session: Session,
    publisher: str,
    name: str,
    now: datetime,
    *,
    municipality_id: int | None,
    person_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Without a municipality it opens the whole library, also what has not been published."""
    token = _PREFIX + secrets.token_urlsafe(32)
    session.execute(
        insert(push_token).values(
            publisher=publisher,
            municipality_id=municipality_id,
            person_id=person_id,
            expires_at=expires_at,
            name=name,
            token_hash=_hash(token),
            made_at=now,
        )
    )
    return token


# Whoever has made it may still write tracks there.
_IS_AUTHOR: Final = exists().where(
    person.c.id == push_token.c.person_id,
    person.c.municipality_id == push_token.c.municipality_id,
    person.c.is_suspended.is_(False),
    municipality.c.id == push_token.c.municipality_id,
    municipality.c.is_active.is_(True),
    role_grant.c.person_id == push_token.c.person_id,
    role_grant.c.municipality_id == push_token.c.municipality_id,
    role_grant.c.role == Role.AUTHOR.value,
    IN_FORCE,
)


def use_token(session: Session, token: str, publisher: str, now: datetime) -> Opened | None:
    """None: it does not open that publisher's library."""
    row = session.execute(
        update(push_token)
        .where(
            push_token.c.token_hash == _hash(token),
            push_token.c.publisher == publisher,
            push_token.c.revoked_at.is_(None),
            or_(push_token.c.expires_at.is_(None), push_token.c.expires_at > now),
            or_(push_token.c.person_id.is_(None), _IS_AUTHOR),
        )
        .values(used_at=now)
        .returning(push_token.c.id, push_token.c.municipality_id),
        {"now": now},
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


def withdraw_token(session: Session, actor: Actor, token_id: int, now: datetime) -> bool:
    """False if there is none that could be used and that they have made."""
    done = session.execute(
        update(push_token)
        .where(
            push_token.c.id == token_id,
            push_token.c.revoked_at.is_(None),
            push_token.c.person_id == actor.person_id,
            push_token.c.municipality_id == actor.municipality_id,
        )
        .values(revoked_at=now)
    )
    return done.rowcount > 0


_TOKENS: Final = select(
    push_token.c.id,
    push_token.c.publisher,
    push_token.c.municipality_id,
    push_token.c.name,
    push_token.c.made_at,
    push_token.c.used_at,
    push_token.c.revoked_at,
    push_token.c.person_id,
    push_token.c.expires_at,
).order_by(push_token.c.id)


def tokens(session: Session) -> list[Token]:
    return [_token(row) for row in session.execute(_TOKENS)]


def tokens_of(session: Session, actor: Actor, now: datetime) -> list[Token]:
    """Those they have made, and can use."""
    rows = session.execute(
        _TOKENS.where(
            push_token.c.person_id == actor.person_id,
            push_token.c.municipality_id == actor.municipality_id,
            push_token.c.revoked_at.is_(None),
            push_token.c.expires_at > now,
        )
    )
    return [_token(row) for row in rows]


def _token(row: Any) -> Token:
    return Token(
        row.id,
        row.publisher,
        row.municipality_id,
        row.name,
        row.made_at,
        row.used_at,
        row.revoked_at,
        row.person_id,
        row.expires_at,
    )


def _hash(token: str) -> str:
    # 256 bits of chance need no slow hash
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


KEPT = (
    Kept(
        push_token.c.person_id,
        N_("Tokens for git that you have made, and when they were used last"),
        N_("to fetch and push tracks with git"),
        N_("until you withdraw them or they end, at most 90 days"),
        active=push_token.c.made_at,
    ),
)
