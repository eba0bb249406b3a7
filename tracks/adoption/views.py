"""How far tracks have come: a school's page, and the municipality's overview."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from content.devices import DEVICES
from tracks.adoption import use_views
from tracks.adoption.queries import Counts, counts_of_municipality, counts_of_school
from tracks.adoption.rules import STAGE_NAMES, STAGES, has_reached, ladder
from tracks.adoption.use_views import least_of, uses_at_school, uses_of_municipality
from tracks.catalogue.queries import Edition
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.organisation.facts import facts_of
from tracks.organisation.queries.chain import Chain, chain
from tracks.organisation.queries.units import owner
from tracks.organisation.rules import Cover, known_sum
from tracks.people.guards import requires
from tracks.people.queries import School, school_of_municipality, schools
from tracks.people.rules import SCHOOL_KIND_NAMES, Actor, Permission, SchoolKind
from tracks.people.small_numbers import Shown
from tracks.progress.events import Stage
from tracks.web.requests import language, now

pages = Blueprint("adoption", __name__)
use_views.add_to(pages)


@dataclass(frozen=True, slots=True)
class TrackLadder:
    edition: Edition
    title: str
    stages: dict[Stage, Shown]
    changed_at: datetime


def _title(edition: Edition) -> str:
    return edition.texts[edition.language(language())]["title"]


def _ladder(session: Session, counts: Counts, school: School, least: int) -> TrackLadder:
    edition = shelf().edition(session, counts.version_id)
    stages = ladder(counts.stages, school.teachers, least=least)
    return TrackLadder(edition, _title(edition), stages, counts.changed_at)


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
        uses=uses_at_school(session, actor.municipality_id, school),
        facts=facts_of(session, actor, school.id, now()),
        kind_names=SCHOOL_KIND_NAMES,
        device_names=DEVICES,
        stages=STAGES,
        stage_names=STAGE_NAMES,
        least=least,
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
    )


@dataclass(frozen=True, slots=True)
class SchoolRow:
    school: School
    stages: dict[Stage, Shown]


@dataclass(frozen=True, slots=True)
class TrackOverview:
    edition: Edition
    title: str
    reached: dict[Stage, int]  # schools
    rows: list[SchoolRow]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class KindRow:
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
    by_version: dict[int, list[Counts]] = {}
    for each in counts_of_municipality(session, actor.municipality_id):
        by_version.setdefault(each.version_id, []).append(each)
    overviews = [
        _overview(session, version_id, found, all_schools, least)
        for version_id, found in by_version.items()
    ]
    found = chain(session, actor.municipality_id, now())
    dated = [s.teachers_as_of for s in all_schools if s.teachers is not None and s.teachers_as_of]
    return render_template(
        "adoption/municipality.html",
        name=name,
        schools=all_schools,
        overviews=overviews,
        uses=uses_of_municipality(session, actor.municipality_id),
        kinds=_by_kind(all_schools, overviews, found),
        covers=[(cover, sum(row.cover is cover for row in found.rows)) for cover in Cover],
        lead_spreaders=found.lead_spreaders(),
        counted=(min(dated), max(dated)) if dated else None,
        sources=sorted({s.teachers_source for s in all_schools if s.teachers_source}),
        owner=owner(session, actor.municipality_id),
        stages=STAGES,
        stage_names=STAGE_NAMES,
        kind_names=SCHOOL_KIND_NAMES,
        least=least,
        sees_branch=actor.may(Permission.SEE_BRANCH),
        may_organise=actor.may(Permission.ORGANISE),
        sees_roles=actor.may(Permission.SEE_ROLES),
        gives_roles=actor.may(Permission.GIVE_ROLES),
    )


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
                teachers=known_sum(each.teachers for each in mine),
                unknown=sum(each.teachers is None for each in mine),
                covered=len(ids & covered),
            )
        )
    return rows


def _overview(
    session: Session,
    version_id: int,
    counts: list[Counts],
    all_schools: list[School],
    least: int,
) -> TrackOverview:
    edition = shelf().edition(session, version_id)
    by_school = {each.school_id: each.stages for each in counts}
    rows = [
        SchoolRow(s, ladder(by_school.get(s.id, {}), s.teachers, least=least)) for s in all_schools
    ]
    reached = {stage: sum(has_reached(row.stages[stage]) for row in rows) for stage in STAGES}
    changed = max(each.changed_at for each in counts)
    return TrackOverview(edition, _title(edition), reached, rows, changed)
