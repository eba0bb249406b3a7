"""/lms: the municipality's administrator sees its LMSs, and decides who may come in."""

import logging

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.lms.actions import approve_deployment, set_score_policy, switch_off_deployment
from tracks.lms.actions.addresses import change_service_host
from tracks.lms.actions.invitations import (
    Decider,
    Invitation,
    NotApproved,
    approve_request,
    invite,
    refuse_request,
)
from tracks.lms.actions.registrations import note_switched
from tracks.lms.advice import OFFERS
from tracks.lms.connections import (
    connection,
    connections,
    pending_requests,
    request_of_municipality,
)
from tracks.lms.rules import ScorePolicy
from tracks.lms.standing import hosts_to_approve
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission
from tracks.rosters.joining import trust, trusted_source
from tracks.rosters.records import Source
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, parts, row_id, see_other

log = logging.getLogger(__name__)
WHY_NOT = {
    "decided": N_("Somebody has decided already. The page shows how it stands now."),
    "changes": N_("This LMS is connected already."),
    "taken": N_(
        "This LMS cannot be connected for your municipality. Ask whoever runs Learning Tracks."
    ),
}

POLICY_NAMES = {
    ScorePolicy.PROPORTIONAL: N_("how far people are, in per cent"),
    ScorePolicy.COMPLETE_ONLY: N_("the whole when all is done, and nothing before"),
}
SOURCE_NAMES = {
    Source.LIST: N_("the lists of staff that we send (CSV or XLSX)"),
    Source.ONEROSTER: N_("our OneRoster export"),
    Source.SS12000: N_("our school system (SS 12000)"),
}


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/lms", view_func=overview)
    pages.add_url_rule("/lms/invitations", view_func=make_invitation, methods=["POST"])
    pages.add_url_rule("/lms/requests/<id:request_id>", view_func=decide, methods=["POST"])
    pages.add_url_rule(
        "/lms/<id:registration_id>/numbers", view_func=say_whose_numbers, methods=["POST"]
    )
    pages.add_url_rule(
        "/lms/<id:registration_id>/scores", view_func=choose_scores, methods=["POST"]
    )
    pages.add_url_rule("/lms/<id:registration_id>/hosts", view_func=change_host, methods=["POST"])
    pages.add_url_rule(
        "/lms/<id:registration_id>/deployments", view_func=change_deployment, methods=["POST"]
    )


@requires(Permission.CONNECT_LMS)
def overview(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


@requires(Permission.CONNECT_LMS, fresh=True)
def make_invitation(session: Session, actor: Actor) -> ResponseReturnValue:
    made = invite(session, actor.municipality_id, now(), made_by=actor.person_id)
    log.info("invitation.made municipality=%d", actor.municipality_id)
    return _page(session, actor, made=made)


@requires(Permission.CONNECT_LMS, fresh=True)
def decide(session: Session, actor: Actor, request_id: int) -> ResponseReturnValue:
    asked = request_of_municipality(session, actor.municipality_id, request_id)
    act = {"approve": approve_request, "refuse": refuse_request}.get(request.form.get("go", ""))
    if asked is None:
        abort(404)
    if act is None:
        raise PageError(400, MALFORMED)
    try:
        act(session, asked.id, Decider("administrator", actor.person_id), now())
    except NotApproved as refused:
        page = _page(session, actor, told=WHY_NOT[refused.reason])
        page.status_code = 409
        return page
    log.info("registration.decided request=%d go=%s", asked.id, request.form["go"])
    return see_other("/lms")


@requires(Permission.CONNECT_LMS, fresh=True)
def say_whose_numbers(session: Session, actor: Actor, registration_id: int) -> ResponseReturnValue:
    lms = connection(session, actor.municipality_id, registration_id)
    if lms is None:
        abort(404)
    source = request.form.get("source", "")
    if source not in {"", *Source}:
        raise PageError(400, MALFORMED)
    trust(session, actor.municipality_id, lms.id, source or None, actor.person_id, now())
    return see_other("/lms")


@requires(Permission.CONNECT_LMS, fresh=True)
def choose_scores(session: Session, actor: Actor, registration_id: int) -> ResponseReturnValue:
    lms = connection(session, actor.municipality_id, registration_id)
    if lms is None:
        abort(404)
    chosen = request.form.get("policy", "")
    if chosen not in POLICY_NAMES:
        raise PageError(400, MALFORMED)
    if chosen != lms.score_policy:
        set_score_policy(session, lms.id, ScorePolicy(chosen), now(), actor_id=actor.person_id)
    return see_other("/lms")


@requires(Permission.CONNECT_LMS, fresh=True)
def change_deployment(session: Session, actor: Actor, registration_id: int) -> ResponseReturnValue:
    lms = connection(session, actor.municipality_id, registration_id)
    chosen = request.form.get("deployment", type=row_id)
    found = [each for each in lms.deployments if each.id == chosen] if lms else []
    if lms is None or not found:
        abort(404)
    if request.form.get("go") == "approve":
        approve_deployment(session, lms.id, found[0].deployment_id, now())
        on = True
    elif request.form.get("go") == "switch-off":
        switch_off_deployment(session, lms.id, found[0].deployment_id)
        on = False
    else:
        raise PageError(400, MALFORMED)
    note_switched(
        session, lms.id, now(), on=on, deployment_id=found[0].id, actor_id=actor.person_id
    )
    return see_other("/lms")


@requires(Permission.CONNECT_LMS, fresh=True)
def change_host(session: Session, actor: Actor, registration_id: int) -> ResponseReturnValue:
    """Approve a host of its services that launches have named, or take an approved one away."""
    lms = connection(session, actor.municipality_id, registration_id)
    if lms is None:
        abort(404)
    go, host = request.form.get("go", ""), request.form.get("host", "")
    waiting = hosts_to_approve(session, actor.municipality_id, now())[lms.id]
    known = {"approve": waiting, "take-away": lms.service_hosts}.get(go)
    if known is None:
        raise PageError(400, MALFORMED)
    if host not in known:
        abort(404)
    is_on = go == "approve"
    change_service_host(
        session,
        actor.municipality_id,
        lms.id,
        host,
        now(),
        approved=is_on,
        actor_id=actor.person_id,
    )
    log.info("host.changed registration=%d host=%s approved=%s", lms.id, host, is_on)
    return see_other("/lms")


def _page(
    session: Session, actor: Actor, *, made: Invitation | None = None, told: str = ""
) -> Response:
    link = f"{parts().settings.base_url}/connect/{made.token}" if made else ""
    known = connections(session, actor.municipality_id)
    return make_response(
        render_template(
            "lms/admin.html",
            municipality=municipality_name(session, actor.municipality_id),
            requests=pending_requests(session, actor.municipality_id),
            connections=known,
            to_approve=hosts_to_approve(session, actor.municipality_id, now()),
            offers=OFFERS,
            trusted={
                lms.id: trusted_source(session, actor.municipality_id, lms.id) for lms in known
            },
            sources=SOURCE_NAMES,
            policies=POLICY_NAMES,
            made=made,
            link=link,
            told=told,
        )
    )
