"""/spreaders: who helps me. /coverage: where there are spreaders, and where not (O-03 to O-07)."""

from collections import Counter

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.db import Session
from tracks.organisation.actions.codes import Invitation, invite
from tracks.organisation.actions.units import Doer
from tracks.organisation.queries.chain import Chain, UnitCover, chain
from tracks.organisation.queries.choices import choices
from tracks.organisation.queries.notes import Branch
from tracks.organisation.queries.roles import Grant
from tracks.organisation.queries.units import Team, owner
from tracks.organisation.rules import Cover, Wanted, is_in_branch, known_sum, may_give
from tracks.organisation.views.invitations import link_of
from tracks.organisation.views.notes import for_staff
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, Role, kind_names
from tracks.web.errors import NOT_ALLOWED, PageError
from tracks.web.requests import language, now


class Shown(Struct, frozen=True):
    """The part of the chain that is in the reader's branch."""

    rows: list[UnitCover]
    teams: list[tuple[Team, list[Grant], list[UnitCover]]]
    counts: Counter[Cover]
    percent: int | None  # of full posts, all together; None: unknown for somebody
    lead_spreaders: int
    may_invite: frozenset[int]  # schools

    @property
    def lacking(self) -> list[UnitCover]:
        return [row for row in self.rows if not row.spreaders]

    @property
    def covered(self) -> int:
        return len(self.rows) - len(self.lacking)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/spreaders", "spreaders", my_spreaders)
    pages.add_url_rule("/coverage", "coverage", coverage_page)
    pages.add_url_rule(
        "/coverage/<id:school_id>/invite", "invite", invite_spreader, methods=["POST"]
    )


def shown_to(actor: Actor, found: Chain) -> Shown:
    rows = [row for row in found.rows if is_in_branch(actor, row.unit.id)]
    ids = {row.unit.id for row in rows}
    sees_all = actor.schools_where(Permission.SEE_BRANCH) is None
    in_teams = [
        (team, found.leads[team.id], [row for row in rows if row.unit.id in team.school_ids])
        for team in found.teams
        if sees_all or ids & team.school_ids
    ]
    given = [g for row in rows for g in row.spreaders]
    given += [g for _, leads, _ in in_teams for g in leads]
    return Shown(
        rows=rows,
        teams=in_teams,
        counts=Counter(row.cover for row in rows),
        percent=known_sum(g.percent for g in given),
        lead_spreaders=len({g.person_id for _, leads, _ in in_teams for g in leads}),
        may_invite=frozenset(i for i in ids if may_give(actor, Role.SPREADER, i)),
    )


@requires(Permission.KNOWN)
def my_spreaders(session: Session, actor: Actor) -> ResponseReturnValue:
    found = chain(session, actor.municipality_id, now())
    row = next((row for row in found.rows if row.unit.id == actor.school_id), None)
    return render_template(
        "organisation/spreaders.html",
        row=row,
        leads=found.leads_of(row.unit.id) if row else [],
        coordinators=found.coordinators,
        words=_words(session, actor),
        told=for_staff(session, Branch(actor, found), row.unit.id) if row else [],
    )


@requires(Permission.SEE_BRANCH)
def coverage_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _coverage(session, actor)


@requires(Permission.GIVE_ROLES)
def invite_spreader(session: Session, actor: Actor, school_id: int) -> ResponseReturnValue:
    found = chain(session, actor.municipality_id, now())
    row = next((row for row in found.rows if row.unit.id == school_id), None)
    if row is None or not is_in_branch(actor, school_id):
        abort(404)
    if not may_give(actor, Role.SPREADER, school_id):
        raise PageError(403, NOT_ALLOWED)
    made = invite(
        session,
        actor.municipality_id,
        Wanted(Role.SPREADER, school_id, None, None, None, None),
        Doer(actor.person_id, now()),
    )
    return _coverage(session, actor, made=made, made_for=row)


def _words(session: Session, actor: Actor) -> dict[str, str | None]:
    chosen = choices(session, actor.municipality_id)
    return {thing: chosen.word(thing, language()) for thing in ("spreader", "lead_spreader")}


def _coverage(
    session: Session,
    actor: Actor,
    *,
    made: Invitation | None = None,
    made_for: UnitCover | None = None,
) -> str:
    return render_template(
        "organisation/coverage.html",
        shown=shown_to(actor, chain(session, actor.municipality_id, now())),
        kind_names=kind_names(owner(session, actor.municipality_id).country),
        sees_all=actor.schools_where(Permission.SEE_BRANCH) is None,
        may_organise=actor.may(Permission.ORGANISE),
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
        made=made,
        made_for=made_for,
        link=link_of(made),
        words=_words(session, actor),
    )
