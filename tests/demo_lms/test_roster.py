"""The certification's cases of names and roles, on lti1p3platform, which refuses all that is amiss:
core launch, request received, correct Accept header, valid bearer token, correct scope.
"""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from lti.errors import PermanentServiceError
from lti.http import GuardedHttp
from lti.ports import Registration
from lti.roles import Roles
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.roster import Member, Rosters
from tests.demo_lms.pages import become
from tests.demo_lms.tiny_tool import LMS, TOOL_KEYS, SystemClock, TinyTool
from tracks.demo_lms import Course, Link, Person, World, create_demo_lms
from tracks.demo_lms import Member as Enrolled

ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LEARNER, INSTRUCTOR = Roles.parse([ROLE + "Learner"]), Roles.parse([ROLE + "Instructor"])
MEMBERS = (
    Member("u-1", LEARNER, "Active", "Lærer En"),
    Member("u-2", LEARNER),
    Member("t-1", INSTRUCTOR, "Active", "Leder To"),
)


@pytest.fixture
def rosters(tool: TinyTool) -> Rosters:
    return Rosters(tool.http, tool.tokens, tool.clock)


def test_core_launch_then_request_received_with_all_that_it_needs(
    browser: FlaskClient, tool: TinyTool, rosters: Rosters
) -> None:
    become(browser, "t-1")
    launch = tool.launch(browser, "science", "hypo")
    assert launch.nrps is not None

    roster = rosters.members(
        tool.registration, "demo-deployment", launch.nrps.context_memberships_url
    )

    assert launch.context is not None
    assert (roster.context_id, roster.members) == (launch.context.id, MEMBERS)


def test_paging_role_and_link(lms: Flask, tool: TinyTool, rosters: Rosters) -> None:
    def asked(**query: object) -> list[str]:
        url = f"{LMS}/lti/courses/science/members"
        found = rosters.members(tool.registration, "demo-deployment", url, **query)  # type: ignore[arg-type]
        return [member.user_id for member in found.members]

    assert asked(limit=1) == ["u-1", "u-2", "t-1"]
    assert asked(role="Instructor") == asked(role=ROLE + "Instructor") == ["t-1"]
    assert asked(link_id="hypo", limit=2) == ["u-1", "u-2", "t-1"]
    with pytest.raises(PermanentServiceError, match="status_403"):
        asked(link_id="of another course")


def test_a_course_that_does_not_exist(tool: TinyTool, rosters: Rosters) -> None:
    with pytest.raises(PermanentServiceError, match="status_404"):
        rosters.members(tool.registration, "demo-deployment", f"{LMS}/lti/courses/no/members")


@pytest.fixture
def served(tmp_path: Path, prepared_state: Path, tool_url: str) -> Iterator[str]:
    """A demo LMS with 1,234 people in a course, on a port of its own."""
    state = tmp_path / "state.sqlite3"
    shutil.copy(prepared_state, state)
    people = tuple(Person(f"u-{n}", f"Person {n}", "Teacher") for n in range(1, 1235))
    members = tuple(Enrolled(person.sub, "Learner") for person in people)
    course = Course("big", "Big", "BIG", members, (Link("big", "Link", f"{tool_url}/r/a"),))
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = create_demo_lms(
        World("Big LMS", people, (course,)),
        base_url=url,
        tool_base_url=tool_url,
        state_file=state,
    )
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_1234_members_over_real_http(served: str) -> None:
    clock = SystemClock()
    registration = Registration(
        id=1,
        issuer=served,
        client_id="demo-client",
        auth_url=f"{served}/lti/auth",
        token_url=f"{served}/lti/token",
        jwks_url=f"{served}/lti/jwks.json",
    )
    with closing(GuardedHttp(allow_loopback=True)) as http:
        tokens = AccessTokenSource(http, TOOL_KEYS, clock, MemoryAccessTokens())

        roster = Rosters(http, tokens, clock).members(
            registration, "demo-deployment", f"{served}/lti/courses/big/members", limit=100
        )

    assert [member.user_id for member in roster.members] == [f"u-{n}" for n in range(1, 1235)]
    assert roster.members[0] == Member("u-1", LEARNER, "Active", "Person 1")
