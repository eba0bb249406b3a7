"""Reads of the audit log."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from tracks.audit.models import audit_entry
from tracks.audit.rules import Entry, Verdict, verdict
from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import municipality, person

_COLUMNS = (
    audit_entry.c.number,
    audit_entry.c.at,
    audit_entry.c.code,
    audit_entry.c.actor_id,
    audit_entry.c.person_id,
    audit_entry.c.parameters,
    audit_entry.c.hash,
)


def _entry(row: Row[Any]) -> Entry:
    # ISO 8601 with six digits on both databases: the hash is of that text.
    return Entry(
        row.number, row.at, row.code, row.actor_id, row.person_id, row.parameters, row.hash
    )


def entries(session: Session, municipality_id: int) -> Iterator[Entry]:
    """All of a municipality's, from the first on; a thousand in memory at once."""
    last = 0
    while True:
        rows = session.execute(
            select(*_COLUMNS)
            .where(audit_entry.c.municipality_id == municipality_id, audit_entry.c.number > last)
            .order_by(audit_entry.c.number)
            .limit(1000)
        ).all()
        yield from map(_entry, rows)
        if len(rows) < 1000:
            return
        last = rows[-1].number


def exported(session: Session, municipality_id: int) -> Iterator[str]:
    """A line of JSON for each entry: with it, whoever has the log can check the chain."""
    for entry in entries(session, municipality_id):
        said = {
            "municipality": municipality_id,
            "number": entry.number,
            "at": entry.at.isoformat(timespec="microseconds"),
            "code": entry.code,
            "actor": entry.actor_id,
            "person": entry.person_id,
            "parameters": entry.parameters,
            "hash": entry.hash,
        }
        yield json.dumps(said, ensure_ascii=True) + "\n"


def has_hash(session: Session, wanted: str) -> bool:
    found = session.execute(select(audit_entry.c.id).where(audit_entry.c.hash == wanted).limit(1))
    return found.first() is not None


def chain(session: Session, municipality_id: int) -> Verdict:
    return verdict(municipality_id, entries(session, municipality_id))


def tenants(session: Session) -> dict[int, str]:
    """Id -> name, of every municipality."""
    rows = session.execute(
        select(municipality.c.id, municipality.c.name).order_by(municipality.c.id)
    )
    return {row.id: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as people read it."""

    number: int
    at: datetime
    code: str
    actor: str | None  # a name, if there is one
    actor_id: int | None
    person: str | None
    person_id: int | None
    parameters: dict[str, Any]


_ACTOR, _PERSON = person.alias("actor"), person.alias("about")


def _told(
    session: Session, municipality_id: int, *only: ColumnElement[bool], most: int, skip: int = 0
) -> list[Told]:
    rows = session.execute(
        select(*_COLUMNS, _ACTOR.c.name.label("actor"), _PERSON.c.name.label("about"))
        .outerjoin(_ACTOR, _ACTOR.c.id == audit_entry.c.actor_id)
        .outerjoin(_PERSON, _PERSON.c.id == audit_entry.c.person_id)
        .where(audit_entry.c.municipality_id == municipality_id, *only)
        .order_by(audit_entry.c.number.desc())
        .limit(most)
        .offset(skip)
    )
    return [
        Told(r.number, r.at, r.code, r.actor, r.actor_id, r.about, r.person_id, r.parameters)
        for r in rows
    ]


def latest(session: Session, municipality_id: int, *, most: int, skip: int = 0) -> list[Told]:
    """The newest first."""
    return _told(session, municipality_id, most=most, skip=skip)


def about(session: Session, municipality_id: int, person_id: int, *, most: int = 200) -> list[Told]:
    """What others did about a person, and what was done in her name."""
    mine = or_(audit_entry.c.person_id == person_id, audit_entry.c.actor_id == person_id)
    return _told(session, municipality_id, mine, most=most)


def number_since(
    session: Session,
    codes: Sequence[str],
    since: datetime,
    *,
    actor_id: int,
    person_id: int | None = None,
) -> int:
    """How often somebody has done one of these."""
    wanted = [
        audit_entry.c.actor_id == actor_id,
        audit_entry.c.code.in_(codes),
        audit_entry.c.at > since,
    ]
    if person_id is not None:
        wanted.append(audit_entry.c.person_id == person_id)
    found: int = session.execute(
        select(func.count()).select_from(audit_entry).where(*wanted)
    ).scalar_one()
    return found


_HOW_LONG = N_("as long as the log is kept; after an erasure only a number is left of you")
KEPT = (
    Kept(
        audit_entry.c.person_id,
        N_("Notes of who has looked at your data, or changed your rights"),
        N_("so that you can see it, and nobody can hide it"),
        _HOW_LONG,
        fate=Fate.LEAVE,
    ),
    Kept(
        audit_entry.c.actor_id,
        N_("Notes of what you have done with others' data or with settings"),
        N_("so that it can be seen who did what"),
        _HOW_LONG,
        fate=Fate.LEAVE,
        # Also to come back before one is erased: that counts as having been here.
        active=audit_entry.c.at,
    ),
)
