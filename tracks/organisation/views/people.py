"""/people and /roles: who has which role, since when and until when; giving and ending roles."""

from datetime import datetime

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.linking import make_code_for
from tracks.organisation.forms import Typed, read_role
from tracks.organisation.queries.roles import (
    MOST_FOUND,
    Grant,
    Known,
    found_people,
    grants,
    known_person,
)
from tracks.organisation.queries.units import teams, units
from tracks.organisation.rules import (
    ROLE_NAMES,
    SCOPES,
    WHERE_MISSING,
    Scope,
    Wanted,
    may_give,
    problem_of,
)
from tracks.people.grants import end_role, grant_role
from tracks.people.guards import ask_own_login, requires
from tracks.people.rules import BY_OWN_LOGIN, GIVES, Actor, Permission, Role
from tracks.web.errors import NOT_ALLOWED, Lesson, PageError
from tracks.web.requests import now, see_other

MOST_LETTERS = 200


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/people", "people", people_page)
    pages.add_url_rule("/people/<id:person_id>", "person", person_page)
    pages.add_url_rule("/people/<id:person_id>", "give_role", give, methods=["POST"])
    pages.add_url_rule(
        "/people/<id:person_id>/roles/<id:grant_id>", "end_role", end, methods=["POST"]
    )
    pages.add_url_rule("/people/<id:person_id>/code", "code", make_code, methods=["POST"])
    pages.add_url_rule("/roles", "roles", roles_page)


@requires(Permission.GIVE_ROLES)
def people_page(session: Session, actor: Actor) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:MOST_LETTERS].replace("\x00", "")
    within = actor.schools_where(Permission.GIVE_ROLES)
    people = found_people(session, actor.municipality_id, words, within) if words else []
    return render_template(
        "organisation/people.html", people=people, q=words, most=MOST_FOUND, sees_all=within is None
    )


@requires(Permission.GIVE_ROLES)
def person_page(session: Session, actor: Actor, person_id: int) -> ResponseReturnValue:
    who = _person_or_404(session, actor, person_id)
    return _page(session, actor, who, Typed({"role": request.args.get("role", "")}))


@requires(Permission.GIVE_ROLES)
def give(session: Session, actor: Actor, person_id: int) -> ResponseReturnValue:
    who = _person_or_404(session, actor, person_id)
    wanted, typed = read_role(request.form)
    if wanted is not None:
        problem = problem_of(actor, who.id, wanted, now()) or _place_problem(session, actor, wanted)
        if problem is None:
            _ask_own_login_for(actor, wanted.role)
            grant_role(
                session,
                person_id=who.id,
                municipality_id=actor.municipality_id,
                role=wanted.role,
                school_id=wanted.school_id,
                team_id=wanted.team_id,
                starts=wanted.starts,
                until=wanted.until,
                percent=wanted.percent,
                now=now(),
                by=actor.person_id,
            )
            return see_other(f"/people/{who.id}")
        typed.problems["all"] = problem
    return make_response(_page(session, actor, who, typed), 422)


@requires(Permission.GIVE_ROLES)
def end(session: Session, actor: Actor, person_id: int, grant_id: int) -> ResponseReturnValue:
    who = _person_or_404(session, actor, person_id)
    found = [g for g in _of(session, actor, who.id) if g.id == grant_id]
    if not found:
        abort(404)
    if not may_give(actor, found[0].role, found[0].school_id):
        raise PageError(403, NOT_ALLOWED)
    _ask_own_login_for(actor, found[0].role)
    # Ended already, perhaps by somebody else at the same time: then it stays as it was.
    end_role(session, actor.municipality_id, grant_id, now(), by=actor.person_id)
    return see_other(f"/people/{who.id}")


@requires(Permission.ORGANISE)
def make_code(session: Session, actor: Actor, person_id: int) -> ResponseReturnValue:
    """Shown once, for the person to type at their first visit."""
    who = _person_or_404(session, actor, person_id)
    code = make_code_for(session, actor, who.id, now())
    if code is None:
        raise PageError(409, HAS_ACCOUNT)
    return _page(session, actor, who, Typed({}), code)


HAS_ACCOUNT = Lesson(
    N_("This person has come in already"),
    N_("A code is only for somebody whom a list has brought and who has no account yet."),
    N_("Two accounts of one person are made one by the person, on their page My accounts."),
)


@requires(Permission.SEE_ROLES)
def roles_page(session: Session, actor: Actor) -> ResponseReturnValue:
    moment = now()
    every = grants(session, actor.municipality_id)
    return render_template(
        "organisation/roles.html",
        by_role=[
            (role, [g for g in every if g.role is role and not g.is_over(moment)])
            for role in SCOPES
        ],
        over=[g for g in reversed(every) if g.is_over(moment)][:100],
        role_names=ROLE_NAMES,
        now=moment,
        may_give=actor.may(Permission.GIVE_ROLES),
    )


def _person_or_404(session: Session, actor: Actor, person_id: int) -> Known:
    """Nobody, another municipality's, one of a school where this actor gives no roles: the same."""
    who = known_person(session, actor.municipality_id, person_id)
    within = actor.schools_where(Permission.GIVE_ROLES)
    if who is None or (within is not None and who.school_id not in within):
        abort(404)
    return who


def _ask_own_login_for(actor: Actor, role: Role) -> None:
    """Who makes or unmakes those who see most has shown who they are by a login of their own."""
    if BY_OWN_LOGIN & GIVES[role]:
        ask_own_login(actor, fresh=True)


def _of(session: Session, actor: Actor, person_id: int) -> list[Grant]:
    return grants(session, actor.municipality_id, person_id=person_id)


def _place_problem(session: Session, actor: Actor, wanted: Wanted) -> str | None:
    """The school or team must be one of the municipality's, and open."""
    schools = {unit.id for unit in units(session, actor.municipality_id) if unit.is_open}
    known_teams = {team.id for team in teams(session, actor.municipality_id)}
    is_there = (wanted.school_id is None or wanted.school_id in schools) and (
        wanted.team_id is None or wanted.team_id in known_teams
    )
    return None if is_there else WHERE_MISSING


def _page(session: Session, actor: Actor, who: Known, typed: Typed, code: str = "") -> str:
    moment: datetime = now()
    within = actor.schools_where(Permission.GIVE_ROLES)
    places = [
        unit
        for unit in units(session, actor.municipality_id)
        if unit.is_open and (within is None or unit.id in within)
    ]
    offered = [
        role
        for role, scope in SCOPES.items()
        if (
            any(may_give(actor, role, unit.id) for unit in places)
            if scope is Scope.SCHOOL
            else may_give(actor, role, None)
        )
    ]
    theirs = _of(session, actor, who.id)
    return render_template(
        "organisation/person.html",
        who=who,
        grants=[g for g in theirs if not g.is_over(moment)],
        over=[g for g in reversed(theirs) if g.is_over(moment)],
        may_end={g.id for g in theirs if may_give(actor, g.role, g.school_id)},
        is_me=who.id == actor.person_id,
        code=code,
        may_make_code=not who.accounts and actor.may(Permission.ORGANISE),
        places=places,
        teams=teams(session, actor.municipality_id) if within is None else [],
        offered=offered,
        role_names=ROLE_NAMES,
        values=typed.values,
        problems=typed.problems,
        now=moment,
    )
