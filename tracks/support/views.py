"""/schools/…/support: where do I get help (S-09). /support: which schools have said it."""

from typing import Final

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.catalogue.queries import Edition, published
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.organisation.actions.units import Doer
from tracks.people.guards import requires
from tracks.people.queries import School, municipality_name, school_of_municipality, support_of
from tracks.people.rules import Actor, Permission, sees_names
from tracks.support.actions import write_check, write_lines
from tracks.support.forms import Typed, as_typed, check_name, name_of, read_check, read_lines
from tracks.support.queries import Record, record_of, records_of_municipality
from tracks.support.rules import (
    ANSWER_NAMES,
    KIND_NAMES,
    KIND_QUESTIONS,
    LINE_NAMES,
    LINES,
    MOST_POINTS,
    PLACES,
    STATEMENTS,
    Kind,
    Written,
    points,
    widest_apart,
)
from tracks.web.errors import NOT_ALLOWED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import Door, noted, now, see_other

pages = Blueprint("support", __name__)
# Of the library that we ship: how to build support, with the self-check. A track's id is for ever.
GUIDE: Final = "guide-stotte"
_WORDS: Final = {
    "kinds": tuple(Kind),
    "kind_names": KIND_NAMES,
    "kind_questions": KIND_QUESTIONS,
    "lines": LINES,
    "line_names": LINE_NAMES,
    "places": PLACES,
    "name_of": name_of,
    "check_name": check_name,
    "statements": STATEMENTS,
    "answer_names": ANSWER_NAMES,
    "written": Written,
}


def doors(_session: Session) -> list[Door]:
    actor: Actor = noted().actor
    if actor.school_id is None:
        return []
    return [Door(gettext("Where do I get help?"), f"/schools/{actor.school_id}/support")]


def _school_or_404(session: Session, actor: Actor, school_id: int) -> School:
    school = school_of_municipality(session, actor.municipality_id, school_id)
    if school is None or not sees_names(actor, school.id):
        abort(404)
    return school


def _school_to_describe(session: Session, actor: Actor, school_id: int) -> School:
    school = _school_or_404(session, actor, school_id)
    if not actor.may_at(Permission.DESCRIBE_SCHOOL, school.id):
        raise PageError(403, NOT_ALLOWED)
    return school


def _guide(session: Session) -> Edition | None:
    editions = (shelf().edition(session, version_id) for version_id in published(session))
    return next((each for each in editions if each.slug == GUIDE), None)


@pages.get("/schools/<id:school_id>/support")
@requires(Permission.SEE_SCHOOL_NUMBERS)
def record_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = _school_or_404(session, actor, school_id)
    record = record_of(session, actor.municipality_id, school.id)
    may_describe = actor.may_at(Permission.DESCRIBE_SCHOOL, school.id)
    return render_template(
        "support/record.html",
        school=school,
        record=record,
        desk=support_of(session, actor.municipality_id),
        is_mine=actor.school_id == school.id,
        may_describe=may_describe,
        **_said_of_check(record),
        **_WORDS,
    )


def _said_of_check(record: Record) -> dict[str, object]:
    return {
        "points": {kind: points(record.answers, kind) for kind in Kind},
        "most_points": MOST_POINTS,
        "apart": widest_apart(record.answers),
    }


@pages.get("/schools/<id:school_id>/support/edit")
@requires(Permission.DESCRIBE_SCHOOL)
def edit_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = _school_to_describe(session, actor, school_id)
    record = record_of(session, actor.municipality_id, school.id)
    return _edit(session, school, as_typed(record.lines))


@pages.post("/schools/<id:school_id>/support/edit")
@requires(Permission.DESCRIBE_SCHOOL)
def edit(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = _school_to_describe(session, actor, school_id)
    lines, typed = read_lines(request.form)
    if lines is None:
        return make_response(_edit(session, school, typed), 422)
    write_lines(session, school.municipality_id, school.id, lines, Doer(actor.person_id, now()))
    return see_other(f"/schools/{school.id}/support")


def _edit(session: Session, school: School, typed: Typed) -> str:
    return render_template(
        "support/edit.html",
        school=school,
        values=typed.values,
        problems=typed.problems,
        guide=_guide(session),
        **_WORDS,
    )


@pages.get("/schools/<id:school_id>/support/check")
@requires(Permission.DESCRIBE_SCHOOL)
def check_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = _school_to_describe(session, actor, school_id)
    answers = record_of(session, actor.municipality_id, school.id).answers
    given = Typed({check_name(kind, said): answer for (said, kind), answer in answers.items()})
    return _check(session, school, given)


@pages.post("/schools/<id:school_id>/support/check")
@requires(Permission.DESCRIBE_SCHOOL)
def check(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    school = _school_to_describe(session, actor, school_id)
    answers, typed = read_check(request.form)
    if answers is None:
        return make_response(_check(session, school, typed), 422)
    write_check(session, school.municipality_id, school.id, answers, Doer(actor.person_id, now()))
    return see_other(f"/schools/{school.id}/support#check")


def _check(session: Session, school: School, typed: Typed) -> str:
    return render_template(
        "support/check.html",
        school=school,
        values=typed.values,
        problems=typed.problems,
        guide=_guide(session),
        **_WORDS,
    )


@pages.get("/support")
@requires(Permission.SEE_MUNICIPALITY)
def overview(session: Session, actor: Actor) -> ResponseReturnValue:
    rows = records_of_municipality(session, actor.municipality_id)
    return render_template(
        "support/overview.html",
        name=municipality_name(session, actor.municipality_id),
        rows=rows,
        lacking=[row for row in rows if not row.record.lines],
        sees={row.school.id for row in rows if sees_names(actor, row.school.id)},
        points={row.school.id: _points(row.record) for row in rows},
        most_points=MOST_POINTS,
        **_WORDS,
    )


def _points(record: Record) -> dict[Kind, int | None]:
    return {kind: points(record.answers, kind) for kind in Kind}
