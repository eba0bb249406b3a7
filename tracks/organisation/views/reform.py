"""When units become one, or one becomes several, or one closes and nothing comes after it."""

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from content.devices import DEVICES
from tracks.db import Session
from tracks.i18n import N_, local_day
from tracks.organisation.actions.units import (
    Doer,
    NewUnit,
    NotPossible,
    close_unit,
    merge_units,
    open_again,
    split_unit,
)
from tracks.organisation.forms import (
    MOST_PARTS,
    Typed,
    read_day,
    read_parts,
    read_unit,
)
from tracks.organisation.queries.roles import grants, number_at
from tracks.organisation.queries.units import Unit, owner, units
from tracks.organisation.rules import ROLE_NAMES
from tracks.organisation.views.units import unit_or_404
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, kind_names
from tracks.web.errors import Lesson, PageError
from tracks.web.requests import now, row_id, see_other

NEW = "new"
NOT_CLOSED = Lesson(
    N_("It cannot be opened again"),
    N_("It is open already, or other schools came after it. Nothing was changed."),
    N_("Look at its page: it says what became of it."),
)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/units/merge", "merge", merge_page)
    pages.add_url_rule("/units/merge", "merge_units", merge, methods=["POST"])
    pages.add_url_rule("/units/<id:school_id>/split", "split", split_page)
    pages.add_url_rule("/units/<id:school_id>/split", "split_unit", split, methods=["POST"])
    pages.add_url_rule("/units/<id:school_id>/close", "close", close_page)
    pages.add_url_rule("/units/<id:school_id>/close", "close_unit", close, methods=["POST"])
    pages.add_url_rule("/units/<id:school_id>/open", "open_again", reopen, methods=["POST"])


@requires(Permission.ORGANISE)
def merge_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _merge(session, actor, Typed({"on": local_day(now()).isoformat()}), set())


@requires(Permission.ORGANISE)
def merge(session: Session, actor: Actor) -> ResponseReturnValue:
    chosen = set(request.form.getlist("unit", type=row_id))
    where = request.form.get("into", "")
    into: int | NewUnit | None = request.form.get("into", type=row_id)
    typed = Typed({})
    if where == NEW:
        country = owner(session, actor.municipality_id).country
        into, typed = read_unit(request.form, country, now())
    typed.values = {**typed.values, "on": request.form.get("on", ""), "into": where}
    on = read_day(request.form, "on", typed)
    if into is not None and on is not None:
        doer = Doer(actor.person_id, now())
        try:
            made = merge_units(session, actor.municipality_id, sorted(chosen), into, on, doer)
        except NotPossible as refused:
            typed.problems["units"] = refused.problem
        else:
            return see_other(f"/schools/{made}")
    elif where != NEW and into is None:
        typed.problems["into"] = "into"
    return make_response(_merge(session, actor, typed, chosen), 422)


def _merge(session: Session, actor: Actor, typed: Typed, chosen: set[int]) -> str:
    here = owner(session, actor.municipality_id)
    return render_template(
        "organisation/merge.html",
        units=[unit for unit in units(session, actor.municipality_id) if unit.is_open],
        chosen=chosen,
        owner=here,
        values=typed.values,
        problems=typed.problems,
        kind_names=kind_names(here.country),
        device_names=DEVICES,
    )


@requires(Permission.ORGANISE)
def split_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = _open_unit_or_404(session, actor, school_id)
    return _split(session, actor, unit, Typed({"on": local_day(now()).isoformat()}))


@requires(Permission.ORGANISE)
def split(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = _open_unit_or_404(session, actor, school_id)
    country = owner(session, actor.municipality_id).country
    made, typed = read_parts(request.form, country, now())
    typed.values = {**typed.values, "on": request.form.get("on", "")}
    on = read_day(request.form, "on", typed)
    if on is not None and not typed.problems:
        doer = Doer(actor.person_id, now())
        try:
            split_unit(session, actor.municipality_id, unit.id, made, on, doer)
        except NotPossible as refused:
            typed.problems["parts"] = refused.problem
        else:
            return see_other(f"/schools/{unit.id}")
    return make_response(_split(session, actor, unit, typed), 422)


def _open_unit_or_404(session: Session, actor: Actor, school_id: int) -> Unit:
    unit = unit_or_404(session, actor, school_id)
    return unit if unit.is_open else abort(404)


def _split(session: Session, actor: Actor, unit: Unit, typed: Typed) -> str:
    here = owner(session, actor.municipality_id)
    return render_template(
        "organisation/split.html",
        unit=unit,
        owner=here,
        values=typed.values,
        problems=typed.problems,
        kind_names=kind_names(here.country),
        device_names=DEVICES,
        most_parts=MOST_PARTS,
    )


@requires(Permission.ORGANISE)
def close_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = _open_unit_or_404(session, actor, school_id)
    return _close(session, actor, unit, Typed({"on": local_day(now()).isoformat()}))


@requires(Permission.ORGANISE)
def close(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = _open_unit_or_404(session, actor, school_id)
    typed = Typed({"on": request.form.get("on", "")})
    on = read_day(request.form, "on", typed)
    if on is not None:
        doer = Doer(actor.person_id, now())
        try:
            close_unit(session, actor.municipality_id, unit.id, on, doer)
        except NotPossible as refused:
            typed.problems["on"] = refused.problem
        else:
            return see_other(f"/schools/{unit.id}")
    return make_response(_close(session, actor, unit, typed), 422)


def _close(session: Session, actor: Actor, unit: Unit, typed: Typed) -> str:
    held = grants(session, actor.municipality_id)
    return render_template(
        "organisation/close.html",
        unit=unit,
        people=number_at(session, actor.municipality_id, unit.id),
        roles=[g for g in held if g.school_id == unit.id and not g.is_over(now())],
        role_names=ROLE_NAMES,
        values=typed.values,
        problems=typed.problems,
    )


@requires(Permission.ORGANISE)
def reopen(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = unit_or_404(session, actor, school_id)
    try:
        open_again(session, actor.municipality_id, unit.id, Doer(actor.person_id, now()))
    except NotPossible:
        raise PageError(409, NOT_CLOSED) from None
    return see_other(f"/schools/{unit.id}")
