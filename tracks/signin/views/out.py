"""/signed-out: whoever came by a login service may sign out there, too."""

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.people.views import SIGNED_OUT
from tracks.signin import way_out
from tracks.signin.views.side import side
from tracks.web.cookies import WAY_OUT, drop_own_cookie
from tracks.web.requests import now, parts, see_other, tell_no_referrer


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule(SIGNED_OUT, "signed_out", signed_out)
    pages.add_url_rule(f"{SIGNED_OUT}/there", "out_there", out_there)


def _way() -> way_out.WayOut | None:
    return way_out.opened(side().tickets, request.cookies.get(WAY_OUT), now())


@requires(Permission.PUBLIC)
def signed_out(_session: Session, actor: Actor | None) -> ResponseReturnValue:
    if actor is not None:
        return see_other("/")  # in again, meanwhile
    return make_response(render_template("signin/signed_out.html", way=_way()))


@requires(Permission.PUBLIC)
def out_there(_session: Session, _actor: Actor | None) -> ResponseReturnValue:
    """Once: the cookie goes. Only a page of ours leads here, as the cookie is SameSite=Strict."""
    way = _way()
    if way is None:
        abort(404)
    tell_no_referrer()
    response = see_other(way.address(f"{parts().settings.base_url}{SIGNED_OUT}"))
    drop_own_cookie(response, WAY_OUT)
    return response
