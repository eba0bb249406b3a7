"""Lists on their way in, as the pages show them; and what we tell people that we keep."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, or_, select

from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import person
from tracks.rosters.models import roster_entry, roster_import, roster_service, roster_trust
from tracks.rosters.records import Source
from tracks.rosters.workflow import State


class Shown(Struct, frozen=True):
    id: int
    source: str
    file_name: str
    list_kind: str | None
    state: State
    by: str | None
    is_complete: bool
    beginning: list[list[str]]  # headings and first rows, until it is applied
    columns: Mapping[str, int]
    rows_read: int
    rows_expected: int | None
    bytes: int
    fault: str | None
    fault_detail: str | None
    confirmed_gone: int | None
    counts: Mapping[str, int]
    passed_over: Sequence[tuple[str, int]]  # units without a code, and tasks of staff at each
    changed_at: datetime


_SHOWN = select(roster_import, person.c.name.label("by")).join(
    person, person.c.id == roster_import.c.person_id
)


def imports(session: Session, municipality_id: int, most: int = 50) -> list[Shown]:
    """The newest first."""
    rows = session.execute(
        _SHOWN.where(roster_import.c.municipality_id == municipality_id)
        .order_by(roster_import.c.id.desc())
        .limit(most)
    )
    return [_shown(row) for row in rows]


def import_shown(session: Session, municipality_id: int, import_id: int) -> Shown | None:
    """None for another municipality's too."""
    row = session.execute(
        _SHOWN.where(
            roster_import.c.id == import_id, roster_import.c.municipality_id == municipality_id
        )
    ).one_or_none()
    return None if row is None else _shown(row)


def import_that_waits(session: Session, municipality_id: int, source: str) -> int | None:
    """The newest of the source that somebody has to look at."""
    row = session.execute(
        select(roster_import.c.id)
        .where(
            roster_import.c.municipality_id == municipality_id,
            roster_import.c.source == source,
            roster_import.c.state == State.READY,
        )
        .order_by(roster_import.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else int(row.id)


def last_passed_over(session: Session, municipality_id: int) -> Sequence[tuple[str, int]]:
    """Units that the school system has and that were not taken in when it was last read."""
    row = session.execute(
        _SHOWN.where(
            roster_import.c.municipality_id == municipality_id,
            roster_import.c.source == Source.SS12000,
            roster_import.c.state.in_([State.READY, State.APPLYING, State.APPLIED]),
        )
        .order_by(roster_import.c.id.desc())
        .limit(1)
    ).one_or_none()
    return () if row is None else _shown(row).passed_over


def _shown(row: Any) -> Shown:
    return Shown(
        id=row.id,
        source=row.source,
        file_name=row.file_name,
        list_kind=row.list_kind,
        state=State(row.state),
        by=row.by,
        is_complete=row.is_complete,
        beginning=row.headings or [],
        columns=row.columns or {},
        rows_read=row.rows_read,
        rows_expected=row.rows_expected,
        bytes=row.bytes,
        fault=row.fault,
        fault_detail=row.fault_detail,
        confirmed_gone=row.confirmed_gone,
        counts=row.counts or {},
        passed_over=[(name, tasks) for name, tasks in row.passed_over or ()],
        changed_at=row.changed_at,
    )


def _is_listed(since: datetime) -> ColumnElement[bool]:
    """Work that a source still tells of: as long as something has come from it since then."""
    taken_in = exists().where(
        roster_import.c.municipality_id == roster_entry.c.municipality_id,
        roster_import.c.source == roster_entry.c.source,
        roster_import.c.state == State.APPLIED,
        roster_import.c.changed_at >= since,
    )
    asked = exists().where(
        roster_service.c.municipality_id == roster_entry.c.municipality_id,
        roster_entry.c.source == Source.SS12000,
        roster_service.c.fault.is_(None),
        roster_service.c.asked_at >= since,
    )
    return and_(
        roster_entry.c.ended_at.is_(None),
        or_(taken_in.correlate(roster_entry), asked.correlate(roster_entry)),
    )


KEPT = (
    Kept(
        roster_entry.c.person_id,
        N_("Where you work and in which task, as your employer's lists say"),
        N_("so that your work counts at the right school"),
        present=_is_listed,
    ),
    Kept(
        roster_service.c.person_id,
        N_("That you have connected the school system"),
        N_("to know who answers for the connection"),
        fate=Fate.LEAVE,
    ),
    Kept(
        roster_trust.c.person_id,
        N_("That you have said whose numbers an LMS sends"),
        N_("to know who answers for the connection"),
        fate=Fate.LEAVE,
    ),
    Kept(
        roster_import.c.person_id,
        N_("Lists of staff and schools that you have taken in"),
        N_("to know where a change came from"),
        fate=Fate.LEAVE,
    ),
)
