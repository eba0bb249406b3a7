"""An LMS's key set over real HTTP, through the launch: slow, down, a page, huge (check 8)."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from msgspec.structs import replace
from pytest_httpserver import HTTPServer
from sqlalchemy import event, select, update
from werkzeug import Request, Response

from lti.http import GuardedHttp
from lti.jose import import_public
from lti.platform_keys import CachedPlatformKeys
from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.fakes.forge import changed, default_header, jwks, resource_claims, signing_key, token
from tracks.lms.models import platform_key_set, registration
from tracks.lms.stores import DatabaseKeySets, SystemClock

PATIENCE = 1.0  # seconds, instead of 15: for an LMS that never answers
LONG = 20.0  # what nobody ever waits, however busy the machine
ONE, TWO = signing_key(), signing_key("platform-2")


class School:
    """An LMS that serves its key set itself; `answer` is what it serves now.

    While `gate` is closed it takes requests and does not answer. The tool waits for it as long
    as it must, so that a busy machine fails no test, until it `hangs`.
    """

    def __init__(self, tool: Tool, server: HTTPServer) -> None:
        self.tool = tool
        self._login = threading.Lock()
        self.fetches = 0
        self.answer = Response(jwks(ONE.jwk()), content_type="application/json")
        self.gate = threading.Event()
        self.gate.set()
        server.expect_request("/keys").respond_with_handler(self._serve)
        self.url = server.url_for("/keys")
        self._http = self._client(LONG)
        self.restart_the_tool()
        self.moves_to(self.url)

    def restart_the_tool(self) -> None:
        """What its memory held is gone."""
        kept = DatabaseKeySets(self.tool.database)
        side = self.tool.app.extensions["tracks.lti"]
        self.tool.app.extensions["tracks.lti"] = replace(
            side, platform_keys=CachedPlatformKeys(self._http, SystemClock(), kept=kept)
        )

    def _client(self, patience: float) -> GuardedHttp:
        return GuardedHttp(allow_loopback=True, connect_seconds=patience, total_seconds=patience)

    def close(self) -> None:
        self.gate.set()
        self._http.close()

    def lose_patience(self) -> None:
        """From now the tool waits a second, and what its memory holds stays."""
        self._http.close()
        self._http = self._client(PATIENCE)
        self.tool.app.extensions["tracks.lti"].platform_keys._http = self._http

    def hang(self) -> None:
        self.lose_patience()
        self.gate.clear()

    def _serve(self, _: Request) -> Response:
        self.fetches += 1
        self.gate.wait(LONG)
        return self.answer

    def moves_to(self, url: str) -> None:
        with self.tool.database.writing() as session:
            session.execute(update(registration).values(jwks_url=url))
        self.tool.a_moment_later()

    def launch(self, key=ONE) -> tuple[int, str]:
        """The status, and the reason where it is refused."""
        client = self.tool.client()
        with self._login:  # the tool under test remembers one state at a time
            setting, state = self.tool.login(client), self.tool.state
        claims = resource_claims(setting, teacher=False)
        made = token(
            changed(claims, {"sub": "t"}),
            header={**default_header(), "kid": key.kid},
            sign=key.sign,
        )
        form = {"id_token": made, "state": state}
        answer = client.post("/lti/launch", data=form, base_url=self.tool.settings.base_url)
        reasons = ("kid_unknown", "keys_unreachable")
        return answer.status_code, next((r for r in reasons if r in answer.text), "")


@pytest.fixture
def school(tool: Tool, httpserver: HTTPServer) -> Iterator[School]:
    with closing(School(tool, httpserver)) as school:
        yield school


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=True) as travelling:
        yield travelling


def broken(school: School) -> dict[str, Response]:
    return {
        "a page": Response("<html>Sign in</html>", content_type="text/html"),
        "not there": Response("", 404),
        "broken": Response("", 500),
        "elsewhere": Response("", 302, {"Location": school.url}),
        "huge": Response(b'{"keys":[]}' + b" " * 300_000, content_type="application/json"),
        "too many": Response(jwks(*[ONE.jwk(kid=str(n)) for n in range(51)])),
    }


def test_one_fetch_for_many_launches(school: School):
    assert {school.launch() for _ in range(30)} == {(303, "")}
    assert school.fetches == 1


def test_an_unknown_kid_makes_exactly_one_fetch(school: School, clock: time_machine.Traveller):
    school.launch()
    clock.shift(timedelta(minutes=1))

    assert {school.launch(TWO) for _ in range(10)} == {(401, "kid_unknown")}
    assert school.fetches == 2


def test_a_new_key_is_found_at_its_first_launch(school: School, clock: time_machine.Traveller):
    school.launch()
    clock.shift(timedelta(minutes=1))
    school.answer = Response(jwks(ONE.jwk(), TWO.jwk()))

    assert [school.launch(TWO), school.launch(ONE), school.fetches] == [(303, ""), (303, ""), 2]


@pytest.mark.parametrize(
    "how", ["a page", "not there", "broken", "elsewhere", "huge", "too many", "down", "hanging"]
)
def test_known_keys_hold_whatever_becomes_of_the_key_set(
    school: School, clock: time_machine.Traveller, how: str
):
    school.launch()
    if how == "down":
        # Nobody listens at port 9: refused at once. The entry stays, since the address does.
        keys = school.tool.app.extensions["tracks.lti"].platform_keys
        keys._entries[school.tool.registration_id].url = "http://127.0.0.1:9/keys"
        school.moves_to("http://127.0.0.1:9/keys")
    elif how == "hanging":
        school.hang()
    else:
        school.answer = broken(school)[how]
    answers = []
    for _ in range(4):
        clock.shift(timedelta(hours=5))
        answers.append(school.launch())

    assert answers == [(303, "")] * 4
    assert school.launch(TWO) == (401, "keys_unreachable")


@pytest.mark.parametrize("how", ["a page", "huge", "hanging", "dripping"])
def test_without_any_key_the_refusal_says_so_within_the_time(school: School, how: str):
    if how == "hanging":
        school.hang()
    elif how == "dripping":
        school.lose_patience()
        school.answer = Response(drops(), content_type="application/json")
    else:
        school.answer = broken(school)[how]
    began = time.monotonic()

    assert school.launch() == (401, "keys_unreachable")
    assert time.monotonic() - began < LONG / 2


def drops() -> Iterator[bytes]:
    for _ in range(int(LONG)):
        yield b" "
        time.sleep(PATIENCE / 4)


def test_a_slow_key_set_is_fetched_once_for_all_who_wait(school: School):
    school.gate.clear()
    threading.Timer(1.0, school.gate.set).start()

    answers = at_once(6, lambda _: school.launch())

    assert (set(answers), school.fetches) == ({(303, "")}, 1)


def test_nobody_with_a_known_key_waits_while_the_key_set_is_asked_again(
    school: School, clock: time_machine.Traveller
):
    school.launch()
    school.gate.clear()
    clock.shift(timedelta(hours=2))
    first = threading.Thread(target=school.launch)  # asks, and waits for the answer
    first.start()
    while school.fetches < 2:
        time.sleep(0.01)

    assert [school.launch() for _ in range(3)] == [(303, "")] * 3
    assert first.is_alive()

    school.answer = Response("", 500)
    school.gate.set()
    first.join()
    school.gate.clear()
    clock.shift(timedelta(minutes=2))
    # It is known to be broken now: asked again, but behind everybody's back.
    began = time.monotonic()
    assert [school.launch() for _ in range(3)] == [(303, "")] * 3
    assert time.monotonic() - began < LONG / 2
    while school.fetches < 3:
        time.sleep(0.01)
    assert not school.gate.is_set()


def test_no_key_of_an_lms_is_parsed_on_the_way_of_a_launch(school: School, monkeypatch):
    school.launch()
    parsed = []
    monkeypatch.setattr(
        "lti.platform_keys.import_public", lambda jwk: parsed.append(jwk) or import_public(jwk)
    )

    assert {school.launch() for _ in range(20)} == {(303, "")}
    assert (parsed, school.fetches) == ([], 1)


@pytest.mark.parametrize("how", ["broken", "a page", "hanging"])
def test_known_keys_hold_though_we_start_anew_while_the_lms_is_down(
    school: School, clock: time_machine.Traveller, how: str
):
    school.launch()
    if how == "hanging":
        school.hang()
    else:
        school.answer = broken(school)[how]
    answers = []
    for hours in (0.5, 5, 19):
        clock.shift(timedelta(hours=hours))
        school.restart_the_tool()
        answers.append(school.launch())

    assert answers == [(303, "")] * 3
    assert school.launch(TWO) == (401, "keys_unreachable")
    clock.shift(timedelta(hours=1))
    school.restart_the_tool()
    assert school.launch() == (401, "keys_unreachable"), "a day after they were to be fetched again"


def test_a_start_with_fresh_kept_keys_fetches_nothing_and_a_warm_cache_reads_nothing(
    school: School,
):
    school.launch()
    school.restart_the_tool()
    read = []
    engine = school.tool.database.engine
    event.listen(
        engine,
        "before_cursor_execute",
        lambda _c, _u, statement, *_: read.append("platform_key_set" in statement),
    )

    assert [school.launch() for _ in range(3)] == [(303, "")] * 3
    assert (school.fetches, sum(read)) == (1, 1)


def test_keys_of_another_address_are_not_those_that_were_kept(school: School):
    school.launch()
    school.restart_the_tool()
    school.moves_to("http://127.0.0.1:9/keys")

    assert school.launch() == (401, "keys_unreachable")


def test_a_new_key_set_takes_the_place_of_the_one_that_was_kept(
    school: School, clock: time_machine.Traveller
):
    school.launch()
    clock.shift(timedelta(minutes=2))
    school.answer = Response(jwks(TWO.jwk(), {**ONE.jwk(kid="private"), "d": "AQAB"}))
    assert school.launch(TWO) == (303, "")

    kept = school.tool.rows(select(platform_key_set.c.url, platform_key_set.c.jwks))
    assert kept == [(school.url, [TWO.jwk()])]
    school.restart_the_tool()
    assert school.launch(ONE) == (401, "kid_unknown")
