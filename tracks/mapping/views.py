"""/schools/…/devices and /devices: one device for each pupil? By grade and school (F-05)."""

import tempfile
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_, local_day
from tracks.mapping.actions import take_in, write_counting
from tracks.mapping.forms import Typed, as_typed, read_counting
from tracks.mapping.lists import COLUMNS, HEADINGS, MOST_FAULTS, Reading, as_list, read_list
from tracks.mapping.queries import Coverage, coverage_of, coverages, last_writer
from tracks.mapping.rules import EVERY_GRADE, Total, total
from tracks.organisation.actions.units import Doer
from tracks.organisation.queries.units import by_number, units
from tracks.people.guards import requires
from tracks.people.queries import municipality_name, school_of_municipality
from tracks.people.rules import Actor, Permission, sees_names
from tracks.rosters.faults import FILE_TEXTS, BadFile
from tracks.web.pages import gettext
from tracks.web.requests import now, see_other

pages = Blueprint("mapping", __name__)
MOST_BYTES: Final = 2 * 1024 * 1024
NO_FILE: Final = N_("Choose a file first.")


def _coverage_or_404(
    session: Session, actor: Actor, school_id: int, permission: Permission
) -> Coverage:
    school = school_of_municipality(session, actor.municipality_id, school_id)
    if school is None or not actor.may_at(permission, school.id):
        abort(404)
    return coverage_of(session, actor.municipality_id, school.id)


@pages.get("/schools/<id:school_id>/devices")
@requires(Permission.SEE_SCHOOL_NUMBERS)
def school_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    found = _coverage_or_404(session, actor, school_id, Permission.SEE_SCHOOL_NUMBERS)
    return render_template(
        "mapping/school.html",
        found=found,
        written=last_writer(session, actor.municipality_id, school_id),
        sees_names=sees_names(actor, school_id),
        may_describe=actor.may_at(Permission.DESCRIBE_SCHOOL, school_id),
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
    )


@pages.get("/schools/<id:school_id>/devices/edit")
@requires(Permission.DESCRIBE_SCHOOL)
def edit_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    found = _coverage_or_404(session, actor, school_id, Permission.DESCRIBE_SCHOOL)
    return _edit(found, as_typed(found.counts))


@pages.post("/schools/<id:school_id>/devices/edit")
@requires(Permission.DESCRIBE_SCHOOL)
def edit(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    found = _coverage_or_404(session, actor, school_id, Permission.DESCRIBE_SCHOOL)
    said, typed = read_counting(request.form, found.grades, now())
    if said is None:
        return make_response(_edit(found, typed), 422)
    write_counting(session, actor.municipality_id, school_id, said, Doer(actor.person_id, now()))
    return see_other(f"/schools/{school_id}/devices")


def _edit(found: Coverage, typed: Typed) -> str:
    return render_template(
        "mapping/edit.html", found=found, values=typed.values, problems=typed.problems
    )


@pages.get("/devices")
@requires(Permission.SEE_MUNICIPALITY)
def overview(session: Session, actor: Actor) -> ResponseReturnValue:
    rows = coverages(session, actor.municipality_id)
    return render_template(
        "mapping/overview.html",
        name=municipality_name(session, actor.municipality_id),
        rows=rows,
        whole=[row for row in rows if row.grades and not row.total.unknown],
        by_grade=_by_grade(rows),
        may_organise=actor.may(Permission.ORGANISE),
        taken_in=request.args.get("taken", type=int),
    )


def _by_grade(rows: list[Coverage]) -> list[tuple[str, Total]]:
    found = []
    for grade in EVERY_GRADE:
        having = [row.counts.get(grade) for row in rows if grade in row.grades]
        if having:
            found.append((grade, total(having)))
    return found


@pages.get("/devices/list.csv")
@requires(Permission.ORGANISE)
def list_to_fill_in(session: Session, actor: Actor) -> ResponseReturnValue:
    headings = [gettext(HEADINGS[name]) for name in COLUMNS]
    return Response(
        as_list(coverages(session, actor.municipality_id), headings),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="devices.csv"'},
    )


@pages.get("/devices/import")
@requires(Permission.ORGANISE)
def import_page(_session: Session, _actor: Actor) -> ResponseReturnValue:
    return _import()


@pages.post("/devices/import")
@requires(Permission.ORGANISE, most_bytes=MOST_BYTES)
def take_list_in(session: Session, actor: Actor) -> ResponseReturnValue:
    """All of it, or nothing."""
    file = request.files.get("file")
    known = by_number(units(session, actor.municipality_id))
    schools = {code: unit.id for code, unit in known.items() if unit.is_open}
    try:
        if file is None or not file.filename:
            raise BadFile(NO_FILE)
        with tempfile.NamedTemporaryFile(prefix="devices-") as copy:
            file.save(copy)
            copy.flush()
            reading = read_list(Path(copy.name), schools, local_day(now()))
    except BadFile as bad:
        return make_response(_import(bad=bad), 422)
    if reading.faults:
        return make_response(_import(reading=reading), 422)
    number = take_in(session, actor.municipality_id, reading.rows, Doer(actor.person_id, now()))
    return see_other(f"/devices?taken={number}")


def _import(*, bad: BadFile | None = None, reading: Reading | None = None) -> str:
    return render_template(
        "mapping/import.html",
        bad=bad,
        detail=gettext(HEADINGS[bad.detail]) if bad and bad.detail in HEADINGS else "",
        faults=reading.faults[:MOST_FAULTS] if reading else [],
        more=max(len(reading.faults) - MOST_FAULTS, 0) if reading else 0,
        texts=FILE_TEXTS,
        headings=HEADINGS,
        columns=COLUMNS,
    )
