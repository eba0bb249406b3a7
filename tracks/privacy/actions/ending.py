"""The end of a municipality: announced, stopped or carried out; and the receipt (ADR 0053)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    delete,
    exists,
    insert,
    null,
    select,
    text,
    tuple_,
    update,
)

from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.db.whose import hangs_on
from tracks.events import Noted
from tracks.people.models import municipality, sign_in
from tracks.privacy.events import MunicipalityEnds
from tracks.privacy.models import ended_municipality as receipt
from tracks.privacy.queries import audit_head
from tracks.privacy.rules import GRACE
from tracks.privacy.taking_out import rows_expected

A_BATCH = 5000


def announce_end(
    session: Session, number: int, now: datetime, *, actor_id: int | None, at_once: bool = False
) -> datetime | None:
    """When it happens. None: it was announced before, or is gone."""
    ends_at = now if at_once else now + GRACE
    whole = update(municipality).where(municipality.c.id == number)
    if not at_once:
        whole = whole.where(municipality.c.ends_at.is_(None))
    done = session.execute(whole.values(ends_at=ends_at).returning(municipality.c.id))
    if done.first() is None:
        return None
    session.emit(Noted("end_announced", number, now, actor_id=actor_id))
    return ends_at


def stop_end(session: Session, number: int, now: datetime, *, actor_id: int | None) -> bool:
    """False: nothing was announced, or it has begun."""
    stopped = session.execute(
        update(municipality)
        .where(
            municipality.c.id == number,
            municipality.c.ends_at.is_not(None),
            ~_is_begun(number),
        )
        .values(ends_at=null())
        .returning(municipality.c.id)
    )
    if stopped.first() is None:
        return False
    session.emit(Noted("end_stopped", number, now, actor_id=actor_id))
    return True


def end_municipality(
    database: Database,
    data_map: DataMap,
    number: int,
    now: datetime,
    *,
    small_number: int,
    beat: Callable[[], None] = lambda: None,
) -> bool:
    """All of it, in transactions of some thousand rows; goes on where it was interrupted.

    `beat` is called after each. False: there is no such municipality, or its end was stopped.
    """
    with database.writing() as session:
        if not _begin(session, data_map, number, now, small_number):
            return False
    for name in _in_order(data_map):
        while _batch(database, data_map, name, number):
            beat()
    with database.writing() as session:
        # What an open request has written since.
        for name in _in_order(data_map):
            _delete(session, data_map, name, number, most=None)
        session.execute(delete(municipality).where(municipality.c.id == number))
        session.execute(
            update(receipt)
            .where(receipt.c.number == number, receipt.c.ended_at.is_(None))
            .values(ended_at=now)
        )
    return True


def _begin(
    session: Session, data_map: DataMap, number: int, now: datetime, small_number: int
) -> bool:
    it = session.execute(
        select(municipality, _is_begun(number).label("is_begun"))
        .where(municipality.c.id == number, municipality.c.ends_at <= now)
        .with_for_update(of=municipality)
    ).one_or_none()
    if it is None or it.is_begun:
        return it is not None
    entries, last_hash = audit_head(session, number)
    session.execute(
        insert(receipt).values(
            number=number,
            mark=it.mark,
            name=it.name,
            began_at=now,
            rows=rows_expected(session, data_map, number),
            entries=entries,
            last_hash=last_hash,
        )
    )
    # Nobody comes in, and no job of it begins.
    session.execute(update(municipality).where(municipality.c.id == number).values(is_active=False))
    session.execute(delete(sign_in).where(sign_in.c.municipality_id == number))
    session.emit(MunicipalityEnds(number, small_number, now))
    return True


def _is_begun(number: int) -> ColumnElement[bool]:
    return exists().where(receipt.c.number == number, receipt.c.ended_at.is_(None))


def _in_order(data_map: DataMap) -> list[str]:
    """Rows that are found by others' first; then what points to others before what it points to."""
    tables = municipality.metadata.sorted_tables
    leading = [t.table.name for t in data_map.tagged if t.leads is not None]
    others = [t.name for t in reversed(tables) if t is not municipality and t.name not in leading]
    return [*leading, *others]


def _batch(database: Database, data_map: DataMap, name: str, number: int) -> bool:
    """True: there may be more."""
    with database.writing() as session:
        return _delete(session, data_map, name, number, most=A_BATCH) == A_BATCH


def _delete(
    session: Session, data_map: DataMap, name: str, number: int, *, most: int | None
) -> int:
    table = municipality.metadata.tables[name]
    theirs = hangs_on(data_map, table, number)
    if theirs is None:
        return 0
    if session.connection.dialect.name == "sqlite":
        # Pages that become free are overwritten too; the connection keeps it, which does no harm.
        session.execute(text("PRAGMA secure_delete=ON"))
    if most is not None:
        key = list(table.primary_key.columns)
        theirs = tuple_(*key).in_(select(*key).where(theirs).limit(most))
    return session.execute(delete(table).where(theirs)).rowcount
