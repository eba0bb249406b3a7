"""/accounts: who works in two LMSs says so, with a code shown in the one and typed in the other."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.codes import may_try, note_wrong_code
from tracks.organisation.actions.linking import Outcome, link_accounts, make_link_code
from tracks.organisation.queries.roles import accounts_of
from tracks.organisation.views.invitations import TOO_MANY_CODES, WRONG_CODE
from tracks.people.guards import ask_own_login, requires
from tracks.people.rules import Actor, Permission
from tracks.web.cookies import renew_cookie, sign_in_token
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, parts, see_other

TICK_FIRST = N_("Tick that the code was shown to you.")
WHY_NOT = {
    Outcome.UNKNOWN: WRONG_CODE,
    Outcome.SAME_ACCOUNT: N_("This is the code of the account you are in. Type it in the other."),
    Outcome.SAME_LMS: N_("Both accounts are in the same learning platform, so they stay two."),
    Outcome.SAME_WORK: N_(
        "You have worked with the same track in both, and one of the two would be lost. Ask "
        "whoever runs Learning Tracks."
    ),
}


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/accounts", "accounts", accounts_page)
    pages.add_url_rule("/accounts", "link", link, methods=["POST"])


@requires(Permission.KNOWN)
def accounts_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


@requires(Permission.KNOWN)
def link(session: Session, actor: Actor) -> ResponseReturnValue:
    if actor.is_trusted:
        # Else whoever can be them in an LMS would be them here, too.
        ask_own_login(actor)
    go = request.form.get("go", "")
    if go == "show":
        return _page(session, actor, code=make_link_code(session, actor, now()))
    if go != "link":
        raise PageError(400, MALFORMED)
    if not may_try(session, actor, now()):
        answer = make_response(_page(session, actor, problem=TOO_MANY_CODES), 429)
        answer.headers["Retry-After"] = "3600"
        return answer
    if not request.form.get("mine"):
        return make_response(_page(session, actor, problem=TICK_FIRST), 422)
    token = sign_in_token() or ""
    outcome, new_token = link_accounts(session, actor, request.form.get("code", ""), now(), token)
    if outcome is Outcome.LINKED:
        moved = see_other("/accounts?linked")
        renew_cookie(moved, new_token, max_age=parts().settings.session_hours * 3600)
        return moved
    if outcome is Outcome.UNKNOWN:
        note_wrong_code(session, actor, now())
    return make_response(_page(session, actor, problem=WHY_NOT[outcome]), 422)


def _page(session: Session, actor: Actor, *, code: str = "", problem: str = "") -> str:
    return render_template(
        "organisation/accounts.html",
        accounts=accounts_of(session, actor.person_id),
        is_linked="linked" in request.args,
        code=code,
        problem=problem,
    )
