"""Reads: what is set and agreed on, who is leaving."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, select

from tracks.audit.models import audit_entry
from tracks.audit.rules import BEGINNING
from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import account, municipality, person
from tracks.privacy.models import (
    agreement,
    archived_item,
    ended_municipality,
    feedback,
    municipality_copy,
    municipality_copy_piece,
    privacy_setting,
)
from tracks.privacy.rules import Agreement, CopyState, Party, Sight, Terms


def terms(session: Session, municipality_id: int) -> Terms:
    row = session.execute(
        select(privacy_setting).where(privacy_setting.c.municipality_id == municipality_id)
    ).one_or_none()
    return Terms() if row is None else _terms(row)


def _terms(row: Row[Any]) -> Terms:
    return Terms(
        row.controller,
        row.officer,
        row.processors,
        row.accessibility_contact,
        row.months_away,
        tuple(row.archived),
    )


def all_terms(session: Session) -> dict[int, Terms]:
    """By municipality, of those that have set something."""
    rows = session.execute(select(privacy_setting))
    return {row.municipality_id: _terms(row) for row in rows}


def agreements(session: Session, municipality_id: int) -> list[Agreement]:
    """The newest first: that one holds."""
    rows = session.execute(
        select(agreement)
        .where(agreement.c.municipality_id == municipality_id)
        .order_by(agreement.c.id.desc())
    )
    return [
        Agreement(
            row.discussed_on,
            tuple(Party(p) for p in row.parties),
            tuple(Sight(s) for s in row.sights),
            row.recorded_at,
            row.is_ended,
        )
        for row in rows
    ]


def agreed(session: Session, municipality_id: int) -> Agreement | None:
    """What holds now; None: numbers only."""
    found = agreements(session, municipality_id)
    return None if not found or found[0].is_ended else found[0]


def agreed_sights(session: Session, municipality_id: int) -> frozenset[Sight]:
    found = agreed(session, municipality_id)
    return frozenset() if found is None else frozenset(found.sights)


class Subject(Struct, frozen=True):
    """A person as far as leaving is concerned."""

    id: int
    municipality_id: int
    municipality: str
    name: str | None
    language: str | None
    created_at: datetime
    leaving_at: datetime | None
    erased_at: datetime | None


def subject(session: Session, person_id: int) -> Subject | None:
    row: Any = session.execute(
        select(
            person.c.id,
            person.c.municipality_id,
            municipality.c.name.label("municipality"),
            person.c.name,
            person.c.language,
            person.c.created_at,
            person.c.leaving_at,
            person.c.erased_at,
        )
        .join(municipality, municipality.c.id == person.c.municipality_id)
        .where(person.c.id == person_id)
    ).one_or_none()
    return None if row is None else Subject(*row)


def person_by_sub(session: Session, registration_id: int, sub: str) -> int | None:
    found: int | None = session.execute(
        select(account.c.person_id).where(
            account.c.registration_id == registration_id, account.c.sub == sub
        )
    ).scalar_one_or_none()
    return found


def erased(session: Session) -> set[tuple[int, datetime]]:
    """The number of everybody who has been erased, and when their row was made."""
    rows = session.execute(
        select(person.c.id, person.c.created_at).where(person.c.erased_at.is_not(None))
    )
    return {(row.id, row.created_at) for row in rows}


def due_to_leave(session: Session, now: datetime, *, most: int = 25) -> list[int]:
    rows = session.execute(
        select(person.c.id)
        .where(person.c.leaving_at <= now, person.c.erased_at.is_(None))
        .order_by(person.c.leaving_at)
        .limit(most)
    )
    return list(rows.scalars())


class Copy(Struct, frozen=True):
    """A copy of all that a municipality has."""

    id: int
    municipality_id: int
    language: str
    asked_at: datetime
    state: CopyState
    rows_read: int
    rows_expected: int
    bytes: int
    until: datetime


_COPY = select(
    municipality_copy.c.id,
    municipality_copy.c.municipality_id,
    municipality_copy.c.language,
    municipality_copy.c.asked_at,
    municipality_copy.c.state,
    municipality_copy.c.rows_read,
    municipality_copy.c.rows_expected,
    municipality_copy.c.bytes,
    municipality_copy.c.until,
)


def _copy(row: Any) -> Copy | None:
    if row is None:
        return None
    number, owner, language, asked_at, state, *rest = row
    return Copy(number, owner, language, asked_at, CopyState(state), *rest)


def copy_of(session: Session, municipality_id: int) -> Copy | None:
    """The newest."""
    newest = (
        _COPY.where(municipality_copy.c.municipality_id == municipality_id)
        .order_by(municipality_copy.c.id.desc())
        .limit(1)
    )
    return _copy(session.execute(newest).one_or_none())


def copy_to_write(session: Session, copy_id: int) -> Copy | None:
    return _copy(session.execute(_COPY.where(municipality_copy.c.id == copy_id)).one_or_none())


def piece_of(session: Session, copy_id: int, number: int) -> bytes | None:
    found: bytes | None = session.execute(
        select(municipality_copy_piece.c.body).where(
            municipality_copy_piece.c.copy_id == copy_id,
            municipality_copy_piece.c.number == number,
        )
    ).scalar_one_or_none()
    return found


def ends_at(session: Session, municipality_id: int) -> datetime | None:
    """When all data of the municipality is deleted, if that is announced."""
    found: datetime | None = session.execute(
        select(municipality.c.ends_at).where(municipality.c.id == municipality_id)
    ).scalar_one_or_none()
    return found


def due_to_end(session: Session, now: datetime) -> list[int]:
    rows = session.execute(select(municipality.c.id).where(municipality.c.ends_at <= now))
    return list(rows.scalars())


def ended(session: Session) -> set[tuple[int, str]]:
    """The numbers and marks of municipalities of which nothing is left."""
    rows = session.execute(
        select(ended_municipality.c.number, ended_municipality.c.mark).where(
            ended_municipality.c.ended_at.is_not(None)
        )
    )
    return {(row.number, row.mark) for row in rows}


def marks(session: Session) -> set[tuple[int, str]]:
    """The numbers and marks of those that are here."""
    rows = session.execute(select(municipality.c.id, municipality.c.mark))
    return {(row.id, row.mark) for row in rows}


class Receipt(Struct, frozen=True):
    """What is left of a municipality that has left."""

    number: int
    mark: str
    name: str
    began_at: datetime
    ended_at: datetime | None
    rows: dict[str, int]
    entries: int
    last_hash: str


def receipts(session: Session) -> list[Receipt]:
    """The newest first."""
    rows: Any = session.execute(
        select(ended_municipality).order_by(ended_municipality.c.began_at.desc())
    )
    return [Receipt(*row) for row in rows]


def audit_head(session: Session, municipality_id: int) -> tuple[int, str]:
    """How many entries its audit log has, and the hash of the last."""
    found = session.execute(
        select(audit_entry.c.number, audit_entry.c.hash)
        .where(audit_entry.c.municipality_id == municipality_id)
        .order_by(audit_entry.c.number.desc())
        .limit(1)
    ).one_or_none()
    return (0, BEGINNING) if found is None else (found.number, found.hash)


class Feedback(Struct, frozen=True):
    text: str
    contact: str
    language: str
    sent_on: date


def feedback_of(session: Session, municipality_id: int, *, most: int = 200) -> list[Feedback]:
    rows: Any = session.execute(
        select(feedback.c.text, feedback.c.contact, feedback.c.language, feedback.c.sent_on)
        .where(feedback.c.municipality_id == municipality_id)
        .order_by(feedback.c.id.desc())
        .limit(most)
    )
    return [Feedback(*row) for row in rows]


def active_municipalities(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(municipality.c.id, municipality.c.name)
        .where(municipality.c.is_active.is_(True))
        .order_by(municipality.c.name)
    )
    return {row.id: row.name for row in rows}


KEPT = (
    Kept(
        agreement.c.recorded_by,
        N_("Discussions with the employees' representatives that you have recorded"),
        N_("so that it can be seen who recorded what"),
        N_("as long as the municipality is here; only a number is left of you"),
        fate=Fate.LEAVE,
    ),
    Kept(
        archived_item.c.person_id,
        N_("What the archive keeps by name after an erasure"),
        N_("because the municipality has a duty to archive it"),
        N_("as long as the archive act demands"),
        fate=Fate.LEAVE,
    ),
    Kept(
        municipality_copy.c.person_id,
        N_("Copies of all data of the municipality that you have asked for"),
        N_("so that it can be seen who asked"),
        N_("at most three days, then it is deleted"),
        fate=Fate.LEAVE,
    ),
)
