"""How far tracks have come: a school's page, and the municipality's overview."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from tracks.adoption.queries import (
    Counts,
    counts_of_municipality,
    counts_of_school,
    uses_of_school,
)
from tracks.adoption.rules import STAGE_NAMES, STAGES, has_reached, ladder
from tracks.catalogue.queries import Edition, Shelf
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.queries import School, school_of_municipality, schools
from tracks.people.rules import SCHOOL_KIND_NAMES, Actor, Permission
from tracks.people.small_numbers import Shown, shown
from tracks.progress.events import Stage, Way
from tracks.web.requests import language, parts

pages = Blueprint("adoption", __name__)


@dataclass(frozen=True, slots=True)
class TrackLadder:
    edition: Edition
    title: str
    stages: dict[Stage, Shown]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceUse:
    title: str
    programme: Shown
    independent: Shown


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["tracks.shelf"])


def _title(edition: Edition) -> str:
    return edition.texts[edition.language(language())]["title"]


def _least() -> int:
    return parts().settings.small_number


def _ladder(session: Session, counts: Counts, school: School) -> TrackLadder:
    edition = _shelf().edition(session, counts.version_id)
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
        uses=_uses(session, actor, school, ladders),
        stages=STAGES,
        stage_names=STAGE_NAMES,
        least=_least(),
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
    )


def _uses(
    session: Session, actor: Actor, school: School, ladders: list[TrackLadder]
) -> list[ResourceUse]:
    uses = uses_of_school(session, actor.municipality_id, school.id)
    least = _least()
    found = []
    for each in ladders:
        edition = each.edition
        # Who used it in the track has started the track.
        started = each.stages[Stage.STARTED].count
        for step in edition.steps:
            if step.step_id not in uses:
                continue
            ways = uses[step.step_id]
            title = edition.titles[step.step_id, edition.language(language())]
            found.append(
                ResourceUse(
                    title,
                    shown(ways[Way.PROGRAMME], school.teachers, least=least, within=[started]),
                    shown(ways[Way.INDEPENDENT], school.teachers, least=least),
                )
            )
    return found


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
        stages=STAGES,
        stage_names=STAGE_NAMES,
        kind_names=SCHOOL_KIND_NAMES,
        least=_least(),
    )


def _overview(
    session: Session, version_id: int, counts: list[Counts], all_schools: list[School]
) -> TrackOverview:
    edition = _shelf().edition(session, version_id)
    by_school = {each.school_id: each.stages for each in counts}
    rows = [
        SchoolRow(s, ladder(by_school.get(s.id, {}), s.teachers, least=_least()))
        for s in all_schools
    ]
    reached = {stage: sum(has_reached(row.stages[stage]) for row in rows) for stage in STAGES}
    changed = max(each.changed_at for each in counts)
    return TrackOverview(edition, _title(edition), reached, rows, changed)
