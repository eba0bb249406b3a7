"""What lies longer than the data map allows goes."""

from datetime import datetime

from sqlalchemy import delete

from tracks.db import Session
from tracks.db.data_map import DataMap


def keep_no_longer(session: Session, data_map: DataMap, now: datetime) -> int:
    """The number of rows. What a chore of its area looks after is left to it."""
    gone = 0
    for tagged in data_map.tagged:
        limit = tagged.limit
        if limit is not None and not limit.has_chore:
            old = delete(tagged.table).where(limit.column <= limit.oldest(now))
            gone += session.execute(old).rowcount
    return gone
