import secrets
import urllib.request
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lti.platform import (
    HintSigner,
    KeySetUnavailable,
    Platform,
    PlatformKey,
    Rules,
    ToolKeySetCache,
    ToolRegistration,
    new_platform_key_pem,
)
from tracks.demo_lms.choosing import choosing
from tracks.demo_lms.endpoints import lti
from tracks.demo_lms.gradebook import declare_line_items
from tracks.demo_lms.language import current_language
from tracks.demo_lms.pages import pages
from tracks.demo_lms.review import reviews
from tracks.demo_lms.sign_in import csrf_token, current_person
from tracks.demo_lms.site import EXTENSION, Site
from tracks.demo_lms.state import State, SystemClock, ToolKeySetInState, UsedAssertionsInState
from tracks.demo_lms.texts import LANGUAGES, text
from tracks.demo_lms.tools import make_tables, tools
from tracks.demo_lms.world import Directory, World
from tracks.demo_lms.written import number_text, time_text

CLIENT_ID = "demo-client"
DEPLOYMENT_ID = "demo-deployment"
_MAX_KEY_SET = 256 * 1024


def create_demo_lms(
    world: World,
    *,
    base_url: str,
    tool_base_url: str,
    state_file: Path,
    rules: Rules | None = None,
) -> Flask:
    """A small LMS to try the tool with. Anybody may be anybody in it: for one's own machine only.

    What the tool must know of it: issuer = base_url, CLIENT_ID, DEPLOYMENT_ID, and base_url +
    /lti/auth, /lti/token, /lti/jwks.json."""
    base_url, tool_base_url = base_url.rstrip("/"), tool_base_url.rstrip("/")
    directory, state = Directory(world), State(state_file)
    declare_line_items(state, world)
    secret = state.setting("secret", lambda: secrets.token_urlsafe(48))
    app = Flask(__name__)
    app.secret_key = secret
    app.config.update(
        SESSION_COOKIE_NAME="demo_lms",
        # Where the tool's own page in the frame sends the browser on to us, a Lax cookie stays at
        # home: who offers storage must send none of those. Browsers take Secure over loopback.
        SESSION_COOKIE_SAMESITE="None" if world.storage_target else "Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=base_url.startswith("https:") or world.storage_target is not None,
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    site = Site(
        directory=directory,
        state=state,
        platform=_platform(state, base_url, tool_base_url, rules or Rules()),
        hints=HintSigner(secret.encode()),
        base_url=base_url,
        tool_base_url=tool_base_url,
    )
    app.extensions[EXTENSION] = site
    app.register_blueprint(lti)
    app.register_blueprint(pages)
    app.register_blueprint(choosing)
    app.register_blueprint(reviews)
    make_tables(state)
    app.register_blueprint(tools)
    _set_up_requests(app, site)
    _set_up_templates(app, site)
    return app


def _platform(state: State, base_url: str, tool_base_url: str, rules: Rules) -> Platform:
    clock = SystemClock()

    def fetch() -> bytes:
        try:
            with urllib.request.urlopen(f"{tool_base_url}/lti/jwks.json", timeout=5) as answer:  # noqa: S310 - the operator's own address
                return bytes(answer.read(_MAX_KEY_SET))
        except (URLError, OSError) as failed:
            raise KeySetUnavailable from failed

    return Platform(
        registration=ToolRegistration(
            issuer=base_url,
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            login_url=f"{tool_base_url}/lti/login",
            redirect_uris=frozenset({f"{tool_base_url}/lti/launch"}),
            token_url=f"{base_url}/lti/token",
        ),
        key=PlatformKey(state.setting("private_key", new_platform_key_pem)),
        tool_keys=ToolKeySetCache(fetch, ToolKeySetInState(state), clock),
        used_assertions=UsedAssertionsInState(state),
        clock=clock,
        rules=rules,
    )


def _content_security_policy(site: Site) -> str:
    framed = f"{site.tool_origin} {site.directory.world.sign_in_host or ''}".strip()
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "img-src 'self'",
            f"frame-src 'self' {framed}",
            f"form-action 'self' {site.tool_origin}",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )


def _set_up_requests(app: Flask, site: Site) -> None:
    policy = _content_security_policy(site)

    @app.before_request
    def only_at_our_own_address() -> ResponseReturnValue | None:
        # localhost and 127.0.0.1 are two sites: the cookie of one does not reach the other, and
        # the issuer is the one of base_url
        if request.host == urlsplit(site.base_url).netloc:
            return None
        if request.method != "GET" or request.path.startswith("/lti/"):
            abort(400)
        return redirect(site.base_url + request.full_path.rstrip("?"))

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if request.path.startswith("/lti/courses/"):
            return {"error": error.name}, status
        known = status if status in (403, 404) else 400
        return render_template("demo_lms/refused.html", message=f"refused_{known}"), status


def _set_up_templates(app: Flask, site: Site) -> None:
    @app.context_processor
    def for_templates() -> dict[str, object]:
        language = current_language()
        return {
            "t": lambda key, **values: text(language, key, **values),
            "number": lambda value: number_text(value, language),
            "time": lambda moment: time_text(moment, language),
            "language": language,
            "languages": LANGUAGES,
            "site_name": site.directory.world.site_name,
            "me": current_person(site.directory),
            "csrf": csrf_token,
        }
