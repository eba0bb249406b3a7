"""/people and /roles: who has which role, since when and until when; giving and ending roles."""

from datetime import datetime

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.db import Session
from tracks.events import Noted
from tracks.i18n import N_
from tracks.organisation.actions.linking import is_newcomer, make_code_for
from tracks.organisation.forms import Typed, read_role
from tracks.organisation.queries.roles import (
    MOST_FOUND,
    Grant,
    Known,
    found_people,
    grants,
    known_person,
    without_school,
)
from tracks.organisation.queries.units import Team, Unit, teams, units
from tracks.organisation.rules import (
    ROLE_NAMES,
    SCOPES,
    WHERE_MISSING,
    Scope,
    Wanted,
    is_protected,
    may_give,
    may_suspend,
    problem_of,
)
from tracks.people.actions import move_person, suspend_person
from tracks.people.events import SchoolChosen
from tracks.people.grants import end_role, grant_role
from tracks.people.guards import ask_own_login, requires
from tracks.people.rules import Actor, Permission, Role
from tracks.web.errors import MALFORMED, NOT_ALLOWED, Lesson, PageError
from tracks.web.requests import now, parts, row_id, see_other

MOST_LETTERS = 200
MOST_ALONE = 200


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/people", "people", people_page)
    pages.add_url_rule("/people/without-school", "without_school", without_page)
    pages.add_url_rule("/people/without-school", "place", place, methods=["POST"])
    pages.add_url_rule("/people/<id:person_id>", "person", person_page)
    pages.add_url_rule("/people/<id:person_id>", "give_role", give, methods=["POST"])
    pages.add_url_rule(
        "/people/<id:person_id>/roles/<id:grant_id>", "end_role", end, methods=["POST"]
    )
    pages.add_url_rule("/people/<id:person_id>/unit", "move_person", move, methods=["POST"])
    pages.add_url_rule("/people/<id:person_id>/door", "suspend", suspend, methods=["POST"])
    pages.add_url_rule("/people/<id:person_id>/code", "code", make_code, methods=["POST"])
    pages.add_url_rule("/roles", "roles", roles_page)


@requires(Permission.GIVE_ROLES)
def people_page(session: Session, actor: Actor) -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:MOST_LETTERS].replace("\x00", "")
    within = actor.schools_where(Permission.GIVE_ROLES)
    people = found_people(session, actor.municipality_id, words, within) if words else []
    return render_template(
        "organisation/people.html",
        people=people,
        q=words,
        most=MOST_FOUND,
        sees_all=within is None,
        alone=len(without_school(session, actor.municipality_id))
        if actor.may(Permission.ORGANISE)
        else 0,
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
        problem = problem_of(actor, who.id, wanted, now()) or place_problem(session, actor, wanted)
        if problem is None:
            ask_own_login_for(actor, wanted.role)
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
    ask_own_login_for(actor, found[0].role)
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


@requires(Permission.ORGANISE)
def move(session: Session, actor: Actor, person_id: int) -> ResponseReturnValue:
    """Who has moved, or has never said where they work."""
    who = _person_or_404(session, actor, person_id)
    chosen = request.form.get("unit", type=row_id)
    home = actor.municipality_id
    if chosen not in {unit.id for unit in units(session, home) if unit.is_open}:
        return make_response(_page(session, actor, who, Typed({}, {"unit": NO_UNIT})), 422)
    if chosen != who.school_id:
        _move(session, actor, who.id, chosen)
    return see_other(f"/people/{who.id}")


def _move(session: Session, actor: Actor, person_id: int, school_id: int) -> None:
    home = actor.municipality_id
    if move_person(session, person_id, home, school_id) is None:
        session.emit(SchoolChosen(person_id, home, school_id))
    said: dict[str, int | str | bool | None] = {"school_id": school_id}
    session.emit(Noted("person_moved", home, now(), actor.person_id, person_id, said))


@requires(Permission.ORGANISE)
def without_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _without(session, actor, request.args.get("school", type=row_id), Typed({}), set())


@requires(Permission.ORGANISE)
def place(session: Session, actor: Actor) -> ResponseReturnValue:
    """Several people at once, who have no school: where their work counts from now on."""
    former = request.form.get("former", type=row_id)
    home = actor.municipality_id
    chosen = request.form.get("unit", type=row_id)
    ticked = set(request.form.getlist("person", type=row_id))
    problems = {}
    if chosen not in {unit.id for unit in units(session, home) if unit.is_open}:
        problems["unit"] = NO_UNIT
    # Whoever has a school by now is no longer among them, and stays there.
    placed = [each.id for each in without_school(session, home) if each.id in ticked]
    if not placed:
        problems["person"] = NOBODY_TICKED
    if problems or chosen is None:
        typed = Typed({"unit": request.form.get("unit", "")}, problems)
        return make_response(_without(session, actor, former, typed, ticked), 422)
    for person_id in placed:
        _move(session, actor, person_id, chosen)
    return see_other("/people/without-school" + (f"?school={former}" if former else ""))


def _without(
    session: Session, actor: Actor, former_id: int | None, typed: Typed, ticked: set[int]
) -> str:
    every = units(session, actor.municipality_id)
    former = next((unit for unit in every if unit.id == former_id), None)
    if former_id is not None and former is None:
        abort(404)
    found = without_school(session, actor.municipality_id, former_id)
    return render_template(
        "organisation/without_school.html",
        people=found[:MOST_ALONE],
        total=len(found),
        former=former,
        places=[unit for unit in every if unit.is_open],
        ticked=ticked,
        values=typed.values,
        problems=typed.problems,
    )


@requires(Permission.ORGANISE)
def suspend(session: Session, actor: Actor, person_id: int) -> ResponseReturnValue:
    """Whoever should not come in any more, at once; or again."""
    who = _person_or_404(session, actor, person_id)
    if not _may_suspend(session, actor, who.id):
        raise PageError(403, NOT_ALLOWED)
    on = request.form.get("go") == "shut"
    if not on and request.form.get("go") != "open":
        raise PageError(400, MALFORMED)
    if on != who.is_suspended:
        suspend_person(session, who.id, actor.municipality_id, on=on)
        said: dict[str, int | str | bool | None] = {"is_on": on}
        session.emit(
            Noted("person_suspended", actor.municipality_id, now(), actor.person_id, who.id, said)
        )
    return see_other(f"/people/{who.id}")


def _may_suspend(session: Session, actor: Actor, person_id: int) -> bool:
    held = {g.role for g in _of(session, actor, person_id) if not g.is_over(now())}
    return may_suspend(actor, person_id, held)


NO_UNIT = N_("Choose one of the schools.")
NOBODY_TICKED = N_("Tick at least one person who has no school.")
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


def ask_own_login_for(actor: Actor, role: Role) -> None:
    """Who makes or unmakes those who see most has shown who they are by a login of their own."""
    if is_protected(role):
        ask_own_login(actor, fresh=True)


def _of(session: Session, actor: Actor, person_id: int) -> list[Grant]:
    return grants(session, actor.municipality_id, person_id=person_id)


def place_problem(session: Session, actor: Actor, wanted: Wanted) -> str | None:
    """The school or team must be one of the municipality's, and open."""
    schools = {unit.id for unit in units(session, actor.municipality_id) if unit.is_open}
    known_teams = {team.id for team in teams(session, actor.municipality_id)}
    is_there = (wanted.school_id is None or wanted.school_id in schools) and (
        wanted.team_id is None or wanted.team_id in known_teams
    )
    return None if is_there else WHERE_MISSING


class Giving(Struct, frozen=True):
    """What somebody may give, and where."""

    roles: list[Role]
    places: list[Unit]
    teams: list[Team]


def giving_of(session: Session, actor: Actor) -> Giving:
    within = actor.schools_where(Permission.GIVE_ROLES)
    places = [
        unit
        for unit in units(session, actor.municipality_id)
        if unit.is_open and (within is None or unit.id in within)
    ]
    roles = [
        role
        for role, scope in SCOPES.items()
        if (
            any(may_give(actor, role, unit.id) for unit in places)
            if scope is Scope.SCHOOL
            else may_give(actor, role, None)
        )
    ]
    return Giving(roles, places, teams(session, actor.municipality_id) if within is None else [])


def _page(session: Session, actor: Actor, who: Known, typed: Typed, code: str = "") -> str:
    moment: datetime = now()
    giving = giving_of(session, actor)
    theirs = _of(session, actor, who.id)
    return render_template(
        "organisation/person.html",
        who=who,
        grants=[g for g in theirs if not g.is_over(moment)],
        over=[g for g in reversed(theirs) if g.is_over(moment)],
        may_end={g.id for g in theirs if may_give(actor, g.role, g.school_id)},
        is_me=who.id == actor.person_id,
        code=code,
        told=[n for ask in parts().about_work for n in ask(session, actor.municipality_id, who.id)],
        may_suspend=_may_suspend(session, actor, who.id),
        may_move=actor.may(Permission.ORGANISE),
        may_make_code=actor.may(Permission.ORGANISE)
        and is_newcomer(session, actor.municipality_id, who.id, now()),
        places=giving.places,
        teams=giving.teams,
        offered=giving.roles,
        role_names=ROLE_NAMES,
        values=typed.values,
        problems=typed.problems,
        now=moment,
    )
