"""What the page of a unit says besides its numbers: since when, from what, who helps there."""

from datetime import date, datetime

from msgspec import Struct

from tracks.db import Session
from tracks.i18n import local_day
from tracks.organisation.queries.chain import chain
from tracks.organisation.queries.roles import Grant, without_school
from tracks.organisation.queries.units import Team, Unit, steps, teacher_counts, units
from tracks.organisation.rules import TeacherCount, by_school_year
from tracks.people.rules import Actor, Permission


class Change(Struct, frozen=True):
    """Before or after a merge or a split."""

    unit: Unit
    on: date
    kind: str
    may_open: bool


class Facts(Struct, frozen=True):
    unit: Unit
    came_from: list[Change]
    became: list[Change]
    # None: not for this reader.
    spreaders: list[Grant] | None
    leads: list[Grant] | None
    teams: list[Team]
    may_change: bool
    years: list[tuple[str, TeacherCount | None]]  # "2026/27", and how many teachers
    left_alone: int  # people who have no unit since it closed; 0 for who changes nothing


def facts_of(session: Session, actor: Actor, school_id: int, now: datetime) -> Facts:
    """The caller has checked that it is one of the actor's municipality."""
    municipality_id = actor.municipality_id
    by_id = {unit.id: unit for unit in units(session, municipality_id)}
    history = steps(session, municipality_id)

    def change(unit_id: int, on: date, kind: str) -> Change:
        unit = by_id[unit_id]
        return Change(unit, on, kind, actor.may_at(Permission.SEE_SCHOOL_NUMBERS, unit.id))

    sees_names = actor.school_id == school_id or actor.may_at(Permission.SEE_BRANCH, school_id)
    found = chain(session, municipality_id, now)
    row = next((row for row in found.rows if row.unit.id == school_id), None)
    return Facts(
        unit=by_id[school_id],
        came_from=[
            change(s.school_id, s.happened_on, s.kind)
            for s in history
            if s.successor_id == school_id
        ],
        became=[
            change(s.successor_id, s.happened_on, s.kind)
            for s in history
            if s.school_id == school_id
        ],
        spreaders=row.spreaders if sees_names and row else None,
        leads=found.leads_of(school_id) if sees_names and row else None,
        teams=row.teams if row else [],
        years=[
            (f"{year}/{(year + 1) % 100:02d}", count)
            for year, count in by_school_year(
                teacher_counts(session, municipality_id, school_id),
                by_id[school_id].closed_on or local_day(now),
            )
        ],
        may_change=(may_change := actor.may_at(Permission.ORGANISE, school_id)),
        left_alone=len(without_school(session, municipality_id, school_id)) if may_change else 0,
    )
