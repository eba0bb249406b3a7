"""Reading a list and making it true, in the background, with how far it has come."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select, update

from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Handler, Outcome
from tracks.people.models import municipality
from tracks.rosters.applying import apply, settle
from tracks.rosters.columns import Field, ListKind
from tracks.rosters.faults import BadFile
from tracks.rosters.lists import about_how_many, rows_of
from tracks.rosters.models import roster_import
from tracks.rosters.oneroster import read as read_oneroster
from tracks.rosters.records import Reading, Source
from tracks.rosters.staging import (
    APPLY_JOB,
    READ_JOB,
    forget_rows,
    move,
    pieces_of,
    stage,
    throw_away,
)
from tracks.rosters.workflow import AT_WORK, OPEN, State

BATCH: Final = 1_000
KEPT_FOR: Final = timedelta(days=14)


def handlers() -> Mapping[str, Handler]:
    return {READ_JOB: read_list, APPLY_JOB: apply_list}


def read_list(database: Database, job: Job) -> Outcome:
    """From the beginning each time: what an earlier try had read is put away first."""
    import_id = int(str(job.payload["import_id"]))
    with database.writing() as session:
        if not _is_in(session, import_id, State.READING):
            return Done()
        forget_rows(session, import_id)
    try:
        with _file(database, import_id) as path:
            _stage_all(database, import_id, path)
    except BadFile as bad:
        return Done(partial(_refuse, import_id=import_id, bad=bad))
    return Done(partial(_read, import_id=import_id))


def _stage_all(database: Database, import_id: int, path: Path) -> None:
    with database.reading() as session:
        reading = _reading(session, import_id, path)
    with database.writing() as session:
        _note(
            session,
            import_id,
            is_complete=reading.is_complete,
            rows_expected=about_how_many(path),
            rows_read=0,
        )
    first = 0
    while batch := list(islice(reading.rows, BATCH)):
        with database.writing() as session:
            stage(session, import_id, first, batch)
            first += len(batch)
            _note(session, import_id, rows_read=first)
    if not first:
        raise BadFile("empty")


def _reading(session: Session, import_id: int, path: Path) -> Reading:
    found = session.execute(
        select(roster_import, municipality.c.country)
        .join(municipality, municipality.c.id == roster_import.c.municipality_id)
        .where(roster_import.c.id == import_id)
    ).one()
    if found.source == Source.ONEROSTER:
        return read_oneroster(path, found.country, datetime.now(UTC).date())
    chosen = {Field(name): index for name, index in found.columns.items()}
    rows = rows_of(path, ListKind(found.list_kind), chosen, found.country)
    return Reading(rows, found.is_complete)


def _note(session: Session, import_id: int, **values: object) -> None:
    session.execute(update(roster_import).where(roster_import.c.id == import_id).values(**values))


def _refuse(session: Session, *, import_id: int, bad: BadFile) -> None:
    forget_rows(session, import_id)
    detail = bad.detail[:200] or None
    now = datetime.now(UTC)
    move(session, import_id, State.REFUSED, now, fault=bad.code, fault_detail=detail)


def _read(session: Session, *, import_id: int) -> None:
    now = datetime.now(UTC)
    settle(session, import_id, now.date())
    move(session, import_id, State.READY, now)


def apply_list(_database: Database, job: Job) -> Outcome:
    """All of it in the transaction that closes the job."""
    return Done(partial(_apply, import_id=int(str(job.payload["import_id"]))))


def _apply(session: Session, *, import_id: int) -> None:
    if _is_in(session, import_id, State.APPLYING):
        apply(session, import_id, datetime.now(UTC))


def _is_in(session: Session, import_id: int, state: State) -> bool:
    found = session.execute(
        select(roster_import.c.id).where(
            roster_import.c.id == import_id, roster_import.c.state == state
        )
    )
    return found.first() is not None


@contextmanager
def _file(database: Database, import_id: int) -> Iterator[Path]:
    """On this machine's disk, for this account only, for as long as it is read."""
    handle, name = tempfile.mkstemp(prefix="roster-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            number = 0
            while (piece := _piece(database, import_id, number)) is not None:
                file.write(piece)
                number += 1
        yield path
    finally:
        path.unlink(missing_ok=True)


def _piece(database: Database, import_id: int, number: int) -> bytes | None:
    with database.reading() as session:
        return pieces_of(session, import_id, number)


def forget_old_lists(session: Session, now: datetime) -> None:
    """A chore: nobody's list lies about because somebody went home."""
    old = session.execute(
        select(roster_import.c.id).where(
            roster_import.c.state.in_(OPEN - AT_WORK),
            roster_import.c.changed_at < now - KEPT_FOR,
        )
    ).all()
    for (import_id,) in old:
        throw_away(session, import_id, now)
