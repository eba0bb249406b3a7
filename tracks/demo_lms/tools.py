"""Tools that have registered themselves, beside the one the demo LMS begins with."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import convert, to_builtins
from msgspec.json import Decoder
from msgspec.structs import replace

from lti.origins import origin_of
from lti.platform import Platform, ToolRegistration
from lti.platform.dynamic_registration import (
    NewTool,
    RegistrationRefused,
    openid_configuration,
    read_registration,
    registration_answer,
)
from lti.strict_json import StrictJsonError, parse_object
from tracks.demo_lms.sign_in import become, require_csrf_token
from tracks.demo_lms.site import Site, current_site
from tracks.demo_lms.state import State

tools = Blueprint("tools", __name__)
# Read before there are threads: two that read a class's types at once end the process.
Decoder(NewTool)
TOKEN_LIFE: Final = timedelta(hours=1)  # as Moodle's
VERSION: Final = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS registration_token (hash TEXT PRIMARY KEY, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tool (client_id TEXT PRIMARY KEY, description TEXT NOT NULL);
"""


def make_tables(state: State) -> None:
    with state.reading() as connection:
        connection.executescript(_TABLES)


@tools.get("/.well-known/openid-configuration")
def configuration() -> Response:
    return jsonify(openid_configuration(current_site().base_url, "demo-lms", VERSION))


@tools.post("/lti/registrations")
def registrations() -> ResponseReturnValue:
    site = current_site()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _is_good(site.state, token):
        return jsonify(error="invalid_token"), 401
    try:
        tool = read_registration(request.get_data(), site.tool_origin)
    except RegistrationRefused as refused:
        return jsonify(error="invalid_client_metadata", error_description=refused.reason), 400
    if not _use_up(site.state, token):
        return jsonify(error="invalid_token"), 401
    with site.state.writing() as connection:
        description = json.dumps(to_builtins(tool))
        connection.execute("INSERT INTO tool VALUES (?, ?)", (tool.client_id, description))
    return jsonify(registration_answer(parse_object(request.get_data()), tool)), 201


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_good(state: State, token: str) -> bool:
    now = datetime.now(UTC).timestamp()
    with state.reading() as connection:
        found = connection.execute(
            "SELECT 1 FROM registration_token WHERE hash = ? AND expires_at > ?",
            (_hash(token), now),
        )
        return found.fetchone() is not None


def _use_up(state: State, token: str) -> bool:
    with state.writing() as connection:
        gone = connection.execute("DELETE FROM registration_token WHERE hash = ?", (_hash(token),))
        return gone.rowcount == 1


def _new_token(state: State) -> str:
    token = secrets.token_urlsafe(24)
    kept = (_hash(token), (datetime.now(UTC) + TOKEN_LIFE).timestamp())
    with state.writing() as connection:
        connection.execute("INSERT INTO registration_token VALUES (?, ?)", kept)
    return token


def registered_tools(state: State) -> list[NewTool]:
    with state.reading() as connection:
        rows = connection.execute("SELECT description FROM tool ORDER BY rowid").fetchall()
    return [convert(json.loads(row["description"]), NewTool) for row in rows]


def platform_for(site: Site, client_id: str | None) -> Platform:
    """The LMS as this client knows it; as the tool it began with when there is no such client."""
    for tool in registered_tools(site.state):
        if tool.client_id == client_id:
            registration = ToolRegistration(
                issuer=site.base_url,
                client_id=tool.client_id,
                deployment_id=tool.deployment_id,
                login_url=tool.login_url,
                redirect_uris=frozenset(tool.redirect_uris),
                token_url=f"{site.base_url}/lti/token",
                scopes=frozenset(tool.scopes),
            )
            return replace(site.platform, registration=registration)
    return site.platform


def claimed_client(token: str, claim: str) -> str | None:
    """Whom a token says it is of; it is checked by whoever takes it."""
    try:
        segment = token.split(".")[1]
        value = parse_object(urlsafe_b64decode(segment + "=" * (-len(segment) % 4))).get(claim)
    except (IndexError, ValueError, StrictJsonError):
        return None
    return value if isinstance(value, str) else None


@tools.route("/tools", methods=["GET", "POST"])
def overview() -> ResponseReturnValue:
    """Where the administrator of this LMS pastes a tool's registration address."""
    site = current_site()
    frame_url, is_odd = None, False
    if request.method == "POST":
        require_csrf_token()
        url = request.form.get("url", "").strip()
        origin = origin_of(url)
        is_odd = origin is None or origin != origin_of(site.tool_origin)
        frame_url = None if is_odd else _registration_url(site, url)
    return render_template(
        "demo_lms/tools.html",
        tools=registered_tools(site.state),
        door=_a_door(site),
        frame_url=frame_url,
        is_odd=is_odd,
        tool_origin=site.tool_origin,
    )


def _a_door(site: Site) -> dict[str, str] | None:
    """Somebody, and a link of their course, to try a tool with."""
    for course in site.directory.world.courses:
        learners = [member.sub for member in course.members if member.role == "Learner"]
        if learners and course.links:
            return {"sub": learners[0], "link_id": course.links[0].id}
    return None


def _registration_url(site: Site, url: str) -> str:
    query = urlencode(
        {
            "openid_configuration": f"{site.base_url}/.well-known/openid-configuration",
            "registration_token": _new_token(site.state),
        }
    )
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


@tools.get("/tools/<client_id>/open/<sub>/<link_id>")
def open_by(client_id: str, sub: str, link_id: str) -> ResponseReturnValue:
    """As `pages.open_link`, with the launch by another registration of the tool."""
    site = current_site()
    person, course = site.directory.people.get(sub), site.course_of_link(link_id)
    if person is None or course is None:
        abort(404)
    if platform_for(site, client_id).registration.client_id != client_id:
        abort(404)
    become(person)
    start = url_for("lti.start", course_id=course.id, link_id=link_id, client=client_id)
    return redirect(f"{start}&target=window", 303)
