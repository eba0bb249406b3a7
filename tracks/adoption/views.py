"""How far tracks have come: a school's page, and the municipality's overview."""

from datetime import date, datetime

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.devices import DEVICES
from tracks.adoption import use_views
from tracks.adoption.queries import Counts, counts_of_municipality, counts_of_school
from tracks.adoption.rules import STAGE_NAMES, STAGES, has_reached, ladder
from tracks.adoption.use_views import least_of, uses_at_school, uses_of_municipality
from tracks.catalogue.public.telling import today
from tracks.catalogue.queries import Edition
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.organisation.facts import facts_of
from tracks.organisation.queries.chain import Chain, chain
from tracks.organisation.queries.units import Unit, owner, steps, units
from tracks.organisation.rules import Cover, known_sum
from tracks.people.guards import requires
from tracks.people.queries import School, school_of_municipality, schools
from tracks.people.rules import (
    Actor,
    Permission,
    SchoolKind,
    kind_names,
    natural_key,
    sees_names,
)
from tracks.people.small_numbers import Shown, is_old, is_too_small, of_lately
from tracks.progress.events import Stage
from tracks.web.requests import language, now

pages = Blueprint("adoption", __name__)
use_views.add_to(pages)


class TrackLadder(Struct, frozen=True):
    edition: Edition
    title: str
    stages: dict[Stage, Shown]
    changed_at: datetime


def _title(edition: Edition) -> str:
    title: str = edition.texts[edition.language(language())]["title"]
    return title


def _ladder(session: Session, counts: Counts, school: School, least: int) -> TrackLadder:
    edition = shelf().edition(session, counts.version_id)
    return TrackLadder(
        edition, _title(edition), _stages(counts.stages, school, least), counts.changed_at
    )


def _stages(counts: dict[Stage, int], school: School | Unit, least: int) -> dict[Stage, Shown]:
    found = ladder(counts, school.teachers, least=least)
    day = _last_day(school)
    return {stage: of_lately(seen, school.teachers_as_of, day) for stage, seen in found.items()}


def _last_day(school: School | Unit) -> date:
    """Until when its numbers are about it: a count is as old as it was when the school closed."""
    return school.closed_on or today()


@pages.get("/schools/<id:school_id>")
@requires(Permission.SEE_SCHOOL_NUMBERS)
def school_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = school_of_municipality(session, actor.municipality_id, school_id)
    if school is None or not actor.may_at(Permission.SEE_SCHOOL_NUMBERS, school.id):
        # No such school, another municipality's, one's neighbour's: the same answer.
        abort(404)
    counts = counts_of_school(session, actor.municipality_id, school.id)
    least = least_of(session, actor.municipality_id)
    ladders = [_ladder(session, each, school, least) for each in counts]
    return render_template(
        "adoption/school.html",
        school=school,
        ladders=ladders,
        is_old=is_old(school.teachers_as_of, _last_day(school)),
        uses=uses_at_school(session, actor.municipality_id, school),
        facts=facts_of(session, actor, school.id, now()),
        sees_names=sees_names(actor, school.id),
        kind_names=kind_names(owner(session, actor.municipality_id).country),
        device_names=DEVICES,
        stages=STAGES,
        stage_names=STAGE_NAMES,
        least=least,
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
    )


def _teachers(school: School) -> int | None:
    """None also for a count that is older than a year."""
    return None if is_old(school.teachers_as_of, today()) else school.teachers


class SchoolRow(Struct, frozen=True):
    school: School
    stages: dict[Stage, Shown]


class FormerRow(Struct, frozen=True):
    """A closed unit whose numbers have gone on to no other (ADR 0031), and what came after it."""

    unit: Unit
    became: list[Unit]
    stages: dict[Stage, Shown]


class TrackOverview(Struct, frozen=True):
    edition: Edition
    title: str
    reached: dict[Stage, int]  # open schools
    rows: list[SchoolRow]
    former: list[FormerRow]
    changed_at: datetime


class KindRow(Struct, frozen=True):
    """The open schools of one type. Of people only how many there are: never who, or how far."""

    kind: SchoolKind
    schools: int
    started: int  # schools that have come so far in some track
    teachers: int | None  # None: unknown for one of them at least
    unknown: int  # schools whose number of teachers is unknown
    covered: int  # schools with a spreader


@pages.get("/municipality")
@requires(Permission.SEE_MUNICIPALITY)
def municipality_page(session: Session, actor: Actor) -> ResponseReturnValue:
    name, all_schools = schools(session, actor.municipality_id)
    least = least_of(session, actor.municipality_id)
    closed = _closed(session, actor.municipality_id)
    by_version: dict[int, list[Counts]] = {}
    for each in counts_of_municipality(session, actor.municipality_id):
        by_version.setdefault(each.version_id, []).append(each)
    overviews = [
        _overview(session, version_id, found, all_schools, closed, least)
        for version_id, found in by_version.items()
    ]
    found = chain(session, actor.municipality_id, now())
    known = [s for s in all_schools if _teachers(s) is not None]
    dated = [s.teachers_as_of for s in known if s.teachers_as_of]
    return render_template(
        "adoption/municipality.html",
        name=name,
        schools=all_schools,
        overviews=overviews,
        uses=uses_of_municipality(session, actor.municipality_id),
        left_out=_left_out(all_schools, least),
        kinds=_by_kind(all_schools, overviews, found),
        covers=[(cover, sum(row.cover is cover for row in found.rows)) for cover in Cover],
        lead_spreaders=found.lead_spreaders(),
        counted=(min(dated), max(dated)) if dated else None,
        sources=sorted({s.teachers_source for s in known if s.teachers_source}),
        stages=STAGES,
        stage_names=STAGE_NAMES,
        kind_names=kind_names(owner(session, actor.municipality_id).country),
        least=least,
        sees_branch=actor.may(Permission.SEE_BRANCH),
        may_organise=actor.may(Permission.ORGANISE),
        sees_roles=actor.may(Permission.SEE_ROLES),
        gives_roles=actor.may(Permission.GIVE_ROLES),
    )


class LeftOut(Struct, frozen=True):
    """An open school that cannot be compared with others, and why: few, unknown, old."""

    school: School
    why: str


def _left_out(all_schools: list[School], least: int) -> list[LeftOut]:
    def why(school: School) -> str | None:
        if school.teachers is None:
            return "unknown"
        if is_too_small(school.teachers, least=least):
            return "few"
        return "old" if _teachers(school) is None else None

    return [LeftOut(each, reason) for each in all_schools if (reason := why(each))]


def _closed(session: Session, municipality_id: int) -> dict[int, tuple[Unit, list[Unit]]]:
    """Closed units, each with those that came after it."""
    every = {unit.id: unit for unit in units(session, municipality_id)}
    after: dict[int, list[Unit]] = {}
    for step in steps(session, municipality_id):
        after.setdefault(step.school_id, []).append(every[step.successor_id])
    return {unit.id: (unit, after.get(unit.id, [])) for unit in every.values() if not unit.is_open}


def _by_kind(
    all_schools: list[School], overviews: list[TrackOverview], found: Chain
) -> list[KindRow]:
    started = {
        row.school.id
        for view in overviews
        for row in view.rows
        if has_reached(row.stages[Stage.STARTED])
    }
    covered = {row.unit.id for row in found.rows if row.spreaders}
    rows = []
    for kind in SchoolKind:
        mine = [each for each in all_schools if each.kind is kind]
        if not mine:
            continue
        ids = {each.id for each in mine}
        rows.append(
            KindRow(
                kind=kind,
                schools=len(mine),
                started=len(ids & started),
                teachers=known_sum(_teachers(each) for each in mine),
                unknown=sum(_teachers(each) is None for each in mine),
                covered=len(ids & covered),
            )
        )
    return rows


def _overview(
    session: Session,
    version_id: int,
    counts: list[Counts],
    all_schools: list[School],
    closed: dict[int, tuple[Unit, list[Unit]]],
    least: int,
) -> TrackOverview:
    edition = shelf().edition(session, version_id)
    by_school = {each.school_id: each.stages for each in counts}
    rows = [SchoolRow(s, _stages(by_school.get(s.id, {}), s, least)) for s in all_schools]
    former = [
        FormerRow(*closed[school_id], _stages(stages, closed[school_id][0], least))
        for school_id, stages in by_school.items()
        if school_id in closed
    ]
    former.sort(key=lambda row: natural_key(row.unit.name))
    reached = {stage: sum(has_reached(row.stages[stage]) for row in rows) for stage in STAGES}
    changed = max(each.changed_at for each in counts)
    return TrackOverview(edition, _title(edition), reached, rows, former, changed)
