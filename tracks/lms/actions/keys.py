"""Writes of our own keys: the first one, rotation with overlap, sealing anew."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.jose import PrivateKey, load_private
from lti.keys import ToolKey, ToolKeys
from tracks.db import Session
from tracks.lms.models import tool_key
from tracks.lms.sealing import Sealer

log = logging.getLogger(__name__)


def stored_keys(session: Session, sealer: Sealer) -> list[ToolKey]:
    """None of them is opened: that is done by the first who calls `private`."""
    rows = session.execute(select(tool_key).order_by(tool_key.c.active_from))
    return [_as_key(row, sealer) for row in rows]


def _as_key(row: Row[Any], sealer: Sealer) -> ToolKey:
    # The parsed key is kept: parsing it takes as long as a hundred signatures.
    private: Callable[[], PrivateKey] = cache(partial(_open, sealer, row.sealed, row.kid))
    return ToolKey(row.public, private, row.active_from, row.published_until)


def _open(sealer: Sealer, sealed: str, kid: str) -> PrivateKey:
    return load_private(sealer.open(sealed, kid))


def keep_key(session: Session, sealer: Sealer, key: ToolKey) -> None:
    """One that is there already stays as it is."""
    session.execute(
        insert_or(tool_key)
        .values(
            kid=key.kid,
            public=dict(key.public),
            sealed=sealer.seal(key.pem(), key.kid),
            active_from=key.active_from,
            published_until=key.published_until,
        )
        .on_conflict_do_nothing()
    )


def check_seals(session: Session, sealer: Sealer) -> None:
    """Raises SealError for the first key that does not open. Parses none."""
    for row in session.execute(select(tool_key.c.kid, tool_key.c.sealed)):
        sealer.open(row.sealed, row.kid)


def rotate_keys(session: Session, sealer: Sealer, now: datetime) -> ToolKey:
    """The new key; in use when every LMS can have read it, the old ones are shown longer (J8)."""
    rotated = ToolKeys(stored_keys(session, sealer)).rotated(now)
    *retiring, new = rotated.keys
    for key in retiring:
        session.execute(
            update(tool_key)
            .where(tool_key.c.kid == key.kid)
            .values(published_until=key.published_until)
        )
    keep_key(session, sealer, new)
    log.info("keys.rotated kid=%s active_from=%s", new.kid, new.active_from.isoformat())
    return new


def replace_keys(session: Session, sealer: Sealer, now: datetime) -> ToolKey:
    """One new key, in use at once, and no other: the old ones are lost or in wrong hands."""
    new = ToolKey.generate(now)
    session.execute(delete(tool_key))
    keep_key(session, sealer, new)
    log.info("keys.replaced kid=%s", new.kid)
    return new


def reseal_keys(session: Session, sealer: Sealer) -> int:
    """Seal with the first encryption key what is sealed with another; how many. Or SealError."""
    rows = session.execute(select(tool_key.c.kid, tool_key.c.sealed)).all()
    old = [row for row in rows if not sealer.is_sealed_anew(row.sealed)]
    for row in old:
        sealed = sealer.seal(sealer.open(row.sealed, row.kid), row.kid)
        session.execute(update(tool_key).where(tool_key.c.kid == row.kid).values(sealed=sealed))
    return len(old)


def look_after_keys(
    session: Session, sealer: Sealer, now: datetime, rotate_after: timedelta
) -> None:
    """Drop keys that are no longer shown; rotate when the newest is old. 0: never by itself."""
    # Locked, so that of several workers one rotates: the next then sees a key that is retiring.
    rows = session.execute(select(tool_key).with_for_update()).all()
    gone = [r.kid for r in rows if r.published_until is not None and r.published_until <= now]
    if gone:
        session.execute(delete(tool_key).where(tool_key.c.kid.in_(gone)))
    newest = max(rows, key=lambda row: row.active_from, default=None)
    if newest is None or newest.published_until is not None or not rotate_after:
        return
    if newest.active_from + rotate_after <= now:
        rotate_keys(session, sealer, now)
