"""/teams: which units have lead spreaders together."""

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.organisation.actions.teams import add_team, end_team, fill_team, name_team
from tracks.organisation.actions.units import Doer
from tracks.organisation.queries.chain import chain
from tracks.organisation.queries.units import Team, teams, units
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, row_id, see_other

MOST_LETTERS = 100


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/teams", "teams", teams_page)
    pages.add_url_rule("/teams", "add_team", add, methods=["POST"])
    pages.add_url_rule("/teams/<id:team_id>", "team", team_page)
    pages.add_url_rule("/teams/<id:team_id>", "change_team", change, methods=["POST"])


@requires(Permission.ORGANISE)
def teams_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _list(session, actor)


@requires(Permission.ORGANISE)
def add(session: Session, actor: Actor) -> ResponseReturnValue:
    name = _name()
    made = None
    if name is not None:
        made = add_team(session, actor.municipality_id, name, Doer(actor.person_id, now()))
    if made is None:
        return make_response(_list(session, actor, problem=True), 422)
    return see_other(f"/teams/{made}")


@requires(Permission.ORGANISE)
def team_page(session: Session, actor: Actor, team_id: int) -> ResponseReturnValue:
    return _page(session, actor, _team_or_404(session, actor, team_id))


@requires(Permission.ORGANISE)
def change(session: Session, actor: Actor, team_id: int) -> ResponseReturnValue:
    team = _team_or_404(session, actor, team_id)
    doer = Doer(actor.person_id, now())
    go = request.form.get("go", "")
    if go == "end":
        end_team(session, actor.municipality_id, team.id, doer)
        return see_other("/teams")
    if go != "save":
        raise PageError(400, MALFORMED)
    name = _name()
    if name is None or not name_team(session, actor.municipality_id, team.id, name, doer):
        return make_response(_page(session, actor, team, problem=True), 422)
    chosen = request.form.getlist("unit", type=row_id)
    fill_team(session, actor.municipality_id, team.id, chosen, doer)
    return see_other("/teams")


def _name() -> str | None:
    name = request.form.get("name", "").strip()
    return name if 0 < len(name) <= MOST_LETTERS and name.isprintable() else None


def _team_or_404(session: Session, actor: Actor, team_id: int) -> Team:
    found = [team for team in teams(session, actor.municipality_id) if team.id == team_id]
    return found[0] if found else abort(404)


def _list(session: Session, actor: Actor, *, problem: bool = False) -> str:
    found = chain(session, actor.municipality_id, now())
    return render_template(
        "organisation/teams.html",
        teams=[(t, found.leads[t.id]) for t in found.teams],
        alone=[row.unit for row in found.rows if not row.teams],
        typed=request.form.get("name", ""),
        problem=problem,
    )


def _page(session: Session, actor: Actor, team: Team, *, problem: bool = False) -> str:
    ticked = set(request.form.getlist("unit", type=row_id)) if problem else team.school_ids
    found = chain(session, actor.municipality_id, now())
    return render_template(
        "organisation/team.html",
        team=team,
        leads=found.leads[team.id],
        units=[unit for unit in units(session, actor.municipality_id) if unit.is_open],
        others={row.unit.id: [t.name for t in row.teams if t.id != team.id] for row in found.rows},
        ticked=ticked,
        typed=request.form.get("name", team.name),
        problem=problem,
    )
