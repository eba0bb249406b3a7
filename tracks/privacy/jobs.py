"""Background work: erasing who has left, and what lies too long; a municipality's copy, its end."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.i18n import translations
from tracks.jobs.actions import enqueue
from tracks.jobs.beat import Beat, LeaseLost
from tracks.jobs.rules import Job
from tracks.jobs.worker import Chore, Done, GiveUp, Handler, Outcome
from tracks.privacy.actions import (
    end_municipality,
    forget_copies,
    keep_no_longer,
    send_away_the_absent,
)
from tracks.privacy.actions.copies import COPY_JOB, begin_writing, copy_is, keep_piece
from tracks.privacy.erased import ErasedList, erase_who_left
from tracks.privacy.queries import Copy, copy_to_write, due_to_end
from tracks.privacy.rules import COPY_KEPT_FOR, CopyState
from tracks.privacy.taking_out import Extent, rows_expected, take_out

log = logging.getLogger(__name__)
END_JOB = "municipality.end"
A_PIECE = 1024 * 1024
MOST_TRIES = 4


def handlers(data_map: DataMap, listed: ErasedList, *, small_number: int) -> Mapping[str, Handler]:
    return {
        COPY_JOB: partial(write_copy, data_map),
        END_JOB: partial(end, data_map, listed, small_number),
    }


def write_copy(data_map: DataMap, database: Database, job: Job) -> Outcome:
    copy_id = int(str(job.payload["copy_id"]))
    with database.reading() as session:
        copy = copy_to_write(session, copy_id)
    if copy is None:
        return Done()
    if job.tries > MOST_TRIES:
        failed = partial(
            copy_is, copy_id=copy_id, state=CopyState.FAILED, until=copy.asked_at + COPY_KEPT_FOR
        )
        return GiveUp("copy_failed", failed)
    try:
        _write(data_map, database, copy, Beat(database, job))
    except LeaseLost:
        return Done()
    until = datetime.now(UTC) + COPY_KEPT_FOR
    return Done(partial(copy_is, copy_id=copy_id, state=CopyState.READY, until=until))


def _write(data_map: DataMap, database: Database, copy: Copy, beat: Beat) -> None:
    with database.writing() as session:
        expected = rows_expected(session, data_map, copy.municipality_id)
        begin_writing(session, copy.id, sum(expected.values()))
    rows, number, waiting = 0, 0, bytearray()

    def read(count: int) -> None:
        nonlocal rows
        rows += count

    extent = Extent(copy.municipality_id, copy.language)
    say = translations(copy.language).gettext
    for some in take_out(database, data_map, extent, say, datetime.now(UTC), read):
        beat()
        waiting += some
        if len(waiting) >= A_PIECE:
            with database.writing() as session:
                keep_piece(session, copy.id, number, bytes(waiting), rows)
            number += 1
            waiting.clear()
    with database.writing() as session:
        keep_piece(session, copy.id, number, bytes(waiting), rows)


def end(
    data_map: DataMap, listed: ErasedList, small_number: int, database: Database, job: Job
) -> Outcome:
    number = int(str(job.payload["municipality_id"]))
    try:
        is_gone = end_municipality(
            database,
            data_map,
            number,
            datetime.now(UTC),
            small_number=small_number,
            beat=Beat(database, job),
        )
    except LeaseLost:
        return Done()
    if is_gone:
        log.warning("municipality.ended number=%d", number)
        with database.reading() as session:
            listed.bring_up_to_date(session)
    return Done()


def wish_for_ends(session: Session, now: datetime) -> None:
    for number in due_to_end(session, now):
        enqueue(session, END_JOB, str(number), {"municipality_id": number}, now=now)


def chores(data_map: DataMap, listed: ErasedList) -> tuple[Chore, ...]:
    """Each has a transaction of its own; the list is written when the erasures are committed."""

    def note_erased(session: Session, _now: datetime) -> int:
        return listed.bring_up_to_date(session)

    return (
        lambda session, now: send_away_the_absent(session, data_map, now),
        lambda session, now: erase_who_left(session, data_map, now),
        note_erased,
        lambda session, now: keep_no_longer(session, data_map, now),
        forget_copies,
        wish_for_ends,
    )
