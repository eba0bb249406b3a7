"""How far tracks have come: a school's page, and the municipality's overview."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from tracks.adoption import use_views
from tracks.adoption.queries import Counts, counts_of_municipality, counts_of_school
from tracks.adoption.rules import STAGE_NAMES, STAGES, has_reached, ladder
from tracks.adoption.use_views import uses_at_school, uses_of_schools
from tracks.catalogue.queries import Edition
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.queries import School, school_of_municipality, schools
from tracks.people.rules import SCHOOL_KIND_NAMES, Actor, Permission
from tracks.people.small_numbers import Shown
from tracks.progress.events import Stage
from tracks.web.requests import language, parts

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


def _least() -> int:
    return parts().settings.small_number


def _ladder(session: Session, counts: Counts, school: School) -> TrackLadder:
    edition = shelf().edition(session, counts.version_id)
    stages = ladder(counts.stages, school.teachers, least=_least())
    return TrackLadder(edition, _title(edition), stages, counts.changed_at)


@pages.get("/schools/<id:school_id>")
@requires(Permission.SEE_SCHOOL_NUMBERS)
def school_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = school_of_municipality(session, actor.municipality_id, school_id)
    if school is None or not actor.may_at(Permission.SEE_SCHOOL_NUMBERS, school.id):
        # No such school, another municipality's, one's neighbour's: the same answer.
        abort(404)
    counts = counts_of_school(session, actor.municipality_id, school.id)
    ladders = [_ladder(session, each, school) for each in counts]
    return render_template(
        "adoption/school.html",
        school=school,
        ladders=ladders,
        uses=uses_at_school(session, actor.municipality_id, school, least=_least()),
        stages=STAGES,
        stage_names=STAGE_NAMES,
        least=_least(),
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


@pages.get("/municipality")
@requires(Permission.SEE_MUNICIPALITY)
def municipality_page(session: Session, actor: Actor) -> ResponseReturnValue:
    name, all_schools = schools(session, actor.municipality_id)
    by_version: dict[int, list[Counts]] = {}
    for each in counts_of_municipality(session, actor.municipality_id):
        by_version.setdefault(each.version_id, []).append(each)
    overviews = [
        _overview(session, version_id, found, all_schools)
        for version_id, found in by_version.items()
    ]
    return render_template(
        "adoption/municipality.html",
        name=name,
        schools=all_schools,
        overviews=overviews,
        uses=uses_of_schools(session, actor.municipality_id, least=_least()),
        stages=STAGES,
        stage_names=STAGE_NAMES,
        kind_names=SCHOOL_KIND_NAMES,
        least=_least(),
    )


def _overview(
    session: Session, version_id: int, counts: list[Counts], all_schools: list[School]
) -> TrackOverview:
    edition = shelf().edition(session, version_id)
    by_school = {each.school_id: each.stages for each in counts}
    rows = [
        SchoolRow(s, ladder(by_school.get(s.id, {}), s.teachers, least=_least()))
        for s in all_schools
    ]
    reached = {stage: sum(has_reached(row.stages[stage]) for row in rows) for stage in STAGES}
    changed = max(each.changed_at for each in counts)
    return TrackOverview(edition, _title(edition), reached, rows, changed)
