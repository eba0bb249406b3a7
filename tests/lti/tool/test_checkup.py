"""A live look at a platform: each thing that can be wrong is told apart from the others."""

import json
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import HttpAnswer, Registration
from lti.tool.checkup import Seen, look_at
from tests.conformance.world import JWKS_URL, REGISTRATION
from tests.fakes.forge import jwks, signing_key
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent
from tests.lti.tool.gradebook import KEYS, TOKEN_URL

SCOPES = ("a", "b", "c")


class Platform:
    """Grants every scope, unless told otherwise; its clock is right, its answers take no time."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.http = RecordingHttp({JWKS_URL: self._keys, TOKEN_URL: self._token})
        self.granted = set(SCOPES)
        self.ahead = timedelta()
        self.slow = timedelta()
        self.headers: dict[str, str] = {}

    def _told(self, content: bytes) -> HttpAnswer:
        said = format_datetime(self.clock.now() + self.ahead, usegmt=True)
        self.clock.moment += self.slow
        return HttpAnswer(200, {"date": said, **self.headers}, content)

    def _keys(self, _: Sent) -> HttpAnswer:
        return self._told(jwks(signing_key("a").jwk()))

    def _token(self, sent: Sent) -> HttpAnswer:
        asked = dict(parse_qsl((sent.body or b"").decode()))["scope"]
        scope = asked if asked in self.granted else ""
        answer = {"access_token": "t", "token_type": "bearer", "scope": scope}
        return self._told(json.dumps(answer).encode())

    def seen(
        self, registration: Registration = REGISTRATION, scopes: tuple[str, ...] = SCOPES
    ) -> Seen:
        return look_at(registration, "1", scopes, http=self.http, keys=KEYS, clock=self.clock)


def test_all_is_well():
    seen = Platform().seen()

    assert [key.kid for key in seen.keys] == ["a"]
    assert replace(seen, keys=()) == Seen((), None, dict.fromkeys(SCOPES), 0.5)
    assert (seen.token_failed, seen.has_services) == (None, True)


def test_granted_and_refused_scopes_are_told_apart():
    platform = Platform()
    platform.granted = {"b"}
    seen = platform.seen()

    assert seen.scopes == {"a": "scope_not_granted", "b": None, "c": "scope_not_granted"}
    assert seen.token_failed is None


def test_a_scope_refused_by_an_error_is_a_refused_scope():
    platform = Platform()
    refused = HttpAnswer(400, {}, b'{"error":"invalid_scope"}')
    platform.http.answers[TOKEN_URL] = refused
    seen = platform.seen()

    assert (set(seen.scopes.values()), seen.token_failed) == ({"scope_not_granted"}, None)


def test_a_platform_that_does_not_accept_our_signature():
    platform = Platform()
    platform.http.answers[TOKEN_URL] = HttpAnswer(401, {}, b'{"error":"invalid_client"}')
    seen = platform.seen()

    assert (seen.token_failed, len(seen.scopes)) == ("token_refused", 3)


@pytest.mark.parametrize(
    "failed",
    [
        TransientServiceError("timeout"),
        TransientServiceError("unreachable"),
        TransientServiceError("name_not_found"),
        TransientServiceError("own_key_sealed"),
        PermanentServiceError("address_not_public"),
        PermanentServiceError("url_not_plain"),
        PermanentServiceError("url_not_https"),
    ],
)
def test_a_token_endpoint_that_cannot_be_asked_is_asked_once(failed: Exception):
    platform = Platform()
    platform.http.answers[TOKEN_URL] = failed
    seen = platform.seen()

    assert (seen.scopes, seen.token_failed) == ({"a": failed.reason}, failed.reason)


def test_a_platform_without_services():
    seen = Platform().seen(replace(REGISTRATION, token_url=None))

    assert (seen.token_failed, seen.has_services) == ("no_token_endpoint", False)
    assert seen.scopes == {"a": "no_token_endpoint"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HttpAnswer(200, {}, b"<html>"), "jwks_not_json"),
        (HttpAnswer(404, {}, b""), "jwks_status"),
        (TransientServiceError("name_not_found"), "name_not_found"),
    ],
)
def test_keys_that_cannot_be_had_leave_the_rest_to_be_tried(answer: object, reason: str):
    platform = Platform()
    platform.http.answers[JWKS_URL] = answer  # type: ignore[assignment]
    seen = platform.seen()

    assert (seen.keys, seen.keys_failed, seen.scopes) == ((), reason, dict.fromkeys(SCOPES))


def test_keys_are_shown_with_what_is_wrong_with_them():
    platform = Platform()
    curve = {"kty": "EC", "kid": "ec"}
    platform.http.answers[JWKS_URL] = HttpAnswer(200, {}, jwks(signing_key("a").jwk(), curve))

    assert [(key.kid, key.flaw) for key in platform.seen().keys] == [
        ("a", None),
        ("ec", "key_not_rsa"),
    ]


def test_nothing_failed_where_nothing_was_asked():
    seen = Platform().seen(scopes=())

    assert (seen.scopes, seen.token_failed) == ({}, None)


def test_one_token_is_enough_to_be_known():
    platform = Platform()
    broken = HttpAnswer(401, {}, b'{"error":"invalid_client"}')
    platform.http.answers[TOKEN_URL] = lambda sent: (
        platform._token(sent) if b"scope=b" in (sent.body or b"") else broken
    )
    seen = platform.seen()

    assert seen.scopes == {"a": "token_refused", "b": None, "c": "token_refused"}
    assert seen.token_failed is None


def test_the_time_is_that_of_the_middle_of_the_wait():
    platform = Platform()
    platform.slow = timedelta(seconds=3)

    # told at the start of three seconds, when our middle was still 1.5 s away
    assert platform.seen().clock_ahead == 0.5 - 1.5


@pytest.mark.parametrize(
    "said", ["Sat, 21 Nov 2026 14:00:00 +0200", "Sat, 21 Nov 2026 12:00:00 -0000"]
)
def test_a_date_with_another_zone_or_none(said: str):
    platform = Platform()
    platform.headers = {"date": said}

    assert platform.seen().clock_ahead == 0.5


@pytest.mark.parametrize("seconds", [-3600, -61, 0, 30, 7200])
def test_the_clock_is_read_off_the_answers(seconds: int):
    platform = Platform()
    platform.ahead = timedelta(seconds=seconds)

    assert platform.seen().clock_ahead == seconds + 0.5


def test_the_quickest_answer_tells_the_time_best():
    platform = Platform()
    quick, slow = platform._token, platform._keys

    def slowly(sent: Sent) -> HttpAnswer:
        platform.slow = timedelta(seconds=4)
        answer = slow(sent)
        platform.slow = timedelta()
        return answer

    platform.http.answers |= {JWKS_URL: slowly, TOKEN_URL: quick}

    assert platform.seen().clock_ahead == 0.5


@pytest.mark.parametrize(
    "headers", [{"age": "120"}, {"date": "soon"}, {"date": ""}, {"date": "Sun, 99 Foo 2026"}]
)
def test_no_time_is_better_than_a_wrong_one(headers: dict[str, str]):
    platform = Platform()
    platform.headers = headers

    assert platform.seen().clock_ahead is None


def test_nothing_is_asked_when_patience_is_over():
    platform = Platform()
    platform.slow = timedelta(seconds=7)

    assert list(platform.seen().scopes) == ["a"]
    assert len(platform.http.sent) == 2


def test_every_scope_is_asked_for_by_itself_and_past_every_cache():
    platform = Platform()
    for _ in range(2):
        platform.seen()

    asked = [parse_qsl((sent.body or b"").decode()) for sent in platform.http.sent]
    assert [dict(form).get("scope") for form in asked] == [None, *SCOPES] * 2
