"""Where an author makes and withdraws their own tokens for git."""

from typing import Final

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from tracks.authoring.own_tokens import (
    LIFE,
    LONGEST_NAME,
    MOST,
    Made,
    make_own_token,
    withdraw_own_token,
)
from tracks.authoring.views.desk import about_library
from tracks.catalogue.tokens import tokens_of
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import now, parts, row_id, see_other
from tracks.web.typed import readable

NO_NAME: Final = N_("Say what the token is for: the machine or the program that uses it.")
TOO_MANY: Final = N_("You have %(most)s tokens, which is the most. Withdraw one first.")


@requires(Permission.WRITE_TRACKS)
def git_access(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


@requires(Permission.WRITE_TRACKS)
def change_git_access(session: Session, actor: Actor) -> ResponseReturnValue:
    go = request.form.get("go")
    if go == "withdraw":
        token_id = request.form.get("token", type=row_id)
        if token_id is None or not withdraw_own_token(session, actor, token_id, now()):
            abort(404)
        return see_other("/authoring/-/git")
    if go != "make":
        raise PageError(400, MALFORMED)
    name = " ".join(readable(request.form.get("name", "")).split())[:LONGEST_NAME]
    if not name:
        return _page(session, actor, problem=gettext(NO_NAME)), 422
    made = make_own_token(session, actor, _publisher(), name, now())
    if made is None:
        return _page(session, actor, problem=gettext(TOO_MANY, most=MOST)), 422
    return _page(session, actor, made=made)


def _publisher() -> str:
    about = about_library()
    return about.id if about is not None else abort(404)


def _page(session: Session, actor: Actor, *, problem: str = "", made: Made | None = None) -> str:
    address = f"{parts().settings.base_url.rstrip('/')}/git/{_publisher()}.git"
    return render_template(
        "authoring/git.html",
        tokens=tokens_of(session, actor, now()),
        address=address,
        problem=problem,
        made=made,
        days=LIFE.days,
        longest_name=LONGEST_NAME,
    )
