"""An LMS registers itself by an invitation (R1 to R9, check 10)."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
import time_machine
from markupsafe import escape
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti.http import GuardedHttp
from lti.ports import HttpAnswer
from tests.factories.platform import CONFIGURATION_URL, LMS, Platform, answered, configuration
from tests.factories.threads import at_once
from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.lti_ports import Sent
from tracks.lms.actions.invitations import (
    Decider,
    NotApproved,
    approve_request,
    invite,
    register_token,
)
from tracks.lms.models import deployment, invitation, registration, registration_request
from tracks.people.actions import add_municipality

SECRETS = ("reg-t0ken", "invitation=")


def invited(tool: Tool, municipality_id: int | None = None) -> str:
    """The token of an invitation's page."""
    with tool.database.writing() as session:
        made = invite(session, municipality_id or tool.municipality_id, datetime.now(UTC))
    return made.token


def connect(tool: Tool, platform: Platform | None = None) -> Platform:
    """What pages ask goes to this LMS."""
    platform = platform or Platform()
    tool.app.extensions["tracks.outbound"] = platform.http
    return platform


def register(tool: Tool, token: str, **query: str) -> TestResponse:
    asked = {
        "invitation": register_token(token),
        "openid_configuration": CONFIGURATION_URL,
        "registration_token": "reg-t0ken",
        **query,
    }
    return tool.client().get("/lti/register", query_string=asked, base_url=BASE_URL)


def reason(answer: TestResponse) -> str:
    found = re.search(r"<code>([a-z_]+)</code>", answer.text)
    assert found, answer.text
    return found[1]


def page(tool: Tool, token: str) -> str:
    return tool.get(tool.client(), f"/connect/{token}?lang=en").text


def test_a_request_waits_and_changes_nothing_until_it_is_approved(tool: Tool):
    token, platform = invited(tool), connect(tool)
    before = tool.counts()

    answer = register(tool, token)

    assert answer.status_code == 200
    assert tool.counts() == {**before, "registration_request": 1}
    ((asked,),) = [tool.rows(select(registration_request.c.status))]
    assert asked.status == "pending"
    assert [each.method for each in platform.sent] == ["GET", "POST", "GET"]
    assert (
        tool.client()
        .get(
            "/lti/login",
            query_string={"iss": LMS, "login_hint": "h", "target_link_uri": BASE_URL},
            base_url=BASE_URL,
        )
        .status_code
        == 400
    )


def test_the_page_compares_what_the_lms_said_and_approving_lets_it_in(tool: Tool):
    token = invited(tool)
    connect(tool, Platform(token_endpoint="https://sso.elsewhere.example/token"))
    register(tool, token)

    shown = unescape(page(tool, token))
    asked = re.search(r'name="request" value="(\d+)"', shown)
    assert asked
    for said in (LMS, "made-by-the-lms", f"{LMS}/auth", f"{LMS}/keys", "moodle 4.5.1+"):
        assert f"<code>{said}</code>" in shown or f"<strong>{said}</strong>" in shown
    assert "<li><code>sso.elsewhere.example</code></li>" in shown
    answer = tool.client().post(
        f"/connect/{token}", data={"go": "approve", "request": asked[1]}, base_url=BASE_URL
    )

    assert answer.status_code == 303
    (made,) = tool.rows(select(registration).where(registration.c.issuer == LMS))
    assert (made.client_id, made.municipality_id, made.name, made.platform_family) == (
        "made-by-the-lms",
        tool.municipality_id,
        "Moodle",
        "moodle",
    )
    assert (made.auth_url, made.token_url, made.jwks_url) == (
        f"{LMS}/auth",
        "https://sso.elsewhere.example/token",
        f"{LMS}/keys",
    )
    (installed,) = tool.rows(select(deployment).where(deployment.c.registration_id == made.id))
    assert (installed.deployment_id, installed.status) == ("7", "enabled")
    (decided,) = tool.rows(select(registration_request))
    assert (decided.status, decided.decided_as, decided.registration_id) == (
        "approved",
        "invitation",
        made.id,
    )


@pytest.mark.parametrize("given", ["", "nonsense", "\x00", "ø" * 50])
def test_without_an_invitation_nothing_is_asked(tool: Tool, given: str):
    platform, before = connect(tool), tool.counts()

    answer = register(tool, "x", invitation=given)

    assert (answer.status_code, reason(answer)) == (403, "registration_not_invited")
    assert (platform.sent, tool.counts()) == ([], before)


def test_the_pages_own_token_registers_nothing(tool: Tool):
    token, platform = invited(tool), connect(tool)

    answer = register(tool, token, invitation=token)

    assert (answer.status_code, platform.sent) == (403, [])
    assert tool.get(tool.client(), f"/connect/{register_token(token)}").status_code == 404


def test_an_invitation_ends_after_a_day(tool: Tool):
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=24, seconds=1), tick=False):
        token = invited(tool)
    platform = connect(tool)

    answer = register(tool, token)

    assert (answer.status_code, reason(answer)) == (403, "registration_not_invited")
    ended = tool.get(tool.client(), f"/connect/{token}?lang=en")
    unknown = tool.get(tool.client(), "/connect/none?lang=en")
    assert (ended.status_code, unknown.status_code) == (404, 404)
    assert "This invitation has expired" in ended.text
    without_id = re.compile(r"<code>[0-9A-F]{8}</code>")
    assert without_id.sub("", ended.text) == without_id.sub("", unknown.text)
    assert platform.sent == []


def test_an_invitation_works_once(tool: Tool):
    token, platform = invited(tool), connect(tool)
    assert register(tool, token).status_code == 200
    asked = len(platform.sent)

    again = register(tool, token)

    assert (again.status_code, reason(again)) == (403, "registration_not_invited")
    assert (len(platform.sent), tool.count(registration_request)) == (asked, 1)


def test_of_two_at_once_one_wins(tool: Tool):
    token, platform = invited(tool), connect(tool)
    said = answered(configuration())

    def slowly(_sent: Sent) -> HttpAnswer:
        time.sleep(0.3)  # so that all of them are under way
        return said

    platform.http.answers[CONFIGURATION_URL] = slowly

    statuses = at_once(8, lambda _: register(tool, token).status_code)

    assert sorted(statuses) == [200] + 7 * [403]
    assert len([each for each in platform.sent if each.method == "POST"]) == 1
    assert tool.count(registration_request) == 1


def test_a_registration_that_fails_can_be_tried_again(tool: Tool):
    token = invited(tool)
    connect(tool, Platform(answer=HttpAnswer(500, {}, b"")))
    assert register(tool, token).status_code == 502

    connect(tool)

    assert register(tool, token).status_code == 200


def test_one_that_was_cut_short_can_be_tried_again_soon(tool: Tool):
    token = invited(tool)
    connect(tool)
    with tool.database.writing() as session:
        session.execute(
            invitation.update().values(claimed_until=datetime.now(UTC) + timedelta(minutes=2))
        )
    assert register(tool, token).status_code == 403

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3), tick=False):
        assert register(tool, token).status_code == 200


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (answered({"errors": [{"message": "scope is <b>"}]}, 422), 422, "scope is <b>"),
        (HttpAnswer(401, {}, b"token_already_used"), 401, "token_already_used"),
        (HttpAnswer(400, {}, b"no reg-t0ken"), 400, "no …"),
    ],
    ids=["Canvas 422", "Moodle 401", "token echoed"],
)
def test_the_administrator_reads_what_the_lms_answered(
    tool: Tool, caplog: pytest.LogCaptureFixture, answer: HttpAnswer, status: int, said: str
):
    token = invited(tool)
    connect(tool, Platform(answer=answer))

    refused = register(tool, token, lang="en")

    assert (refused.status_code, reason(refused)) == (502, "registration_refused")
    assert f"The LMS answered with status {status}." in refused.text
    assert said in unescape(refused.text)
    assert "<b>" not in refused.text
    for secret in (*SECRETS, token, register_token(token)):
        assert secret not in caplog.text + refused.text
    assert f"status={status}" in caplog.text
    assert tool.count(registration_request) == 0


def test_no_secret_is_stored(tool: Tool):
    token = invited(tool)
    connect(tool)
    register(tool, token)

    rows = [*tool.rows(select(invitation)), *tool.rows(select(registration_request))]

    for secret in (token, register_token(token), "reg-t0ken"):
        assert secret not in str(rows)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "https://other.example"}, "issuer_host_differs"),
        ({"issuer": "http://moodle.example"}, "endpoint_not_https"),
        ({"jwks_uri": "http://moodle.example/keys"}, "endpoint_not_https"),
        ({"registration_endpoint": "https://evil.example/r"}, "registration_endpoint_foreign"),
    ],
)
def test_a_forged_configuration(tool: Tool, changes: dict[str, str], code: str):
    token, platform = invited(tool), connect(tool, Platform(**changes))

    answer = register(tool, token)

    assert (answer.status_code, reason(answer)) == (502, code)
    assert [each.method for each in platform.sent] == ["GET"]
    assert tool.count(registration_request) == 0


@pytest.mark.parametrize("path", ["/'-alert(1)-'", "/';//", "/%3C/script%3E"])
def test_an_issuer_with_odd_characters_is_text_on_every_page(tool: Tool, path: str):
    token = invited(tool)
    connect(tool, Platform(issuer=LMS + path))

    done = register(tool, token)

    assert f'data-close-origins="{LMS}:443"' in done.text
    shown = page(tool, token)
    assert f"<code>{escape(LMS + path)}</code>" in shown
    assert "'" not in re.sub(r"<[^>]*>", "", shown)


def test_an_issuer_that_closes_a_script_is_refused(tool: Tool):
    token = invited(tool)
    connect(tool, Platform(issuer=LMS + "/</script><script>alert(1)</script>"))

    answer = register(tool, token)

    assert (reason(answer), "alert(1)" in answer.text) == ("endpoint_not_https", False)


def test_opened_by_a_person_it_says_so_and_stays_good(tool: Tool):
    token = invited(tool)
    connect(tool)

    by_hand = register(tool, token, openid_configuration="", lang="en")
    twice = tool.client().get(
        f"/lti/register?invitation={register_token(token)}"
        f"&openid_configuration={quote(CONFIGURATION_URL)}&openid_configuration=x",
        base_url=BASE_URL,
    )
    bad_token = register(tool, token, registration_token="a b")

    assert (by_hand.status_code, reason(by_hand)) == (400, "request_not_by_an_lms")
    assert (twice.status_code, reason(twice)) == (400, "request_parameter_repeated")
    assert (bad_token.status_code, reason(bad_token)) == (400, "request_token_malformed")
    assert register(tool, token).status_code == 200


def test_keys_that_cannot_be_read_are_no_obstacle_but_are_said(tool: Tool):
    token, platform = invited(tool), connect(tool)
    platform.http.answers[f"{LMS}/keys"] = HttpAnswer(500, {}, b"")

    assert register(tool, token).status_code == 200
    assert "jwks_status" in page(tool, token)


def test_the_page_closes_itself_for_the_lms_and_may_stand_in_its_frame(tool: Tool):
    token = invited(tool)
    connect(tool)

    done = register(tool, token)

    assert "frame-ancestors *" in done.headers["Content-Security-Policy"]
    assert '<script src="/static/registered.js" defer></script>' in done.text
    framed = tool.get(tool.client(), f"/connect/{token}").headers
    assert "frame-ancestors 'none'" in framed["Content-Security-Policy"]
    assert framed["Referrer-Policy"] == "no-referrer"
    assert framed["Cache-Control"] == "no-store"


class TestAnLmsThatIsConnectedAlready:
    """R5: never changed without approval, and never by an invitation."""

    def ours(self) -> Platform:
        found = configuration(
            issuer=ISSUER,
            **{
                name: f"{ISSUER}/evil/{name}"
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            },
            registration_endpoint=f"{ISSUER}/register",
        )
        platform = Platform()
        platform.http.answers |= {
            f"{ISSUER}/config": answered(found),
            f"{ISSUER}/register": answered({"client_id": "client-1"}),
        }
        return platform

    def request_of(self, tool: Tool, municipality_id: int) -> tuple[str, int]:
        token = invited(tool, municipality_id)
        connect(tool, self.ours())
        answer = register(tool, token, openid_configuration=f"{ISSUER}/config")
        assert answer.status_code == 200, answer.text
        ((asked,),) = [tool.rows(select(registration_request.c.id))]
        return token, int(asked.id)

    def test_an_invitation_cannot_change_it(self, tool: Tool):
        before = tool.rows(select(registration))
        token, asked = self.request_of(tool, tool.municipality_id)

        refused = tool.client().post(
            f"/connect/{token}?lang=en",
            data={"go": "approve", "request": str(asked)},
            base_url=BASE_URL,
        )

        assert (refused.status_code, tool.rows(select(registration))) == (409, before)
        assert "an invitation cannot change that" in refused.text
        assert 'value="approve"' not in page(tool, token)

    def test_another_municipality_cannot_even_with_the_operator(self, tool: Tool):
        before = tool.rows(select(registration))
        with tool.database.writing() as session:
            other = add_municipality(session, "Another sample", country="NO")
        token, asked = self.request_of(tool, other)

        refused = tool.client().post(
            f"/connect/{token}", data={"go": "approve", "request": str(asked)}, base_url=BASE_URL
        )

        assert (refused.status_code, tool.rows(select(registration))) == (409, before)
        assert "is connected already" not in page(tool, token)  # L14: of whom, is not said
        with pytest.raises(NotApproved) as caught, tool.database.writing() as session:
            approve_request(session, asked, Decider("operator"), datetime.now(UTC))
        assert (caught.value.reason, tool.rows(select(registration))) == ("taken", before)

    def test_the_operator_changes_it(self, tool: Tool):
        _, asked = self.request_of(tool, tool.municipality_id)

        with tool.database.writing() as session:
            made = approve_request(session, asked, Decider("operator"), datetime.now(UTC))

        (now,) = tool.rows(select(registration))
        assert (made, now.jwks_url) == (tool.registration_id, f"{ISSUER}/evil/jwks_uri")


# Forms of an address that all end at this machine, or at one that only it can see. PORT is where
# a server listens; none of them may reach it.
_PRIVATE = [
    "https://127.0.0.1:PORT/",
    "https://localhost:PORT/",
    "https://127.1:PORT/",
    "https://127.0.1:PORT/",
    "https://0x7f000001:PORT/",
    "https://0x7f.0.0.1:PORT/",
    "https://2130706433:PORT/",
    "https://017700000001:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://[::1]:PORT/",
    "https://[::]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://[64:ff9b::127.0.0.1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://[fe80::1]:PORT/",
    "https://[fc00::1]:PORT/",
    "https://①②⑦.⓪.⓪.①:PORT/",
    "https://127.0.0.1.:PORT/",
    "https://LOCALHOST:PORT/",
    "https://moodle.example@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT@moodle.example/",
    "https://127.0.0.1:PORT\\@moodle.example/",
    "https://127.0.0.1%00.moodle.example:PORT/",
    "https://10.0.0.1:PORT/",
    "https://169.254.169.254:PORT/",
    "https://100.64.0.1:PORT/",
    "https://192.168.0.1:PORT/",
    "https://172.16.0.1:PORT/",
    "http://127.0.0.1:PORT/",
    "http://moodle.example:PORT/",
    "ftp://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
]


@contextmanager
def sink() -> Iterator[tuple[int, list[object]]]:
    """A port that counts who connects."""
    reached: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def count() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                reached.append(address)
                connection.close()

        thread = threading.Thread(target=count)
        thread.start()
        try:
            yield server.getsockname()[1], reached
        finally:
            over.set()
            thread.join()


@pytest.fixture
def real_http(tool: Tool) -> Iterator[GuardedHttp]:
    http = GuardedHttp(total_seconds=2.0, connect_seconds=0.5)
    tool.app.extensions["tracks.outbound"] = http
    yield http
    http.close()


def test_no_form_of_a_private_address_is_ever_reached(tool: Tool, real_http: GuardedHttp):
    """Check 10: as the configuration's address."""
    token, answers = invited(tool), {}
    with sink() as (port, reached):
        for form in _PRIVATE:
            url = form.replace("PORT", str(port))
            answers[form] = register(tool, token, openid_configuration=url).status_code
        assert reached == []
        # The sink counts: an ordinary connection does get there.
        socket.create_connection(("127.0.0.1", port)).close()
        deadline = time.monotonic() + 5
        while not reached and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(reached) == 1

    assert answers == dict.fromkeys(_PRIVATE, 502)
    assert tool.count(registration_request) == 0


def test_no_redirect_and_no_name_leads_to_a_private_address(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
):
    """The name is looked up once; an answer that leads on is no answer."""
    token = invited(tool)
    with sink() as (port, reached):
        moved = HttpAnswer(302, {"location": f"https://127.0.0.1:{port}/"}, b"")
        platform = connect(tool)
        platform.http.answers[CONFIGURATION_URL] = moved
        redirected = register(tool, token)
        http = GuardedHttp(total_seconds=2.0)
        tool.app.extensions["tracks.outbound"] = http
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in ("93.184.216.34", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
        named = register(tool, token, openid_configuration=f"https://moodle.example:{port}/")
        http.close()
        assert reached == []

    assert (reason(redirected), reason(named)) == ("configuration_status", "address_not_public")


@pytest.mark.parametrize("name", ["authorization_endpoint", "jwks_uri", "registration_endpoint"])
def test_endpoints_are_asked_by_the_same_guarded_client(tool: Tool, name: str):
    token = invited(tool)
    platform = connect(tool, Platform(**{name: "https://127.0.0.1/x"}))

    register(tool, token)

    refused = name == "registration_endpoint"
    assert tool.count(registration_request) == (0 if refused else 1)
    if not refused:
        assert "<li><code>127.0.0.1</code></li>" in page(tool, token)
    assert [each.method for each in platform.sent if "127.0.0.1" in each.url] == (
        ["GET"] if name == "jwks_uri" else []
    )
