"""Writes of the audit log: one, in the transaction of what it tells of."""

from datetime import date
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import insert, select, text

from tracks.audit.models import audit_entry
from tracks.audit.rules import BEGINNING, Entry, checked, hash_of
from tracks.db import Reaction, Session
from tracks.events import Noted

_LOCK = 7267228  # of PostgreSQL's advisory locks; migrations have the one before


def as_entry(code: str) -> Reaction:
    """A reaction to an event of an area: a Struct with municipality_id, at, and who did it (by).

    Its other numbers, times and codes become parameters; what is a text makes it fail (NotACode).
    """

    def write(session: Session, event: Any) -> None:
        said = asdict(event)
        noted = Noted(
            code,
            said.pop("municipality_id"),
            said.pop("at"),
            actor_id=said.pop("by", None),
            person_id=said.pop("person_id", None),
            parameters={name: _code(value) for name, value in said.items() if value is not None},
        )
        write_entry(session, noted)

    return write


def _code(value: Any) -> Any:
    if isinstance(value, tuple):  # of numbers of rows
        return ".".join(str(int(each)) for each in value)
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def write_entry(session: Session, noted: Noted) -> None:
    """Raises NotACode for parameters that could lead to a person."""
    tenant = noted.municipality_id
    if session.connection.dialect.name == "postgresql":
        # One after the other, until the end of the transaction; SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock, :tenant)"), _key(tenant))
    last = session.execute(
        select(audit_entry.c.number, audit_entry.c.hash)
        .where(audit_entry.c.municipality_id == tenant)
        .order_by(audit_entry.c.number.desc())
        .limit(1)
    ).one_or_none()
    entry = Entry(
        number=1 if last is None else last.number + 1,
        at=noted.at,
        code=noted.code,
        actor_id=noted.actor_id,
        person_id=noted.person_id,
        parameters=checked(noted.parameters),
    )
    session.execute(
        insert(audit_entry).values(
            municipality_id=tenant,
            number=entry.number,
            at=entry.at,
            code=entry.code,
            actor_id=entry.actor_id,
            person_id=entry.person_id,
            parameters=entry.parameters,
            hash=hash_of(BEGINNING if last is None else last.hash, tenant, entry),
        )
    )


def _key(tenant: int) -> dict[str, int]:
    # Two 32-bit numbers; municipalities are numbered from 1.
    return {"lock": _LOCK, "tenant": tenant % 2**31}
