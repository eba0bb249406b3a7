"""A list on its way in: its file, its rows, its state. What is true is changed in applying.py."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import delete, insert, select, update

from tracks.db import Session
from tracks.jobs.actions import enqueue
from tracks.rosters.models import roster_entry, roster_import, roster_piece, roster_row
from tracks.rosters.records import Fault, Leaver, Row, StaffRow, UnitRow
from tracks.rosters.workflow import OPEN, State, may_become

PIECE: Final = 1024 * 1024
READ_JOB: Final = "roster.read"
APPLY_JOB: Final = "roster.apply"


def wish_to_read(session: Session, import_id: int, now: datetime) -> None:
    enqueue(session, READ_JOB, str(import_id), {"import_id": import_id}, now=now)


def wish_to_apply(session: Session, import_id: int, now: datetime) -> None:
    enqueue(session, APPLY_JOB, str(import_id), {"import_id": import_id}, now=now)


def begin_import(
    session: Session,
    *,
    municipality_id: int,
    person_id: int,
    source: str,
    file_name: str,
    pieces: Iterator[bytes],
    now: datetime,
    list_kind: str | None = None,
    headings: Sequence[Sequence[str]] = (),
    columns: Mapping[str, int] | None = None,
) -> int:
    """Keep the file; the import's id. `pieces` are at most PIECE bytes each; `headings` are the
    first rows of a list, for choosing its columns."""
    made: int = session.execute(
        insert(roster_import)
        .values(
            municipality_id=municipality_id,
            person_id=person_id,
            source=source,
            file_name=file_name[-100:],
            state=State.CHOSEN,
            list_kind=list_kind,
            headings=[list(cells) for cells in headings],
            columns=dict(columns or {}),
            bytes=0,
            created_at=now,
            changed_at=now,
        )
        .returning(roster_import.c.id)
    ).scalar_one()
    total = 0
    for number, body in enumerate(pieces):
        session.execute(insert(roster_piece).values(import_id=made, number=number, body=body))
        total += len(body)
    session.execute(update(roster_import).where(roster_import.c.id == made).values(bytes=total))
    return made


def move(session: Session, import_id: int, then: State, now: datetime, **values: Any) -> bool:
    """Into another state, with what is known now; False when another one was quicker."""
    before = [state for state in State if may_become(state, then)]
    moved = session.execute(
        update(roster_import)
        .where(roster_import.c.id == import_id, roster_import.c.state.in_(before))
        .values(state=then, changed_at=now, **values)
        .returning(roster_import.c.id)
    )
    return moved.first() is not None


def forget_rows(session: Session, import_id: int) -> None:
    session.execute(delete(roster_row).where(roster_row.c.import_id == import_id))


def forget_file(session: Session, import_id: int) -> None:
    """The file and what was read from it."""
    forget_rows(session, import_id)
    session.execute(delete(roster_piece).where(roster_piece.c.import_id == import_id))


def open_imports(session: Session, municipality_id: int, source: str) -> list[int]:
    """Read, and waiting for somebody; also those that a worker began to read and left."""
    found = session.execute(
        select(roster_import.c.id).where(
            roster_import.c.municipality_id == municipality_id,
            roster_import.c.source == source,
            roster_import.c.state.in_(OPEN - {State.APPLYING}),
        )
    )
    return [row.id for row in found]


def throw_away(session: Session, import_id: int, now: datetime) -> bool:
    if not move(session, import_id, State.THROWN_AWAY, now, headings=[], fault_detail=None):
        return False
    forget_file(session, import_id)
    return True


def pieces_of(session: Session, import_id: int, number: int) -> bytes | None:
    """One piece of the file; None after the last."""
    row = session.execute(
        select(roster_piece.c.body).where(
            roster_piece.c.import_id == import_id, roster_piece.c.number == number
        )
    ).one_or_none()
    return None if row is None else row.body


def without_protected(
    session: Session,
    municipality_id: int,
    source: str,
    rows: Sequence[Row | Fault],
    aliases: dict[str, str],
) -> list[Row | Fault]:
    """Of protected persons whom nobody here knows, not even the number goes further: an alias that
    no list can hold stands for it. `aliases` is kept from one part of a list to the next."""
    protected = {row.key for row in rows if isinstance(row, StaffRow) and row.is_protected}
    if not protected:
        return list(rows)
    known = set(
        session.execute(
            select(roster_entry.c.key).where(
                roster_entry.c.municipality_id == municipality_id,
                roster_entry.c.source == source,
                roster_entry.c.key.in_(protected),
            )
        ).scalars()
    )
    for key in sorted(protected - known - aliases.keys()):
        aliases[key] = f"\x01{len(aliases)}"
    return [
        replace(row, key=aliases.get(row.key, row.key))
        if isinstance(row, StaffRow) and row.is_protected
        else row
        for row in rows
    ]


def stage(session: Session, import_id: int, first: int, rows: Sequence[Row | Fault]) -> None:
    """Rows as they were read, numbered from `first` on."""
    values = [
        {**_EMPTY, **_values(row), "import_id": import_id, "number": number}
        for number, row in enumerate(rows, first)
    ]
    if values:
        session.execute(insert(roster_row), values)


# Every row of one INSERT names the same columns.
_EMPTY: Final[dict[str, Any]] = {
    column.name: None for column in roster_row.c if column.nullable
} | {"is_protected": False, "key": ""}


def _values(row: Row | Fault) -> dict[str, Any]:
    match row:
        case StaffRow():
            return {
                "line": row.line,
                "says": "staff",
                "key": row.key,
                "name": None if row.is_protected else row.name,
                "unit_code": row.unit_code,
                "task": row.task,
                "is_protected": row.is_protected,
            }
        case UnitRow():
            return {
                "line": row.line,
                "says": "unit",
                "name": row.name,
                "unit_code": row.code,
                "kind": row.kind,
                "teachers": row.teachers,
                "teachers_as_of": row.teachers_as_of,
            }
        case Leaver():
            return {"line": row.line, "says": "leaver", "key": row.key}
        case Fault():
            return {
                "line": row.line,
                "says": "fault",
                "fault": row.code,
                "fault_column": row.column[:80],
                "fault_value": row.value[:80],
            }
