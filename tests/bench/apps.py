"""The two applications that are measured against each other, each run by serve.py."""

import json
import secrets
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti.platform_keys import CachedPlatformKeys
from lti.ports import HttpAnswer
from tests.bench.world import ISSUER, JWKS_URL
from tests.fakes.lti_ports import RecordingHttp
from tracks.app import create_app, open_database
from tracks.lms.stores import LtiSide, SystemClock
from tracks.settings import Settings

SMALL_PAGE = "<!doctype html><title>Page</title><p>Hello"
NO_LIMIT = 10_000_000


def tool(database_url: str, folder: Path, port: int) -> Flask:
    """The tool as it is served, but that the LMS's keys come from a file and not by HTTP.

    The rate limit counts as ever, only higher: the bench is one address.
    """
    settings = Settings(
        base_url=f"http://localhost:{port}",
        database_url=database_url,
        data_dir=folder / "data",
        launches_per_minute=NO_LIMIT,
    )
    app = create_app(settings, open_database(settings))
    side: LtiSide = app.extensions["tracks.lti"]
    clock = SystemClock()
    keys = HttpAnswer(200, {}, (folder / "jwks.json").read_bytes())
    app.extensions["tracks.lti"] = LtiSide(
        signer=side.signer,
        platform_keys=CachedPlatformKeys(RecordingHttp({JWKS_URL: keys}), clock),
        tool_keys=side.tool_keys,
        clock=clock,
    )
    return app


def bare(jwks_file: Path) -> Flask:
    """The least that can call itself a launch, and routes that do nothing at all."""
    app = Flask("bare")
    first = json.loads(jwks_file.read_bytes())["keys"][0]
    key = RSAKey.import_key({name: first[name] for name in ("kty", "n", "e")})

    @app.get("/lti/login")
    def login() -> Response:
        state = secrets.token_urlsafe(16)
        query = urlencode({"state": state, "nonce": secrets.token_urlsafe(16)})
        response = make_response(redirect(f"{ISSUER}/auth?{query}", 303))
        response.set_cookie("state", state, max_age=600, secure=True, httponly=True)
        return response

    @app.post("/lti/launch")
    def launch() -> ResponseReturnValue:
        state = request.cookies.get("state")
        if not state or state != request.form["state"]:
            abort(401)
        jwt.decode(request.form["id_token"], key, algorithms=["RS256"])
        return SMALL_PAGE

    @app.route("/t/<publisher>/<track>/<module>/<step>", methods=["GET", "POST"])
    def nothing(publisher: str, track: str, module: str, step: str) -> str:
        return SMALL_PAGE

    return app
