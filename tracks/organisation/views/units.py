"""/units: all units, open and closed, by any name they had; a new one; changing one."""

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from content.devices import DEVICES
from tracks.db import Session
from tracks.i18n import local_day
from tracks.organisation.actions.units import Doer, NotPossible, add_unit, change_unit
from tracks.organisation.forms import Typed, read_day, read_opening, read_unit
from tracks.organisation.queries.units import Unit, owner, steps, teams, units
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, kind_names
from tracks.web.requests import now, see_other


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/units", "units", units_page)
    pages.add_url_rule("/units/new", "new_unit", new_unit_page)
    pages.add_url_rule("/units/new", "add_unit", add, methods=["POST"])
    pages.add_url_rule("/units/<id:school_id>", "unit", change_page)
    pages.add_url_rule("/units/<id:school_id>", "change_unit", change, methods=["POST"])


def unit_or_404(session: Session, actor: Actor, school_id: int) -> Unit:
    """No such unit, another municipality's: the same answer."""
    found = [u for u in units(session, actor.municipality_id) if u.id == school_id]
    return found[0] if found else abort(404)


def matches(unit: Unit, words: str) -> bool:
    names = (unit.name, *unit.former_names, unit.code, *unit.former_codes)
    return any(words.casefold() in name.casefold() for name in names)


@requires(Permission.SEE_MUNICIPALITY)
def units_page(session: Session, actor: Actor) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:200]
    every = units(session, actor.municipality_id)
    after: dict[int, list[Unit]] = {}
    by_id = {unit.id: unit for unit in every}
    for step in steps(session, actor.municipality_id):
        after.setdefault(step.school_id, []).append(by_id[step.successor_id])
    found = [unit for unit in every if matches(unit, words)] if words else every
    here = owner(session, actor.municipality_id)
    return render_template(
        "organisation/units.html",
        owner=here,
        open_units=[unit for unit in found if unit.is_open],
        closed_units=[unit for unit in found if not unit.is_open],
        after=after,
        teams={
            school_id: team.name
            for team in teams(session, actor.municipality_id)
            for school_id in team.school_ids
        },
        kind_names=kind_names(here.country),
        q=words,
        may_organise=actor.may(Permission.ORGANISE),
    )


@requires(Permission.ORGANISE)
def new_unit_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor, None, Typed({"opened_on": local_day(now()).isoformat()}))


@requires(Permission.ORGANISE)
def add(session: Session, actor: Actor) -> ResponseReturnValue:
    country = owner(session, actor.municipality_id).country
    new, typed = read_unit(request.form, country, now())
    typed.values = {**typed.values, "opened_on": request.form.get("opened_on", "")}
    opened_on = read_day(request.form, "opened_on", typed)
    if new is not None and not typed.problems:
        try:
            new = replace(new, opened_on=opened_on)
            made = add_unit(session, actor.municipality_id, new, Doer(actor.person_id, now()))
        except NotPossible as refused:
            typed.problems["code"] = refused.problem
        else:
            return see_other(f"/schools/{made}")
    return make_response(_page(session, actor, None, typed), 422)


@requires(Permission.ORGANISE)
def change_page(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = unit_or_404(session, actor, school_id)
    values = {
        "code": unit.code,
        "opened_on": unit.opened_on.isoformat() if unit.opened_on else "",
        "name": unit.name,
        "kind": unit.kind.value,
        "teachers": "" if unit.teachers is None else str(unit.teachers),
        "as_of": unit.teachers_as_of.isoformat() if unit.teachers_as_of else "",
        "source": unit.teachers_source or "",
        "device": unit.device or "",
    }
    return _page(session, actor, unit, Typed(values))


@requires(Permission.ORGANISE)
def change(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    unit = unit_or_404(session, actor, school_id)
    country = owner(session, actor.municipality_id).country
    new, typed = read_unit(request.form, country, now(), known=unit)
    opened_on = read_opening(request.form, unit, typed)
    typed.values = {**typed.values, "code_was_wrong": request.form.get("code_was_wrong", "")}
    if new is not None and not typed.problems:
        try:
            change_unit(
                session,
                actor.municipality_id,
                unit,
                replace(new, opened_on=opened_on),
                Doer(actor.person_id, now()),
                code_was_wrong="code_was_wrong" in request.form,
            )
        except NotPossible as refused:
            typed.problems["code"] = refused.problem
        else:
            return see_other(f"/schools/{unit.id}")
    return make_response(_page(session, actor, unit, typed), 422)


def _page(session: Session, actor: Actor, unit: Unit | None, typed: Typed) -> str:
    here = owner(session, actor.municipality_id)
    return render_template(
        "organisation/unit.html",
        unit=unit,
        owner=here,
        values=typed.values,
        problems=typed.problems,
        kind_names=kind_names(here.country),
        device_names=DEVICES,
    )
