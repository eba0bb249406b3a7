"""How often somebody has tried, and what works once: both outlive a restart (check 40)."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.signin.models import login_link, login_try, spent
from tracks.signin.rules import TRIES_IN, wait_of


def count_try(session: Session, key: str, now: datetime) -> int:
    """One more of `key` (from Tickets.derive: no address is stored); seconds to wait, 0: none.

    Counted in the database, since many may come at the same time, by several processes.
    """
    is_old = login_try.c.since <= now - TRIES_IN
    row = session.execute(
        insert_or(login_try)
        .values(key_hash=sha256(key.encode()).hexdigest(), since=now, tries=1)
        .on_conflict_do_update(
            index_elements=["key_hash"],
            set_={
                "since": case((is_old, now), else_=login_try.c.since),
                "tries": case((is_old, 1), else_=login_try.c.tries + 1),
            },
        )
        .returning(login_try.c.since, login_try.c.tries)
    ).one()
    return wait_of(row.tries, row.since, now)


def spend(session: Session, value: str, ends: datetime) -> bool:
    """False when it was spent before. One statement: of two at the same time one gets True."""
    made = session.execute(
        insert_or(spent)
        .values(value_hash=sha256(value.encode()).hexdigest(), expires_at=ends)
        .on_conflict_do_nothing()
        .returning(spent.c.value_hash)
    )
    return made.first() is not None


def forget_tries(session: Session, now: datetime) -> int:
    """A chore: what holds nobody up any more; the number of rows."""
    gone = session.execute(delete(login_try).where(login_try.c.since <= now - TRIES_IN)).rowcount
    gone += session.execute(delete(spent).where(spent.c.expires_at <= now)).rowcount
    return gone + session.execute(delete(login_link).where(login_link.c.expires_at <= now)).rowcount
