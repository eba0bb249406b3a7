"""Reads of how schools' support is organised."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field
from sqlalchemy import select

from tracks.db import Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import person
from tracks.people.queries import School, schools
from tracks.support.models import support_check, support_line, support_written
from tracks.support.rules import Answer, Answers, Cover, Kind, Line, Written, cover_of


class Writer(Struct, frozen=True):
    name: str | None  # None: unknown, or erased
    at: datetime


class Record(Struct, frozen=True):
    """What a school has written; of one that has written nothing everything is empty."""

    lines: Mapping[tuple[Kind, int], Line] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    written: Mapping[Written, Writer] = field(default_factory=dict)

    def cover(self, kind: Kind) -> Cover:
        return cover_of(self.lines, kind)


def records(
    session: Session, municipality_id: int, school_id: int | None = None
) -> dict[int, Record]:
    """By school, of those that have written something; `school_id`: of this one only."""
    lines: dict[int, dict[tuple[Kind, int], Line]] = {}
    answers: dict[int, dict[tuple[str, Kind], Answer]] = {}
    written: dict[int, dict[Written, Writer]] = {}
    of_lines = select(support_line).where(support_line.c.municipality_id == municipality_id)
    of_checks = select(support_check).where(support_check.c.municipality_id == municipality_id)
    of_written = (
        select(support_written, person.c.name)
        .outerjoin(person, person.c.id == support_written.c.written_by)
        .where(support_written.c.municipality_id == municipality_id)
    )
    if school_id is not None:
        of_lines = of_lines.where(support_line.c.school_id == school_id)
        of_checks = of_checks.where(support_check.c.school_id == school_id)
        of_written = of_written.where(support_written.c.school_id == school_id)
    for row in session.execute(of_lines):
        line = Line(row.who, row.reach, row.hours, row.answer_within, row.stand_in)
        lines.setdefault(row.school_id, {})[Kind(row.kind), row.line] = line
    for row in session.execute(of_checks):
        key = row.statement, Kind(row.kind)
        answers.setdefault(row.school_id, {})[key] = Answer(row.answer)
    for row in session.execute(of_written):
        writer = Writer(row.name, row.written_at)
        written.setdefault(row.school_id, {})[Written(row.what)] = writer
    return {
        each: Record(lines.get(each, {}), answers.get(each, {}), written.get(each, {}))
        for each in {*lines, *answers, *written}
    }


def record_of(session: Session, municipality_id: int, school_id: int) -> Record:
    return records(session, municipality_id, school_id).get(school_id, Record())


class SchoolRecord(Struct, frozen=True):
    school: School
    record: Record


def records_of_municipality(session: Session, municipality_id: int) -> list[SchoolRecord]:
    """Of every open school, as a person would sort them."""
    found = records(session, municipality_id)
    _name, all_schools = schools(session, municipality_id)
    return [SchoolRecord(each, found.get(each.id, Record())) for each in all_schools]


KEPT = (
    Kept(
        support_written.c.written_by,
        N_("That you wrote who helps at a school, or its self-check, and when"),
        N_("so that colleagues know where to ask for help, and how old the answer is"),
        N_("until somebody writes it anew"),
        fate=Fate.LEAVE,
        active=support_written.c.written_at,
    ),
)
