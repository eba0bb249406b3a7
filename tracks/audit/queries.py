"""Reads of the audit log."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    bindparam,
    case,
    distinct,
    func,
    or_,
    select,
)

from tracks.audit.models import audit_entry
from tracks.audit.rules import LOOKS, Entry, Sought, Verdict, verdict
from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import municipality, person

EVERYTHING = Sought()
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


class Told(Struct, frozen=True):
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


def latest(
    session: Session,
    municipality_id: int,
    sought: Sought = EVERYTHING,
    looks: Collection[str] = (),
    *,
    most: int,
    skip: int = 0,
) -> list[Told]:
    """The newest first. `looks`: the codes of LOOKS."""
    only = _only(session, municipality_id, sought, looks)
    return _told(session, municipality_id, *only, most=most, skip=skip)


def number_of(
    session: Session, municipality_id: int, sought: Sought, looks: Collection[str]
) -> int:
    """How many entries that are."""
    found: int = session.execute(
        select(func.count())
        .select_from(audit_entry)
        .where(
            audit_entry.c.municipality_id == municipality_id,
            *_only(session, municipality_id, sought, looks),
        )
    ).scalar_one()
    return found


def _only(
    session: Session, municipality_id: int, sought: Sought, looks: Collection[str]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.since is not None:
        found.append(audit_entry.c.at >= sought.since)
    if sought.until is not None:
        found.append(audit_entry.c.at < sought.until)
    if sought.what:
        codes = looks if sought.what == LOOKS else (sought.what,)
        found.append(audit_entry.c.code.in_(codes))
    for typed, number in (
        (sought.who, audit_entry.c.actor_id),
        (sought.whom, audit_entry.c.person_id),
    ):
        if typed.isdecimal() and len(typed) < 19:
            found.append(number == int(typed))
        elif typed:
            named = _named(session, municipality_id, typed)
            # Written out: a municipality has more people than a statement may have parameters.
            those: BindParameter[Any] = bindparam(None, named, expanding=True, literal_execute=True)
            found.append(number.in_(those))
    return found


def _named(session: Session, municipality_id: int, typed: str) -> list[int]:
    """Looked for here and not in the database: SQLite takes Å and å for different letters."""
    wanted = typed.casefold()
    rows = session.execute(
        select(person.c.id, person.c.name).where(
            person.c.municipality_id == municipality_id, person.c.name.is_not(None)
        )
    )
    return [row.id for row in rows if wanted in row.name.casefold()]


class Affected(Struct, frozen=True):
    """A person whom the entries that were asked for are about."""

    person_id: int
    name: str | None
    looked: int  # how often somebody saw what is theirs
    other: int  # and how often something else was done: a role, a correction, an erasure
    first: datetime
    last: datetime


def affected(
    session: Session,
    municipality_id: int,
    sought: Sought,
    looks: Collection[str],
    *,
    most: int | None = None,
    skip: int = 0,
) -> list[Affected]:
    """By number of the person."""
    saw = func.sum(case((audit_entry.c.code.in_(looks), 1), else_=0))
    rows = session.execute(
        select(
            audit_entry.c.person_id,
            _PERSON.c.name,
            saw.label("looked"),
            (func.count() - saw).label("other"),
            func.min(audit_entry.c.at).label("first"),
            func.max(audit_entry.c.at).label("last"),
        )
        .join(_PERSON, _PERSON.c.id == audit_entry.c.person_id)
        .where(
            audit_entry.c.municipality_id == municipality_id,
            *_only(session, municipality_id, sought, looks),
        )
        .group_by(audit_entry.c.person_id, _PERSON.c.name)
        .order_by(audit_entry.c.person_id)
        .limit(most)
        .offset(skip)
    )
    return [
        Affected(r.person_id, r.name, int(r.looked), int(r.other), r.first, r.last) for r in rows
    ]


class Numbers(Struct, frozen=True):
    """How many persons."""

    persons: int
    looked: int  # of these, whose data somebody saw
    everybody: int | None  # all of the municipality, where something was done with all their data


def numbers_affected(
    session: Session,
    municipality_id: int,
    sought: Sought,
    looks: Collection[str],
    of_all: Collection[str],
) -> Numbers:
    only = (
        audit_entry.c.municipality_id == municipality_id,
        *_only(session, municipality_id, sought, looks),
    )
    whom = distinct(audit_entry.c.person_id)
    seen = distinct(case((audit_entry.c.code.in_(looks), audit_entry.c.person_id)))
    counted: Any = session.execute(select(func.count(whom), func.count(seen)).where(*only)).one()
    at_all = select(audit_entry.c.id).where(*only)
    all_taken = at_all.where(audit_entry.c.code.in_(set(of_all) & set(looks))).limit(1)
    everybody: int | None = None
    if session.execute(all_taken).first() is not None:
        everybody = session.execute(
            select(func.count())
            .select_from(person)
            .where(
                person.c.municipality_id == municipality_id,
                person.c.erased_at.is_(None),
                person.c.is_joined.is_(False),
            )
        ).scalar_one()
    return Numbers(counted[0], counted[1], everybody)


def have_worked(
    session: Session,
    kept: Sequence[Kept],
    municipality_id: int,
    since: datetime,
    until: datetime,
) -> set[int]:
    """Of whom something was saved in that time that they did themselves, as far as it is kept."""
    found: set[int] = set()
    for kind in kept:
        if kind.active is None or kind.among is not None or kind.owner.table is audit_entry:
            continue
        its = kind.owner.table
        rows = session.execute(
            select(kind.owner)
            .select_from(person if its is person else its.join(person, person.c.id == kind.owner))
            .where(
                person.c.municipality_id == municipality_id,
                kind.active >= since,
                kind.active < until,
            )
            .distinct()
        )
        found |= set(rows.scalars())
    return found


def about(
    session: Session,
    municipality_id: int,
    person_id: int,
    *,
    of_all: Collection[str] = (),
    most: int,
    skip: int = 0,
) -> list[Told]:
    """What was done with a person's data or rights, the newest first; not what they did. `of_all`:
    codes of what was done with everybody's.
    """
    of_theirs = or_(audit_entry.c.person_id == person_id, audit_entry.c.code.in_(of_all))
    return _told(session, municipality_id, of_theirs, most=most, skip=skip)


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
