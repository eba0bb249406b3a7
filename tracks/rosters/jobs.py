"""Reading a list and making it true, in the background, with how far it has come."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select, update

from lti.errors import TransientServiceError
from tracks.db import Database, Session
from tracks.i18n import local_day
from tracks.jobs.beat import Beat, LeaseLost
from tracks.jobs.rules import Job
from tracks.jobs.worker import Chore, Done, Handler, Outcome, TryLater
from tracks.people.models import municipality
from tracks.rosters.applying import apply, settle
from tracks.rosters.columns import Field, ListKind
from tracks.rosters.connection import (
    FETCH_JOB,
    SUBSCRIBE_JOB,
    UNSUBSCRIBE_JOB,
    Outward,
    Service,
    access_of,
    host_of,
    note,
    service_of,
    wish_for_fetches,
)
from tracks.rosters.faults import BadFile
from tracks.rosters.lists import about_how_many, rows_of
from tracks.rosters.models import roster_import
from tracks.rosters.oneroster import read as read_oneroster
from tracks.rosters.plan import counts, import_of, people_known, roles_ended
from tracks.rosters.records import Reading, Source
from tracks.rosters.rules import Guard, guard
from tracks.rosters.school_system import SchoolSystem
from tracks.rosters.ss12000 import Calendar, PassedOver, has_changed
from tracks.rosters.ss12000 import read as read_ss12000
from tracks.rosters.staging import (
    APPLY_JOB,
    READ_JOB,
    begin_import,
    forget_rows,
    move,
    open_imports,
    pieces_of,
    stage,
    throw_away,
    wish_to_apply,
    without_protected,
)
from tracks.rosters.subscribing import (
    keep_subscribed,
    subscription_of,
    unsubscribe,
    wish_for_subscriptions,
    wish_to_subscribe,
)
from tracks.rosters.workflow import AT_WORK, OPEN, State

BATCH: Final = 1_000
KEPT_FOR: Final = timedelta(days=14)


# How often a school system that fails for a while is asked again before people are told.
MOST_TRIES: Final = 6


def handlers(outward: Outward) -> Mapping[str, Handler]:
    return {
        READ_JOB: read_list,
        APPLY_JOB: apply_list,
        FETCH_JOB: partial(fetch_list, outward),
        SUBSCRIBE_JOB: partial(keep_subscribed, outward),
        UNSUBSCRIBE_JOB: partial(unsubscribe, outward),
    }


def fetch_list(outward: Outward, database: Database, job: Job) -> Outcome:
    """What the school system says, as a list on its way in; by itself only if nobody need look."""
    municipality_id = int(str(job.payload["municipality_id"]))
    with database.reading() as session:
        service = service_of(session, municipality_id)
    if service is None:
        return Done()
    began = datetime.now(UTC)
    beat = Beat(database, job)
    import_id = None
    try:
        system = SchoolSystem(
            outward.http,
            access_of(outward.sealing, service),
            lambda seconds: beat.wait(seconds, outward.sleep),
        )
        since = service.changed_since(local_day(began))
        if since is not None and not has_changed(system, since):
            return Done(partial(note, municipality_id=municipality_id, asked_at=began))
        with database.writing() as session:
            import_id = _begin_fetch(session, service, began)
        calendar = Calendar(local_day(began))
        passed_over = PassedOver()
        _stage_rows(database, import_id, read_ss12000(system, calendar, passed_over), beat)
    except LeaseLost:
        return Done(partial(_forget_what_was_read, import_id=import_id))
    except BadFile as bad:
        return Done(partial(_fetch_failed, service=service, import_id=import_id, bad=bad))
    except TransientServiceError as failed:
        failing = BadFile("service-failed", failed.reason)
        write = partial(_fetch_failed, service=service, import_id=import_id, bad=failing)
        if job.tries < MOST_TRIES:
            return TryLater(failed.reason, failed.retry_after, write)
        return Done(write)
    return Done(
        partial(
            _fetched,
            service=service,
            import_id=import_id,
            turns_on=calendar.turns_on,
            passed_over=passed_over.units,
        )
    )


def _begin_fetch(session: Session, service: Service, now: datetime) -> int:
    """The newest is what people look at: one that nobody went on with goes."""
    for old in open_imports(session, service.municipality_id, Source.SS12000):
        throw_away(session, old, now)
    made = begin_import(
        session,
        municipality_id=service.municipality_id,
        person_id=service.person_id,
        source=Source.SS12000,
        file_name=host_of(service.address),
        pieces=iter(()),
        now=now,
    )
    move(session, made, State.READING, now, is_complete=True)
    return made


def _forget_what_was_read(session: Session, *, import_id: int | None) -> None:
    if import_id is not None:
        throw_away(session, import_id, datetime.now(UTC))
        forget_rows(session, import_id)


def _fetch_failed(
    session: Session, *, service: Service, import_id: int | None, bad: BadFile
) -> None:
    now = datetime.now(UTC)
    if import_id is not None:
        _refuse(session, import_id=import_id, bad=bad)
    note(
        session,
        service.municipality_id,
        asked_at=now,
        fault=bad.code,
        fault_detail=bad.detail[:200] or None,
    )


def _fetched(
    session: Session,
    *,
    service: Service,
    import_id: int,
    turns_on: date | None,
    passed_over: list[tuple[str, int]],
) -> None:
    now = datetime.now(UTC)
    _read(session, import_id=import_id)
    _note(session, import_id, passed_over=[list(each) for each in passed_over])
    note(
        session,
        service.municipality_id,
        asked_at=now,
        turns_on=turns_on,
        fault=None,
        fault_detail=None,
    )
    which = import_of(session, import_id)
    found = counts(session, which)
    needed = guard(known=people_known(session, which), gone=found.people_gone)
    # Its address may have been changed while we read: then the flag is down again.
    is_still = service_of(session, service.municipality_id)
    is_approved = is_still is not None and is_still.is_approved
    is_free = needed is Guard.FREE and not roles_ended(session, which)
    if is_approved and not found.faults and is_free:
        move(session, import_id, State.APPLYING, now, confirmed_gone=found.people_gone)
        wish_to_apply(session, import_id, now)


def read_list(database: Database, job: Job) -> Outcome:
    """From the beginning each time: what an earlier try had read is put away first."""
    import_id = int(str(job.payload["import_id"]))
    with database.writing() as session:
        if not _is_in(session, import_id, State.READING):
            return Done()
        forget_rows(session, import_id)
    try:
        with _file(database, import_id) as path:
            _stage_all(database, import_id, path, Beat(database, job))
    except LeaseLost:
        return Done()
    except BadFile as bad:
        return Done(partial(_refuse, import_id=import_id, bad=bad))
    return Done(partial(_read, import_id=import_id))


def _stage_all(database: Database, import_id: int, path: Path, beat: Beat) -> None:
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
    _stage_rows(database, import_id, reading, beat)


def _stage_rows(database: Database, import_id: int, reading: Reading, beat: Beat) -> None:
    first = 0
    aliases: dict[str, str] = {}
    while batch := list(islice(reading.rows, BATCH)):
        with database.writing() as session:
            which = import_of(session, import_id)
            about = which.municipality_id, which.source
            stage(session, import_id, first, without_protected(session, *about, batch, aliases))
            first += len(batch)
            _note(session, import_id, rows_read=first)
        beat()
    if not first:
        raise BadFile("empty")


def _reading(session: Session, import_id: int, path: Path) -> Reading:
    found = session.execute(
        select(roster_import, municipality.c.country)
        .join(municipality, municipality.c.id == roster_import.c.municipality_id)
        .where(roster_import.c.id == import_id)
    ).one()
    if found.source == Source.ONEROSTER:
        return read_oneroster(path, found.country, local_day(datetime.now(UTC)))
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
    settle(session, import_id, local_day(now))
    move(session, import_id, State.READY, now)


def apply_list(_database: Database, job: Job) -> Outcome:
    """All of it in the transaction that closes the job."""
    return Done(partial(_apply, import_id=int(str(job.payload["import_id"]))))


def _apply(session: Session, *, import_id: int) -> None:
    if not _is_in(session, import_id, State.APPLYING):
        return
    which = import_of(session, import_id)
    if apply(session, import_id, datetime.now(UTC)) and which.source == Source.SS12000:
        # Somebody has looked at the first; those after it come here by themselves.
        note(session, which.municipality_id, is_approved=True, read_at=which.created_at)
        if subscription_of(session, which.municipality_id) is None:
            wish_to_subscribe(session, which.municipality_id, datetime.now(UTC))


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


def chores() -> tuple[Chore, ...]:
    return (forget_old_lists, wish_for_fetches, wish_for_subscriptions)
