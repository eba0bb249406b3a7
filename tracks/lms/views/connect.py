"""/connect/<token>: whoever looks after an LMS connects it, in four steps on one page."""

import logging
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.lms.about_us import values_to_copy
from tracks.lms.actions import approve_deployment
from tracks.lms.actions.invitations import (
    Claimed,
    Decider,
    NotApproved,
    approve_request,
    ask_for_registration,
    hash_of,
    refuse_request,
    register_token,
)
from tracks.lms.checkup import Line, checkup
from tracks.lms.connections import (
    Connection,
    Invited,
    Request,
    connection,
    live_invitation,
    request_of_invitation,
)
from tracks.lms.forms import TypedPlatform, read_platform
from tracks.lms.kinds import BY_KEY, KINDS, LmsKind, site_of, usual_addresses
from tracks.lms.self_test import checkup_lines
from tracks.lms.standing import Subject, subject_of_checkup
from tracks.lms.views.checks import self_test
from tracks.lms.views.registration import outbound, seen_keys
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.errors import MALFORMED, Lesson, PageError
from tracks.web.requests import now, parts, row_id, see_other, tell_no_referrer

log = logging.getLogger(__name__)
GONE = Lesson(
    N_("This invitation has expired"),
    N_("An invitation to connect an LMS works for a day, and only with its whole address."),
    N_("Check that you have copied the whole link. If it is too old, ask for a new one."),
    N_("A new invitation comes from whoever runs Learning Tracks, or from your administrator."),
)
WHY_NOT = {
    "decided": N_("Somebody has decided already. The page shows how it stands now."),
    "changes": N_(
        "This LMS is connected already, and an invitation cannot change that. An administrator of "
        "your municipality, or whoever runs Learning Tracks, can approve the change."
    ),
    "taken": N_(
        "This LMS cannot be connected for your municipality. Ask whoever runs Learning Tracks."
    ),
}
_BY_INVITATION = Decider("invitation")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/connect/<token>", view_func=connect, methods=["GET", "POST"])


class State(Struct, frozen=True):
    """How far this invitation has come."""

    invited: Invited
    asked: Request | None
    connected: Connection | None
    subject: Subject | None  # of the self-test, once it is connected

    @property
    def step(self) -> int:
        if self.connected is not None:
            return 4
        if self.asked is not None:
            return 3
        return 2 if _kind() else 1


@requires(Permission.PUBLIC, own_transactions=True)
def connect(database: Database, _actor: None, token: str) -> ResponseReturnValue:
    tell_no_referrer()
    if request.method == "POST":
        return _ACTS.get(request.form.get("go", ""), _malformed)(database, token)
    with database.reading() as session:
        state = _state(session, token)
    return _page(token, state)


def _malformed(_database: Database, _token: str) -> ResponseReturnValue:
    raise PageError(400, MALFORMED)


def _state(session: Session, token: str) -> State:
    """404 for no such invitation and for one that has ended."""
    invited = live_invitation(session, hash_of(token), now())
    if invited is None:
        raise PageError(404, GONE)
    asked = request_of_invitation(session, invited.id)
    connected, subject = None, None
    if asked is not None and asked.registration_id is not None:
        about = invited.municipality_id, asked.registration_id
        connected = connection(session, *about)
        subject = subject_of_checkup(session, asked.registration_id, now(), about[0])
    return State(invited, asked, connected, subject)


def _type_in(database: Database, token: str) -> ResponseReturnValue:
    """What the LMS gave, copied by hand."""
    kind = _kind()
    with database.reading() as session:
        state = _state(session, token)
    if kind is None or state.asked is not None:
        return see_other(_address(token))
    typed = read_platform(request.form, base_url=parts().settings.base_url)
    if typed.problems:
        return make_response(_page(token, state, typed=typed), 422)
    asked = typed.asked(kind)
    keys = seen_keys(outbound(), asked.jwks_url)
    invited = state.invited
    with database.writing() as session:
        claimed = Claimed(invited.id, invited.municipality_id)
        ask_for_registration(session, claimed, asked, keys, now())
    log.info("registration.typed municipality=%d", invited.municipality_id)
    return see_other(_address(token))


def _approve(database: Database, token: str) -> ResponseReturnValue:
    return _decide(database, token, approve=True)


def _refuse(database: Database, token: str) -> ResponseReturnValue:
    return _decide(database, token, approve=False)


def _decide(database: Database, token: str, *, approve: bool) -> ResponseReturnValue:
    decide = approve_request if approve else refuse_request
    seen = request.form.get("request", type=row_id)
    with database.writing() as session:
        state = _state(session, token)
        try:
            # Only what stood on the page: another may have come in its place.
            if state.asked is None or state.asked.id != seen:
                raise NotApproved("decided")
            decide(session, seen, _BY_INVITATION, now())
        except NotApproved as refused:
            why = refused.reason
        else:
            log.info("registration.decided request=%d approved=%s by=invitation", seen, approve)
            return see_other(_address(token))
    return make_response(_page(token, state, told=WHY_NOT[why]), 409)


def _let_in(database: Database, token: str) -> ResponseReturnValue:
    """Approve a deployment of the LMS that this invitation has connected."""
    chosen = request.form.get("deployment", type=row_id)
    with database.writing() as session:
        connected = _state(session, token).connected
        found = [each for each in connected.waiting if each.id == chosen] if connected else []
        if connected is not None and found:
            approve_deployment(session, connected.id, found[0].deployment_id, now())
    return see_other(_address(token))


def _test(database: Database, token: str) -> ResponseReturnValue:
    """The self-test of the LMS that this invitation has connected."""
    with database.reading() as session:
        state = _state(session, token)
    if state.subject is None:
        return see_other(_address(token))
    return _page(token, state, lines=checkup_lines(database, state.subject, self_test()))


_ACTS = {
    "type": _type_in,
    "approve": _approve,
    "refuse": _refuse,
    "let-in": _let_in,
    "test": _test,
}


def _kind() -> LmsKind | None:
    return BY_KEY.get(request.values.get("lms", ""))


def _address(token: str, **query: str) -> str:
    """Of this page, in the language that was chosen on it."""
    if lang := request.args.get("lang"):
        query["lang"] = lang
    return f"/connect/{token}" + (f"?{urlencode(query)}" if query else "")


def _page(
    token: str,
    state: State,
    *,
    typed: TypedPlatform | None = None,
    told: str = "",
    lines: list[Line] | None = None,
) -> Response:
    base_url, kind = parts().settings.base_url, _kind()
    known = checkup(state.subject.known, None) if state.subject else []
    return make_response(
        render_template(
            "lms/connect.html",
            state=state,
            kinds=KINDS,
            kind=kind,
            address=lambda **query: _address(token, **query),
            register_url=f"{base_url}/lti/register?invitation={register_token(token)}",
            ours=values_to_copy(base_url),
            told=told,
            looked="look" in request.args,
            lines=known if lines is None else lines,
            is_live=lines is not None,
            **_form(kind, typed),
        )
    )


def _form(kind: LmsKind | None, typed: TypedPlatform | None) -> dict[str, Any]:
    """What stands in the fields: what was typed, else what is usual at the LMS's address."""
    written = request.args.get("site", "")
    site = site_of(written)
    usual = usual_addresses(kind, site) if kind else {}
    return {
        "site": written,
        "site_is_odd": bool(written.strip()) and site is None,
        "values": typed.values if typed else usual,
        "problems": typed.problems if typed else {},
        "opened": typed is not None or bool(written),
    }
