"""/lti/jwks.json: our public keys."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from tracks.db import Database
from tracks.lms.stores import LtiSide
from tracks.people.guards import requires
from tracks.people.rules import Permission


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/jwks.json", view_func=jwks)


@requires(Permission.PUBLIC, own_transactions=True)
def jwks(_database: Database, _actor: None) -> ResponseReturnValue:
    side = cast(LtiSide, current_app.extensions["tracks.lti"])
    response: Any = jsonify(side.tool_keys.jwks(side.clock.now()))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return cast(Response, response)
