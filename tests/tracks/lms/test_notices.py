"""Notices over HTTP: a copied course is remembered once, whatever else arrives."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from lti.ports import HttpAnswer
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.service_calls import ServiceCalls
from tests.factories.keys import tool_keys
from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.forge import PREFIX, by_other_key, changed, token
from tracks.jobs.actions import enqueue
from tracks.jobs.models import outbox
from tracks.jobs.worker import Worker
from tracks.lms.actions.life_cycle import forget_notices
from tracks.lms.actions.switches import switch_registration
from tracks.lms.jobs import notice_handlers
from tracks.lms.models import context_copy, notice, notice_handler, used_nonce
from tracks.lms.rules import notice_lane
from tracks.lms.stores import SystemClock

COPIES = select(context_copy.c.context_id, context_copy.c.origin_id)
SERVICE = f"{ISSUER}/notice-handlers/1"
PNS = {
    PREFIX + "platformnotificationservice": {
        "service_versions": ["1.0"],
        "platform_notification_service_url": SERVICE,
        "scope": ["https://purl.imsglobal.org/spec/lti/scope/noticehandlers"],
        "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
    }
}


def copied(number: int = 1, **changes: Any) -> str:
    moment = int(datetime.now(UTC).timestamp())
    told = {"id": f"n-{number}", "type": "LtiContextCopyNotice"}
    claims = {
        "iss": ISSUER,
        "aud": "client-1",
        "azp": "client-1",
        "iat": moment,
        "exp": moment + 3600,
        "nonce": f"nonce-{number}",
        PREFIX + "version": "1.3.0",
        PREFIX + "deployment_id": "1",
        PREFIX + "notice": {**told, "timestamp": datetime.now(UTC).isoformat()},
        PREFIX + "context": {"id": f"course-{number}"},
        PREFIX + "origin_contexts": ["course-0"],
    }
    return token(changed(claims, changes))


def deliver(
    tool: Tool, *tokens: str, registration: int | None = None, **headers: str
) -> TestResponse:
    body = json.dumps({"notices": [{"jwt": one} for one in tokens]})
    return send(tool, body, registration)


def send(tool: Tool, body: str | bytes, registration: int | None = None) -> TestResponse:
    client: FlaskClient = tool.app.test_client(use_cookies=False)
    path = f"/lti/notices/{registration or tool.registration_id}"
    return client.post(path, data=body, base_url=BASE_URL, content_type="application/json")


def test_a_copied_course_is_remembered_once(tool: Tool):
    told = copied()

    answers = [deliver(tool, told) for _ in range(3)]

    assert [(a.status_code, a.json) for a in answers] == [(200, {"status": "taken"})] * 3
    assert tool.rows(COPIES) == [("course-1", "course-0")]
    assert tool.count(notice) == 1
    assert tool.count(used_nonce) == 1


def test_a_batch_is_not_lost_to_one_that_is_refused(tool: Tool):
    answer = deliver(tool, copied(1), copied(2, aud="somebody else"), copied(3))

    assert (answer.status_code, answer.json["reason"]) == (401, "audience_not_us")
    assert sorted(tool.rows(COPIES)) == [("course-1", "course-0"), ("course-3", "course-0")]
    assert tool.count(notice) == 2


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("", 400, "notices_not_json"),
        ("[" * 50_000, 400, "notices_not_json"),
        (b"\xff\xfe\x00", 400, "notices_not_json"),
        ("{}", 400, "notices_missing"),
        ("x" * (512 * 1024 + 1), 413, "notices_too_large"),
        (json.dumps({"notices": [{"jwt": "x"}] * 101}), 413, "notices_too_many"),
        (json.dumps({"notices": [{"jwt": "x.y"}]}), 401, "token_not_three_parts"),
    ],
    ids=["empty", "deep", "not text", "none", "large", "many", "garbage"],
)
def test_what_is_no_delivery_is_refused_with_a_code(
    tool: Tool, body: str | bytes, status: int, reason: str
):
    before = tool.counts()

    answer = send(tool, body)

    assert (answer.status_code, answer.json["reason"]) == (status, reason)
    assert tool.counts() == before


def test_a_notice_that_the_lms_did_not_sign(tool: Tool):
    before = tool.counts()
    forged = token({"iss": ISSUER}, sign=by_other_key)

    answer = deliver(tool, forged)

    assert (answer.status_code, answer.json["reason"]) == (401, "signature_invalid")
    assert tool.counts() == before


def test_unknown_and_switched_off_look_the_same(tool: Tool):
    unknown = deliver(tool, copied(), registration=tool.registration_id + 99)
    with tool.database.writing() as session:
        switch_registration(session, tool.registration_id, on=False)
    off = deliver(tool, copied())

    assert (unknown.status_code, unknown.json["reason"]) == (400, "notice_not_connected")
    assert (off.status_code, off.json["reason"]) == (400, "notice_not_connected")
    assert tool.count(notice) == 0


def test_only_posts_are_taken_and_not_too_many(tool: Tool):
    path = f"/lti/notices/{tool.registration_id}"
    assert tool.client().get(path, base_url=BASE_URL).status_code == 405
    assert tool.client().put(path, base_url=BASE_URL).status_code == 405


def test_old_notices_are_forgotten(tool: Tool):
    deliver(tool, copied())

    with tool.database.writing() as session:
        assert forget_notices(session, datetime.now(UTC)) == 0
        assert forget_notices(session, datetime(2999, 1, 1, tzinfo=UTC)) == 1


def worker(tool: Tool) -> Worker:
    clock = SystemClock()
    granted = HttpAnswer(200, {}, b'{"access_token": "t", "token_type": "bearer"}')
    tool.http.answers[f"{ISSUER}/token"] = granted
    tokens = AccessTokenSource(tool.http, tool_keys(), clock, MemoryAccessTokens())
    calls = ServiceCalls(tool.http, tokens, clock)
    return Worker(tool.database, notice_handlers(calls, BASE_URL), "memory://")


HANDLERS = select(
    notice_handler.c.url, notice_handler.c.registered_at.is_not(None), notice_handler.c.failed
)


def test_a_launch_asks_once_to_be_told_of_copies(tool: Tool):
    tool.http.answers[SERVICE] = HttpAnswer(200, {}, b"{}")
    tool.launch(changes=PNS)
    assert worker(tool).drain() == 1
    tool.launch(sub="another", changes=PNS)
    assert worker(tool).drain() == 0

    (put,) = [sent for sent in tool.http.sent if sent.method == "PUT"]
    assert json.loads(put.body or b"") == {
        "notice_type": "LtiContextCopyNotice",
        "handler": f"{BASE_URL}/lti/notices/{tool.registration_id}",
    }
    assert tool.rows(HANDLERS) == [(SERVICE, 1, None)]


def test_an_lms_that_will_not_is_not_asked_at_every_launch(tool: Tool):
    tool.http.answers[SERVICE] = HttpAnswer(403, {}, b"")
    tool.launch(changes=PNS)
    worker(tool).drain()
    tool.launch(changes=PNS)

    assert worker(tool).drain() == 0
    assert tool.rows(HANDLERS) == [(SERVICE, 0, "status_403")]


def test_the_address_of_another_host_is_not_asked(tool: Tool):
    claim = dict(PNS[PREFIX + "platformnotificationservice"])
    claim["platform_notification_service_url"] = "https://evil.example/handlers"

    tool.launch(changes={PREFIX + "platformnotificationservice": claim})

    assert (tool.count(notice_handler), tool.count(outbox)) == (0, 0)


def test_an_lms_that_asks_us_to_wait_is_left_alone_for_as_long(tool: Tool):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        tool.http.answers[SERVICE] = HttpAnswer(429, {"retry-after": "900"}, b"")
        tool.launch(changes=PNS)
        assert worker(tool).drain() == 1
        another = {"platform": "another"}
        with tool.database.writing() as session:
            lane = notice_lane(tool.registration_id)
            enqueue(session, "another", "1", another, now=datetime.now(UTC), lane=lane)
        tool.http.answers[SERVICE] = HttpAnswer(200, {}, b"{}")

        clock.shift(timedelta(seconds=899))
        assert worker(tool).drain() == 0, "nothing else of this LMS's notices either"
        with tool.database.writing() as session:
            session.execute(delete(outbox).where(outbox.c.kind == "another"))
        clock.shift(timedelta(seconds=2))
        assert worker(tool).drain() == 1
        assert tool.rows(HANDLERS) == [(SERVICE, 1, None)]
