"""Writes of how a school's support is organised: each of the two parts as a whole."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import asdict
from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.i18n import local_day
from tracks.organisation.actions.units import Doer
from tracks.support.models import support_check, support_line, support_written
from tracks.support.rules import Answers, Kind, Line, Written

_NOTED: Final = {Written.LINES: "support_lines", Written.CHECK: "support_check"}


def write_lines(
    session: Session,
    municipality_id: int,
    school_id: int,
    lines: Mapping[tuple[Kind, int], Line],
    doer: Doer,
) -> None:
    """Whatever is left out stands empty from now on. The caller has looked the school up."""
    session.execute(
        delete(support_line).where(
            support_line.c.school_id == school_id,
            support_line.c.municipality_id == municipality_id,
        )
    )
    for (kind, line), said in lines.items():
        session.execute(
            insert(support_line).values(
                school_id=school_id,
                kind=kind,
                line=line,
                municipality_id=municipality_id,
                written_on=local_day(doer.now),
                **asdict(said),
            )
        )
    _note(session, municipality_id, school_id, Written.LINES, doer)


def write_check(
    session: Session, municipality_id: int, school_id: int, answers: Answers, doer: Doer
) -> None:
    session.execute(
        delete(support_check).where(
            support_check.c.school_id == school_id,
            support_check.c.municipality_id == municipality_id,
        )
    )
    for (statement, kind), answer in answers.items():
        session.execute(
            insert(support_check).values(
                school_id=school_id,
                kind=kind,
                statement=statement,
                municipality_id=municipality_id,
                answer=answer,
            )
        )
    _note(session, municipality_id, school_id, Written.CHECK, doer)


def _note(
    session: Session, municipality_id: int, school_id: int, what: Written, doer: Doer
) -> None:
    values = {"written_by": doer.by, "written_at": doer.now, "municipality_id": municipality_id}
    session.execute(
        insert_or(support_written)
        .values(school_id=school_id, what=what, **values)
        .on_conflict_do_update(index_elements=["school_id", "what"], set_=values)
    )
    session.emit(
        Noted(
            _NOTED[what],
            municipality_id,
            doer.now,
            actor_id=doer.by,
            parameters={"school_id": school_id},
        )
    )
