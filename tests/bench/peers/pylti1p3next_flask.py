"""A launch by pylti1p3next's Flask adapter: nothing kept but in memory, the key set inline.

Run by the Python of its own virtual environment: PORT ISSUER CLIENT_ID JWKS_FILE.
"""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, redirect, session
from flask_caching import Cache
from gthread import serve
from pylti1p3.contrib.flask import (
    FlaskCacheDataStorage,
    FlaskMessageLaunch,
    FlaskOIDCLogin,
    FlaskRequest,
)
from pylti1p3.tool_config import ToolConfDict

PORT, ISSUER, CLIENT_ID, JWKS_FILE = sys.argv[1:]
SMALL_PAGE = "<!doctype html><title>Page</title><p>Hello"


def make() -> Flask:
    app = Flask("pylti1p3next")
    app.secret_key = "bench"
    storage = FlaskCacheDataStorage(Cache(app, config={"CACHE_TYPE": "SimpleCache"}))
    platform = {
        "client_id": CLIENT_ID,
        "auth_login_url": f"{ISSUER}/auth",
        "auth_token_url": f"{ISSUER}/token",
        "auth_audience": None,
        "key_set_url": None,
        "key_set": json.loads(Path(JWKS_FILE).read_bytes()),
        "deployment_ids": ["1"],
    }
    tool = ToolConfDict({ISSUER: [platform]})
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    tool.set_private_key(ISSUER, key.decode(), client_id=CLIENT_ID)

    @app.route("/lti/login", methods=["GET", "POST"])
    def login():
        request = FlaskRequest()
        answer = FlaskOIDCLogin(request, tool, launch_data_storage=storage)
        return answer.redirect(request.get_param("target_link_uri"))

    @app.post("/lti/launch")
    def launch():
        message = FlaskMessageLaunch(FlaskRequest(), tool, launch_data_storage=storage)
        session["sub"] = message.get_launch_data()["sub"]
        return redirect("/page", 303)

    @app.get("/page")
    def page():
        assert session["sub"]
        return SMALL_PAGE

    return app


serve(make, int(PORT))
