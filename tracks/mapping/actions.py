"""Writes of counts of devices and pupils."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.mapping.models import device_count
from tracks.mapping.rules import Count
from tracks.organisation.actions.units import Doer


class Counting(Struct, frozen=True):
    """What somebody has counted at a school on a day; a grade with None is unknown that day."""

    counted_on: date
    source: str
    grades: Mapping[str, Count | None]


def write_counting(
    session: Session, municipality_id: int, school_id: int, said: Counting, doer: Doer
) -> None:
    """Other days' counts stay. The caller has looked the school up."""
    for grade, count in said.grades.items():
        if count is None:
            session.execute(
                delete(device_count).where(
                    device_count.c.school_id == school_id,
                    device_count.c.municipality_id == municipality_id,
                    device_count.c.grade == grade,
                    device_count.c.counted_on == said.counted_on,
                )
            )
        else:
            _write(session, municipality_id, school_id, grade, count, doer)
    _note(session, municipality_id, doer, "devices_written", school_id=school_id)


def take_in(
    session: Session,
    municipality_id: int,
    rows: Iterable[tuple[int, str, Count]],
    doer: Doer,
) -> int:
    """(school, grade, count) of a list that has no fault; how many."""
    number = 0
    for school_id, grade, count in rows:
        _write(session, municipality_id, school_id, grade, count, doer)
        number += 1
    _note(session, municipality_id, doer, "devices_taken_in", rows=number)
    return number


def _write(
    session: Session, municipality_id: int, school_id: int, grade: str, count: Count, doer: Doer
) -> None:
    values = {
        "municipality_id": municipality_id,
        "pupils": count.pupils,
        "devices": count.devices,
        "source": count.source,
        "written_by": doer.by,
        "written_at": doer.now,
    }
    session.execute(
        insert_or(device_count)
        .values(school_id=school_id, grade=grade, counted_on=count.counted_on, **values)
        .on_conflict_do_update(index_elements=["school_id", "grade", "counted_on"], set_=values)
    )


def _note(session: Session, municipality_id: int, doer: Doer, code: str, **parameters: int) -> None:
    session.emit(Noted(code, municipality_id, doer.now, actor_id=doer.by, parameters=parameters))
