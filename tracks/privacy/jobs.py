"""Background work: who has left is erased, what lies too long goes."""

from datetime import datetime

from tracks.db import Session
from tracks.db.data_map import DataMap
from tracks.jobs.worker import Chore
from tracks.privacy.actions import keep_no_longer, send_away_the_absent
from tracks.privacy.erased import ErasedList, erase_who_left


def chores(data_map: DataMap, listed: ErasedList) -> tuple[Chore, ...]:
    """Each has a transaction of its own; the list is written when the erasures are committed."""

    def note_erased(session: Session, _now: datetime) -> int:
        return listed.bring_up_to_date(session)

    return (
        lambda session, now: send_away_the_absent(session, data_map, now),
        lambda session, now: erase_who_left(session, data_map, now),
        note_erased,
        lambda session, now: keep_no_longer(session, data_map, now),
    )
