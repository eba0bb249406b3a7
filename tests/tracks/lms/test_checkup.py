"""The self-test: its lines, its page, its command."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
import time_machine
from click.testing import CliRunner
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select, update

from lti.errors import TransientServiceError
from lti.jose import PublicKey, import_public
from lti.ports import HttpAnswer
from lti.tool.checkup import Seen
from lti.tool.grades import SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE
from lti.tool.groups import SCOPE_GROUPS
from lti.tool.notices import SCOPE as SCOPE_NOTICES
from lti.tool.roster import SCOPE_MEMBERS
from tests.factories.tool import BASE_URL, ISSUER, JWKS_URL, Tool
from tests.fakes.forge import PREFIX, jwks, signing_key
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent
from tracks.cli import cli
from tracks.i18n import LANGUAGES, translations
from tracks.lms.actions import register, service_failed, service_went_well
from tracks.lms.actions.refusals import forget_refusals
from tracks.lms.advice import ADMINISTRATOR, ALLOW, LMS_STAFF, OPERATOR, State
from tracks.lms.checkup import SCOPES, Known, Line, Refused, Standing, checkup, worst
from tracks.lms.mending import PERSON
from tracks.lms.models import refused_launch, registration, service_state
from tracks.lms.rules import Service
from tracks.lms.self_test import EXTENSION, SelfTest
from tracks.lms.standing import subject_of_checkup
from tracks.people.actions import add_municipality, grant_role
from tracks.people.rules import Role

NOW = FixedClock().now()
KEY = import_public(signing_key().jwk())
WELL = Seen((KEY,), None, dict.fromkeys(SCOPES), 0.4)
NOTHING_KNOWN = Known({}, {}, is_active=True)
IN_USE = Known(
    {
        Service.LAUNCH: Standing(NOW, None, None, -0.3),
        Service.SCORES: Standing(NOW, NOW - timedelta(hours=1), None, None),
    },
    {"enabled": 2},
    is_active=True,
)


def states(known: Known, seen: Seen | None) -> dict[str, str]:
    return {line.what: line.state for line in checkup(known, seen)}


def line(what: str, known: Known, seen: Seen | None) -> Line:
    return next(line for line in checkup(known, seen) if line.what == what)


def test_a_connection_in_use_where_all_is_well():
    assert states(IN_USE, WELL) == {
        "The LMS's public keys": "ok",
        "Trust of the LMS in us": "ok",
        "Sending scores": "ok",
        "Reading scores back": "ok",
        "Making columns in the gradebook": "ok",
        "Reading lists of participants": "ok",
        "Reading the groups of a course": "ok",
        "Being told of copied courses": "ok",
        "Clocks": "ok",
        "Deployments": "ok",
        "Last launch": "ok",
        "Refused launches": "ok",
        "Last score": "ok",
        "Last list of participants": "unknown",
    }


def test_a_new_connection_that_was_never_tried():
    assert set(states(NOTHING_KNOWN, None).values()) == {"unknown"}
    assert worst(checkup(NOTHING_KNOWN, None)) is State.UNKNOWN


@pytest.mark.parametrize(
    ("seen", "what", "state", "code"),
    [
        (replace(WELL, keys=(), keys_failed="timeout"), "keys", "failed", "timeout"),
        (replace(WELL, keys=(), keys_failed="jwks_status"), "keys", "failed", "jwks_status"),
        (replace(WELL, keys=(), keys_failed="url_not_https"), "keys", "failed", "url_not_https"),
        (replace(WELL, keys=()), "keys", "failed", ""),
        (
            replace(WELL, keys=(PublicKey("a", None, "key_too_short", None),)),
            "keys",
            "failed",
            "key_too_short",
        ),
        (
            replace(WELL, keys=(KEY, PublicKey("a", None, "key_not_rsa", None))),
            "keys",
            "ok",
            "key_not_rsa",
        ),
        (replace(WELL, scopes={SCOPE_SCORE: "unreachable"}), "Trust", "failed", "unreachable"),
        (replace(WELL, scopes={SCOPE_SCORE: "token_refused"}), "Trust", "failed", "token_refused"),
        (replace(WELL, scopes={SCOPE_SCORE: "status_500"}), "Trust", "failed", "status_500"),
        (
            replace(WELL, scopes={SCOPE_SCORE: "own_key_sealed"}),
            "Trust",
            "failed",
            "own_key_sealed",
        ),
        (
            replace(WELL, scopes={SCOPE_SCORE: "no_token_endpoint"}),
            "Trust",
            "warning",
            "no_token_endpoint",
        ),
        (replace(WELL, scopes={}), "Trust", "unknown", ""),
        (replace(WELL, clock_ahead=9.9), "Clocks", "ok", ""),
        (replace(WELL, clock_ahead=-11), "Clocks", "warning", ""),
        (replace(WELL, clock_ahead=61), "Clocks", "failed", ""),
    ],
)
def test_what_is_wrong_is_told_apart_and_says_what_to_mend(
    seen: Seen, what: str, state: str, code: str
):
    found = next(line for line in checkup(IN_USE, seen) if what in line.what)

    assert (found.state, found.code) == (state, code)
    assert bool(found.mend and found.who) is (state in ("failed", "warning"))


@pytest.mark.parametrize(
    ("scope", "state"),
    [
        (SCOPE_SCORE, "failed"),
        (SCOPE_RESULT, "warning"),
        (SCOPE_LINEITEM, "warning"),
        (SCOPE_MEMBERS, "warning"),
    ],
)
def test_a_right_that_is_missing_says_what_follows(scope: str, state: str):
    seen = replace(WELL, scopes={**WELL.scopes, scope: "scope_not_granted"})
    wrong = [line for line in checkup(IN_USE, seen) if line.state in ("failed", "warning")]

    assert [(line.state, line.code, line.mend, line.who) for line in wrong] == [
        (state, "scope_not_granted", ALLOW, LMS_STAFF)
    ]


@pytest.mark.parametrize("scope", [SCOPE_GROUPS, SCOPE_NOTICES])
def test_a_right_that_few_lmss_have_is_no_fault_where_it_is_missing(scope: str):
    seen = replace(WELL, scopes={**WELL.scopes, scope: "scope_not_granted"})
    found = checkup(IN_USE, seen)

    assert worst(found) is State.OK
    (missing,) = [line for line in found if line.code == "scope_not_granted"]
    assert (missing.state, missing.says[:12]) == ("unknown", "Not offered ")


@pytest.mark.parametrize(
    ("reason", "launches", "state", "who"),
    [
        ("audience_not_us", 1, "warning", OPERATOR),
        ("alg_not_allowed", 1, "warning", LMS_STAFF),
        ("deployment_not_enabled", 1, "warning", ADMINISTRATOR),
        ("nonce_reused", 3, "ok", PERSON),
        ("nonce_reused", 30, "warning", PERSON),
    ],
)
def test_refused_launches_are_told_with_what_to_mend(
    reason: str, launches: int, state: str, who: str
):
    known = replace(IN_USE, refused=(Refused(reason, launches, NOW),))
    found = line("Refused launches", known, None)

    assert (found.state, found.who, found.code, found.at) == (state, who, reason, NOW)
    assert found.said == f"Number in the last seven days: {launches}. The last one:"
    assert found.mend


def test_a_right_not_asked_for_is_not_said_to_be_missing():
    seen = replace(WELL, scopes={SCOPE_SCORE: None})

    assert line("Reading scores back", IN_USE, seen).state == "unknown"


def test_deployments_that_wait_are_counted():
    found = line("Deployments", Known({}, {"pending": 2, "enabled": 1}, is_active=True), WELL)

    assert (found.state, found.said) == ("warning", "Waiting for approval: 2.")
    assert (found.mend, found.who) == ("Approve those that are yours.", ADMINISTRATOR)


def test_the_clock_of_the_last_launch_counts_where_nothing_was_asked():
    known = Known({Service.LAUNCH: Standing(NOW, None, None, 75.0)}, {}, is_active=True)

    assert line("Clocks", known, None).said == "The LMS's clock is 75 seconds ahead of ours."
    assert line("Clocks", known, replace(WELL, clock_ahead=-14.6)).said == (
        "The LMS's clock is 15 seconds behind ours."
    )


def test_a_service_is_as_it_was_the_last_time():
    hour = timedelta(hours=1)
    failing = Standing(NOW - hour, NOW, "status_403", None)
    known = Known({Service.SCORES: failing, Service.ROSTER: failing}, {}, is_active=True)
    found = line("Last score", known, WELL)

    assert (found.state, found.code, found.at) == ("warning", "status_403", NOW)
    assert (found.mend, found.who) == ("Look into the log of the LMS at this time.", LMS_STAFF)


def test_a_connection_that_is_off_says_so_first():
    first = checkup(replace(IN_USE, is_active=False), WELL)[0]

    assert (first.what, first.state) == ("This connection", "failed")
    assert (first.mend, first.who) == ("Switch it on again.", ADMINISTRATOR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_can_be_said_in_every_language(language: str):
    find = translations(language).gettext
    reasons = ("timeout", "url_not_https", "jwks_status", "token_refused", "own_key_sealed", "x")
    seen = [WELL, replace(WELL, clock_ahead=99), replace(WELL, clock_ahead=-99)]
    seen += [replace(WELL, keys=(), keys_failed=r, scopes={SCOPE_SCORE: r}) for r in reasons]
    seen += [replace(WELL, scopes=dict.fromkeys(SCOPES, "scope_not_granted"))]
    for known in (IN_USE, NOTHING_KNOWN, Known({}, {"pending": 1}, is_active=False)):
        for each in seen:
            for said in checkup(replace(known, refused=(Refused("kid_unknown", 2, NOW),)), each):
                for text in (said.what, said.says, said.mend, said.who):
                    assert not text or language == "en" or find(text) != text or text == "Clocks"
                assert "%(" not in find(said.says) % said.values


class Lms:
    """The LMS as the self-test meets it."""

    def __init__(
        self,
        tool: Tool,
        jwks_url: str = JWKS_URL,
        token_url: str = f"{ISSUER}/token",
    ) -> None:
        self.tool = tool
        self.clock = FixedClock()
        self.open_transactions: list[int] = []
        self.refused: set[str] = set()
        self.http = RecordingHttp({jwks_url: self._keys, token_url: self._token})
        test = tool.app.extensions[EXTENSION]
        tool.app.extensions[EXTENSION] = SelfTest(self.http, test.keys, test.clock)

    def _keys(self, _: Sent) -> HttpAnswer:
        self.open_transactions.append(self.tool.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of a QueuePool
        return HttpAnswer(200, {}, jwks(signing_key().jwk()))

    def _token(self, sent: Sent) -> HttpAnswer:
        self.open_transactions.append(self.tool.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of a QueuePool
        scope = dict(parse_qsl((sent.body or b"").decode()))["scope"]
        granted = "" if scope in self.refused else scope
        answer = {"access_token": "secret-token", "token_type": "Bearer", "scope": granted}
        return HttpAnswer(200, {}, json.dumps(answer).encode())


@pytest.fixture
def lms(tool: Tool) -> Lms:
    return Lms(tool)


@pytest.fixture
def administrator(tool: Tool) -> FlaskClient:
    client = tool.launch(sub="administrator")
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("administrator"),
            municipality_id=tool.municipality_id,
            role=Role.ADMINISTRATOR,
            school_id=None,
            now=NOW,
        )
    return tool.logs_in(client, "administrator")


def shown(page: str) -> list[tuple[str, str]]:
    """State and name of each line of the page."""
    return re.findall(r'class="checked is-(\w+)".*?<strong>(.*?)</strong>', page, re.DOTALL)


def address(tool: Tool) -> str:
    return f"/lms/{tool.registration_id}/check?lang=en"


def test_the_page_shows_what_is_known_and_asks_nothing(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    page = tool.get(administrator, address(tool))

    assert (page.status_code, lms.http.sent) == (200, [])
    assert shown(page.text) == [
        ("unknown", "The LMS's public keys"),
        ("unknown", "Trust of the LMS in us"),
        ("ok", "Clocks"),
        ("ok", "Deployments"),
        ("ok", "Last launch"),
        ("ok", "Refused launches"),
        ("unknown", "Last score"),
        ("unknown", "Last list of participants"),
    ]


def test_the_button_asks_the_lms_with_no_transaction_open(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    lms.refused = {SCOPE_RESULT}
    page = tool.post(administrator, address(tool))

    assert page.status_code == 200
    assert ("ok", "Sending scores") in shown(page.text)
    assert ("warning", "Reading scores back") in shown(page.text)
    assert "It works, and there is something to look at." in page.text
    assert lms.open_transactions == [0] * 7
    later = tool.get(administrator, address(tool)).text
    assert shown(later)[:2] == [
        ("ok", "The LMS's public keys"),
        ("ok", "Trust of the LMS in us"),
    ]


def test_what_fails_is_remembered(tool: Tool, lms: Lms, administrator: FlaskClient):
    lms.http.answers[JWKS_URL] = TransientServiceError("timeout")
    lms.http.answers[f"{ISSUER}/token"] = HttpAnswer(401, {}, b'{"error":"invalid_client"}')
    page = tool.post(administrator, address(tool)).text

    assert "Something does not work." in page
    kept = select(service_state.c.service, service_state.c.reason).order_by("service")
    assert [tuple(row) for row in tool.rows(kept)] == [
        ("keys", "timeout"),
        ("launch", None),
        ("token", "token_refused"),
    ]


def test_another_municipality_s_lms_is_not_there(tool: Tool, lms: Lms, administrator: FlaskClient):
    with tool.database.writing() as session:
        other = register(
            session,
            municipality_id=add_municipality(session, "Other", country="NO"),
            issuer="https://other.example",
            client_id="c",
            auth_url="https://other.example/a",
            token_url=None,
            jwks_url="https://other.example/j",
            deployment_ids=["1"],
            now=NOW,
        )
    for path in (f"/lms/{other}/check", "/lms/99999/check"):
        answers = [tool.get(administrator, path), tool.post(administrator, path)]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert lms.http.sent == []


def test_a_teacher_sees_nothing_of_it_and_starts_nothing(tool: Tool, lms: Lms):
    for who in (tool.launch(), tool.client()):
        expected = 403 if who.get_cookie("__Host-tracks", "tracks.example") else 401
        assert tool.get(who, address(tool)).status_code == expected
    assert tool.post(tool.launch(), address(tool)).status_code == 403
    assert lms.http.sent == []


def test_another_site_s_form_starts_nothing(tool: Tool, lms: Lms, administrator: FlaskClient):
    path = address(tool)
    forged = [
        administrator.post(path, base_url=BASE_URL),
        administrator.post(path, base_url=BASE_URL, headers={"Origin": "https://evil.example"}),
        administrator.post(path, base_url=BASE_URL, data={"form_token": "0" * 64}),
    ]

    assert ([answer.status_code for answer in forged], lms.http.sent) == ([403] * 3, [])


def test_launches_are_noted_seldom_with_the_clock_of_the_lms(tool: Tool, lms: Lms):
    noted = select(service_state.c.ok_at, service_state.c.clock_ahead)
    tool.launch(sub="a")
    (first,) = tool.rows(noted)
    tool.launch(sub="b")

    assert abs(first.clock_ahead) < 30
    assert tool.rows(noted) == [first]
    assert tool.count(service_state, service_state.c.service == "launch") == 1


def test_a_clock_that_runs_ahead_shows_after_one_launch(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    tool.app.extensions.pop("tracks.launches_noted")
    client = tool.client()
    setting = tool.login(client)
    ahead = {"iat": setting.now + 45, "exp": setting.now + 105, "sub": "late"}
    form = tool.form(setting, ahead)
    assert client.post("/lti/launch", data=form, base_url=BASE_URL).status_code == 303

    (found,) = tool.rows(select(service_state.c.clock_ahead))
    assert 30 < found[0] < 50
    assert ("warning", "Clocks") in shown(tool.get(administrator, address(tool)).text)


def test_neither_the_page_nor_the_database_holds_a_token(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    page = tool.post(administrator, address(tool)).text

    rows = [str(row) for table in (service_state, registration) for row in tool.rows(select(table))]
    assert "secret-token" not in page + "".join(rows)


def test_a_service_that_works_again_says_so(tool: Tool, administrator: FlaskClient):
    moment = FixedClock().now()
    with tool.database.writing() as session:
        service_failed(session, tool.registration_id, Service.SCORES, "status_500", moment)
    before = shown(tool.get(administrator, address(tool)).text)
    with tool.database.writing() as session:
        after = moment + timedelta(minutes=1)
        service_went_well(session, tool.registration_id, Service.SCORES, after)

    assert ("warning", "Last score") in before
    assert ("ok", "Last score") in shown(tool.get(administrator, address(tool)).text)


@pytest.mark.parametrize(("refused", "code"), [(set(), 0), ({SCOPE_RESULT}, 0), ({SCOPE_SCORE}, 1)])
def test_the_command_exits_with_1_when_something_does_not_work(
    tool: Tool, lms: Lms, monkeypatch: pytest.MonkeyPatch, refused: set[str], code: int
):
    lms.refused = refused
    test = tool.app.extensions[EXTENSION]
    monkeypatch.setattr("tracks.app.self_test_of", lambda _settings, _keys: test)
    found = run(tool, "check", str(tool.registration_id), "--json")
    told = json.loads(found.stdout)

    assert (found.exit_code, told["ok"], told["issuer"]) == (code, code == 0, ISSUER)
    assert {row["what"]: row["state"] for row in told["lines"]}["Clocks"] == "unknown"
    plain = run(tool, "check", str(tool.registration_id))
    assert (plain.exit_code, "Sending scores: " in plain.stdout) == (code, True)


def test_the_command_knows_what_is_not_there(tool: Tool):
    found = run(tool, "check", "99999")

    assert (found.exit_code, "no such registration" in found.output) == (1, True)


def test_a_connection_that_is_switched_off_can_be_tested(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    with tool.database.writing() as session:
        session.execute(update(registration).values(is_active=False))

    found = run(tool, "check", str(tool.registration_id), "--json")

    assert json.loads(found.stdout)["lines"][0]["what"] == "This connection"


def run(tool: Tool, *words: str):
    environ = {
        "TRACKS_DATABASE_URL": tool.database.engine.url.render_as_string(hide_password=False),
        "TRACKS_DATA_DIR": str(tool.settings.data_dir),
        "TRACKS_BASE_URL": BASE_URL,
    }
    return CliRunner().invoke(cli, ["lti", *words], env=environ)


def test_refused_launches_are_counted_by_reason_and_forgotten(
    tool: Tool, lms: Lms, administrator: FlaskClient
):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for case in [*["a"] * 3, "b"]:
            changes = {"roles": "x"} if case == "a" else {"message_type": "LtiUnknown"}
            answer = tool.click(tool.prepare({PREFIX + n: value for n, value in changes.items()}))
            assert answer.status_code == 400
        told = select(refused_launch.c.reason, refused_launch.c.launches)
        assert sorted(tool.rows(told)) == [("message_type_unknown", 1), ("roles_not_list", 3)]
        page = re.sub(r"\s+", " ", tool.get(administrator, address(tool)).text)
        assert "Number in the last seven days: 3. The last one:" in page
        assert "<code>roles_not_list</code>" in page
        clock.shift(timedelta(days=8))
        with tool.database.reading() as session:
            subject = subject_of_checkup(session, tool.registration_id, datetime.now(UTC))
        assert subject is not None
        assert subject.known.refused == ()
        clock.shift(timedelta(days=8))
        with tool.database.writing() as session:
            assert forget_refusals(session, datetime.now(UTC)) == 2
