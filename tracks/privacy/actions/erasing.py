"""Erasing a person, as the data map says: nothing of theirs is left but an empty row."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, null, select, text, tuple_, update

from tracks.db import Session
from tracks.db.data_map import DataMap, Fate, Kept
from tracks.events import Noted
from tracks.people.models import person
from tracks.privacy.events import PersonErased
from tracks.privacy.models import archived_item
from tracks.privacy.queries import subject, terms


def erase(
    session: Session,
    data_map: DataMap,
    person_id: int,
    now: datetime,
    *,
    actor_id: int | None = None,
) -> bool:
    """False when there is no such person, or nothing is left of them already."""
    found = subject(session, person_id)
    if found is None or found.erased_at is not None:
        return False
    if session.connection.dialect.name == "sqlite":
        # Pages that become free are overwritten too; the connection keeps it, which does no harm.
        session.execute(text("PRAGMA secure_delete=ON"))
    archived = terms(session, found.municipality_id).archived
    kept_by_name = sum(
        _archive(session, kept, person_id, found.municipality_id, found.name, now)
        for kept in data_map.kept
        if kept.may_be_archived and kept.table.name in archived
    )
    for kept in _in_order(data_map):
        _take_away(session, kept, person_id)
    for kept in data_map.kept:
        if kept.fate is Fate.BLANK:
            _blank(session, data_map, kept, person_id)
    session.execute(update(person).where(person.c.id == person_id).values(erased_at=now))
    session.emit(PersonErased(person_id, found.municipality_id))
    session.emit(
        Noted(
            "person_erased",
            found.municipality_id,
            now,
            actor_id=actor_id,
            person_id=person_id,
            parameters={"archived": kept_by_name},
        )
    )
    return True


def _in_order(data_map: DataMap) -> list[Kept]:
    """Rows that are found by others' first; then what points to others before what it points to."""
    tables: list[Table] = list(reversed(person.metadata.sorted_tables))
    gone = [kept for kept in data_map.kept if kept.fate is Fate.DELETE]
    return sorted(gone, key=lambda kept: (kept.among is None, tables.index(kept.table)))


def _take_away(session: Session, kept: Kept, person_id: int) -> None:
    if kept.among is None:
        session.execute(delete(kept.table).where(kept.owner == person_id))
        return
    key = list(kept.table.primary_key.columns)
    theirs = select(*key).select_from(kept.among).where(kept.owner == person_id)
    session.execute(delete(kept.table).where(tuple_(*key).in_(theirs)))


def _blank(session: Session, data_map: DataMap, kept: Kept, person_id: int) -> None:
    tagged = data_map.of(kept.table)
    assert tagged is not None, f"{kept.table.name} is not in the data map"
    nothing = {name: null() for name in tagged.blank.split()}
    session.execute(update(kept.table).where(kept.owner == person_id).values(nothing))


def _archive(
    session: Session,
    kept: Kept,
    person_id: int,
    municipality_id: int,
    name: str | None,
    now: datetime,
) -> int:
    """The number of rows that stay, by name, because the municipality has to keep them."""
    rows = session.execute(select(kept.table).where(kept.owner == person_id)).mappings().all()
    for row in rows:
        session.execute(
            insert(archived_item).values(
                municipality_id=municipality_id,
                person_id=person_id,
                kind=kept.table.name,
                name=name,
                item={key: _plain(value) for key, value in row.items()},
                kept_at=now,
            )
        )
    return len(rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
