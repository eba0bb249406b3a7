"""/municipality/sign-in: with which login a municipality's people sign in; links for others."""

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.organisation.rules import ROLE_NAMES
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission, Role
from tracks.signin.actions.identities import keep_service, switch_groups, switch_service
from tracks.signin.actions.logins import Link, make_link
from tracks.signin.forms import TypedService, read_service
from tracks.signin.queries import last_answer, services
from tracks.signin.rules import FEIDE_ISSUER, FEIDE_NAME, SCOPES, LoginFailed
from tracks.signin.views.ended import ENDED
from tracks.signin.views.side import log, one, side
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, parts, row_id, see_other

ROLES = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
NOT_READ = N_(
    "At this address nothing tells how to sign in there: /.well-known/openid-configuration cannot "
    "be read, or names another address. Nothing was saved."
)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/municipality/sign-in", "settings", settings_page)
    pages.add_url_rule("/municipality/sign-in", "change_settings", change, methods=["POST"])


@requires(Permission.CONNECT_LMS, fresh=True)
def settings_page(session: Session, actor: Actor) -> ResponseReturnValue:
    values = {"scopes": SCOPES}
    if request.args.get("preset") == "feide":
        values |= {"name": FEIDE_NAME, "issuer": FEIDE_ISSUER}
    chosen = request.args.get("service", type=row_id)
    for each in services(session, actor.municipality_id):
        if each.id == chosen:
            values = {
                "name": each.name,
                "issuer": each.issuer,
                "client_id": each.client_id,
                "scopes": each.scopes,
            }
    return _page(session, actor, TypedService(values, {}))


@requires(Permission.CONNECT_LMS, own_transactions=True, fresh=True)
def change(database: Database, actor: Actor) -> ResponseReturnValue:
    act = {
        "save": _save,
        "on": _switch,
        "off": _switch,
        "groups-on": _switch_groups,
        "groups-off": _switch_groups,
        "link": _make_link,
    }.get(one("go"))
    if act is None:
        raise PageError(400, MALFORMED)
    return act(database, actor)


def _save(database: Database, actor: Actor) -> Response:
    typed = read_service(request.form, parts().settings.base_url)
    if not typed.problems:
        try:
            # Asked before it is kept: a mistyped address is seen by who typed it.
            side().services.endpoints(typed.wanted.issuer)
        except LoginFailed as failed:
            log.info("sign_in.service_refused reason=%s", failed.reason)
            typed = TypedService(typed.values, {"issuer": NOT_READ})
    with database.writing() as session:
        if typed.problems:
            return _page(session, actor, typed)
        keep_service(
            session, side().sealer, actor.municipality_id, typed.wanted, actor.person_id, now()
        )
    return see_other("/municipality/sign-in?saved")


def _switch(database: Database, actor: Actor) -> Response:
    chosen = request.form.get("service", type=row_id)
    with database.writing() as session:
        found = chosen is not None and switch_service(
            session,
            actor.municipality_id,
            chosen,
            on=one("go") == "on",
            by=actor.person_id,
            now=now(),
        )
    if not found:
        abort(404)
    return see_other("/municipality/sign-in?saved")


def _switch_groups(database: Database, actor: Actor) -> Response:
    chosen = request.form.get("service", type=row_id)
    with database.writing() as session:
        found = chosen is not None and switch_groups(
            session,
            actor.municipality_id,
            chosen,
            side().feide.issuer,
            on=one("go") == "groups-on",
            by=actor.person_id,
            now=now(),
        )
    if not found:
        abort(404)
    return see_other("/municipality/sign-in?saved")


def _make_link(database: Database, actor: Actor) -> Response:
    role = next((r for r in ROLES if r.value == one("role")), None)
    if role is None:
        raise PageError(400, MALFORMED)
    with database.writing() as session:
        made = make_link(session, actor.municipality_id, now(), role=role, by=actor.person_id)
        return _page(session, actor, TypedService({"scopes": SCOPES}, {}), made=made)


def _page(
    session: Session, actor: Actor, typed: TypedService, *, made: Link | None = None
) -> Response:
    base_url = parts().settings.base_url
    known = services(session, actor.municipality_id)
    feide = [each for each in known if each.issuer == side().feide.issuer]
    page = render_template(
        "signin/settings.html",
        municipality=municipality_name(session, actor.municipality_id),
        services=known,
        feide=feide[0] if feide else None,
        last_answer=last_answer(session, actor.municipality_id, feide[0].id) if feide else None,
        values=typed.values,
        problems=typed.problems,
        redirect_uri=f"{base_url}/sign-in/back",
        logout_uri=f"{base_url}{ENDED}",
        link=f"{base_url}/sign-in/link/{made.token}" if made else "",
        roles=[(role.value, ROLE_NAMES[role]) for role in ROLES],
        is_saved="saved" in request.args,
    )
    return make_response(page, 422 if typed.problems else 200)
