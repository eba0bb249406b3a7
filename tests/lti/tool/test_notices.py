"""Notices: each fault has its own reason, and nothing is kept of a notice that is refused."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.claims import PnsClaim, read_history, read_pns
from lti.errors import LtiRejected, PermanentServiceError, TransientServiceError
from lti.jose import import_public
from lti.ports import Deployment, HttpAnswer, Registration
from lti.tool import notices
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.notices import Notice, accept_notice, register_handler, tokens_of, wants_handler
from lti.tool.service_calls import ServiceCalls
from tests.factories.keys import tool_keys
from tests.fakes.forge import (
    PREFIX,
    REMOVED,
    by_other_key,
    changed,
    default_header,
    hs256_with_pem,
    signing_key,
    token,
    unsigned,
)
from tests.fakes.lti_ports import FixedClock, MemoryNonces, MemoryRegistrations, RecordingHttp

ISSUER = "https://lms.example"
REGISTRATION = Registration(
    3, ISSUER, "client-1", f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/jwks"
)
DEPLOYMENT = Deployment(9, 3, "1", is_enabled=True)
CLOCK = FixedClock()
NOW = int(CLOCK.moment.timestamp())
NOTICE = {"id": "n-1", "timestamp": "2026-11-21T11:59:00Z", "type": "LtiContextCopyNotice"}
CLAIMS = {
    "iss": ISSUER,
    "aud": "client-1",
    "azp": "client-1",
    "iat": NOW,
    "exp": NOW + 3600,
    "nonce": "one",
    PREFIX + "version": "1.3.0",
    PREFIX + "deployment_id": "1",
    PREFIX + "notice": NOTICE,
    PREFIX + "context": {"id": "new-course", "title": "Sample course"},
    PREFIX + "origin_contexts": ["old-course"],
}


class Keys:
    def __init__(self, error: Exception | None = None) -> None:
        self.known = {"platform-1": import_public(signing_key().jwk())}
        self.error = error

    def key(self, _registration: Registration, kid: str) -> Any:
        if self.error is not None:
            raise self.error
        return self.known.get(kid)


class Seen:
    def __init__(self) -> None:
        self.ids: set[tuple[int, str]] = set()

    def remember(self, registration_id: int, notice: Notice) -> bool:
        is_new = (registration_id, notice.id) not in self.ids
        self.ids.add((registration_id, notice.id))
        return is_new


class Handler:
    def __init__(self) -> None:
        self.nonces, self.seen = MemoryNonces(), Seen()
        self.keys = Keys()
        self.deployments = [DEPLOYMENT]

    def take(self, given_token: str) -> Notice | None:
        return accept_notice(
            given_token,
            REGISTRATION,
            registrations=MemoryRegistrations([REGISTRATION], self.deployments),
            nonces=self.nonces,
            seen=self.seen,
            keys=self.keys,
            clock=CLOCK,
        )

    def reason(self, given_token: str) -> str:
        with pytest.raises(LtiRejected) as refused:
            self.take(given_token)
        return refused.value.reason


def signed(**changes: Any) -> str:
    named = {PREFIX + name if name in _LTI else name: value for name, value in changes.items()}
    return token(changed(CLAIMS, named))


_LTI = {"version", "deployment_id", "notice", "context", "origin_contexts"}


def test_a_copied_course():
    taken = Handler().take(signed())

    assert taken is not None
    assert taken.context is not None
    assert (taken.id, taken.type, taken.deployment) == ("n-1", "LtiContextCopyNotice", DEPLOYMENT)
    assert taken.sent_at == datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
    assert (taken.context.id, taken.origin_contexts) == ("new-course", ("old-course",))


def test_a_greeting_needs_no_course():
    hello = {**NOTICE, "type": "LtiHelloWorldNotice"}
    taken = Handler().take(signed(notice=hello, context=REMOVED, origin_contexts=REMOVED))

    assert taken is not None
    assert (taken.context, taken.origin_contexts) == (None, ())


def test_the_same_again_has_no_effect_and_is_no_fault():
    handler = Handler()
    assert handler.take(signed()) is not None
    assert handler.take(signed()) is None
    # sent anew by a platform that heard no answer: signed again, with another nonce
    assert handler.take(signed(nonce="two")) is None


def test_a_nonce_serves_one_notice():
    handler = Handler()
    handler.take(signed())

    assert handler.reason(signed(notice={**NOTICE, "id": "n-2"})) == "nonce_reused"


def test_a_nonce_is_remembered_longer_than_any_notice_is_taken():
    handler = Handler()
    handler.take(signed())

    (until,) = handler.nonces.used.values()
    assert until - CLOCK.moment == timedelta(hours=1, minutes=2)


def test_as_many_origins_and_as_long_as_may_be():
    longest = ["y", *["x" * 255] * 19]
    taken = Handler().take(signed(origin_contexts=longest))

    assert taken is not None
    assert taken.origin_contexts == tuple(longest)


def test_two_notices_with_nonces_of_their_own():
    handler = Handler()
    handler.take(signed())

    assert handler.take(signed(nonce="two", notice={**NOTICE, "id": "n-2"})) is not None
    assert len(handler.nonces.used) == 2


def test_a_nonce_of_a_launch_is_another_one():
    handler = Handler()
    handler.nonces.consume(3, "one", CLOCK.moment)

    assert handler.take(signed()) is not None


def test_jti_stands_in_for_the_nonce():
    assert Handler().take(signed(nonce=REMOVED, jti="two")) is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer_differs"),
        ({"iss": REMOVED}, "issuer_missing"),
        ({"aud": "other"}, "audience_not_us"),
        ({"aud": ["client-1", "other"]}, "audience_untrusted"),
        ({"azp": "other"}, "azp_not_us"),
        ({"exp": REMOVED}, "exp_missing"),
        ({"exp": NOW - 61}, "exp_passed"),
        ({"iat": REMOVED}, "iat_missing"),
        ({"iat": NOW + 61}, "iat_in_future"),
        ({"iat": NOW - 3661}, "iat_too_old"),
        ({"exp": NOW + 90_000}, "lifetime_too_long"),
        ({"nonce": REMOVED}, "nonce_missing"),
        ({"nonce": 7}, "nonce_missing"),
        ({"version": REMOVED}, "version_missing"),
        ({"version": "1.3"}, "version_unknown"),
        ({"deployment_id": REMOVED}, "deployment_missing"),
        ({"deployment_id": "x" * 256}, "deployment_malformed"),
        ({"deployment_id": "2"}, "deployment_unknown"),
        ({"notice": REMOVED}, "notice_claim_missing"),
        ({"notice": "n-1"}, "notice_claim_missing"),
        ({"notice": {**NOTICE, "id": ""}}, "notice_id_invalid"),
        ({"notice": {**NOTICE, "id": "x" * 256}}, "notice_id_invalid"),
        ({"notice": {**NOTICE, "id": 5}}, "notice_id_invalid"),
        ({"notice": {**NOTICE, "type": "LtiOtherNotice"}}, "notice_type_unknown"),
        ({"notice": {**NOTICE, "type": ["LtiHelloWorldNotice"]}}, "notice_type_unknown"),
        ({"notice": {**NOTICE, "type": {}}}, "notice_type_unknown"),
        ({"notice": {**NOTICE, "timestamp": "yesterday"}}, "notice_timestamp_invalid"),
        ({"notice": {**NOTICE, "timestamp": "2026-11-21T11:59:00"}}, "notice_timestamp_invalid"),
        ({"notice": {**NOTICE, "timestamp": 7}}, "notice_timestamp_invalid"),
        ({"context": REMOVED}, "notice_context_missing"),
        ({"context": {"id": "x" * 256}}, "notice_context_missing"),
        ({"origin_contexts": "old-course"}, "notice_origin_invalid"),
        ({"origin_contexts": [7]}, "notice_origin_invalid"),
        ({"origin_contexts": ["x"] * 21}, "notice_origin_invalid"),
        ({"origin_contexts": [""]}, "notice_origin_invalid"),
        ({"origin_contexts": ["x" * 256]}, "notice_origin_invalid"),
    ],
)
def test_a_claim_that_is_wrong(changes: dict[str, Any], reason: str):
    handler = Handler()

    assert handler.reason(signed(**changes)) == reason
    assert (handler.seen.ids, handler.nonces.used) == (set(), {})


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (token(CLAIMS, sign=by_other_key), "signature_invalid"),
        (
            token(CLAIMS, sign=unsigned, header={**default_header(), "alg": "none"}),
            "alg_not_allowed",
        ),
        (
            token(CLAIMS, sign=hs256_with_pem, header={**default_header(), "alg": "HS256"}),
            "alg_not_allowed",
        ),
        (token(CLAIMS, header=default_header("platform-9")), "kid_unknown"),
        ("a.b", "token_not_three_parts"),
    ],
    ids=["other key", "none", "HS256", "unknown kid", "not a token"],
)
def test_a_token_that_the_platform_did_not_sign(forged: str, reason: str):
    assert Handler().reason(forged) == reason


def test_a_deployment_that_is_off_and_keys_that_cannot_be_fetched():
    handler = Handler()
    handler.deployments = [Deployment(9, 3, "1", is_enabled=False)]
    assert handler.reason(signed()) == "deployment_not_enabled"

    handler.keys = Keys(error=TransientServiceError("refused"))
    assert handler.reason(signed()) == "keys_unreachable"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"x" * (512 * 1024 + 1), "notices_too_large"),
        (b"not json", "notices_not_json"),
        (b"[]", "notices_not_json"),
        (b'{"notices": [], "notices": []}', "notices_not_json"),
        (b"{}", "notices_missing"),
        (b'{"notices": []}', "notices_missing"),
        (b'{"notices": {"jwt": "x"}}', "notices_missing"),
        (json.dumps({"notices": [{"jwt": "x"}] * 101}).encode(), "notices_too_many"),
        (b'{"notices": [{"jwt": "x"}, {}]}', "notice_token_missing"),
        (b'{"notices": ["x"]}', "notice_token_missing"),
    ],
)
def test_a_delivery_that_cannot_be_read(body: bytes, reason: str):
    with pytest.raises(LtiRejected) as refused:
        tokens_of(body)
    assert refused.value.reason == reason


def test_the_largest_delivery():
    many = json.dumps({"notices": [{"jwt": "x"}] * 100}).encode()

    assert tokens_of(many.ljust(512 * 1024)) == ["x"] * 100


def test_a_delivery_with_several():
    assert tokens_of(b'{"notices": [{"jwt": "a"}, {"jwt": "b", "more": 1}]}') == ["a", "b"]


@given(st.binary(max_size=200) | st.text().map(lambda t: json.dumps({"notices": [t]}).encode()))
def test_nothing_that_is_sent_is_more_than_refused(body: bytes):
    with suppress(LtiRejected):
        assert all(isinstance(found, str) for found in tokens_of(body))


SERVICE = f"{ISSUER}/notice-handlers/1"
CLAIM = PnsClaim(SERVICE, frozenset({notices.SCOPE}), frozenset({notices.CONTEXT_COPY}))


def test_the_claim_of_the_service():
    claim = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": SERVICE,
        "scope": [notices.SCOPE],
        "notice_types_supported": [notices.CONTEXT_COPY],
    }
    assert read_pns(claim) == CLAIM
    assert [read_pns(odd) for odd in (None, "x", {}, {"platform_notification_service_url": 7})] == [
        None
    ] * 4


def test_only_a_platform_that_tells_of_copies_is_asked():
    no_copies = PnsClaim(SERVICE, CLAIM.scope, frozenset({notices.HELLO}))
    no_scope = PnsClaim(SERVICE, frozenset(), CLAIM.notice_types)
    assert [wants_handler(c) for c in (CLAIM, no_copies, no_scope, None)] == [
        True,
        False,
        False,
        False,
    ]


def calls(answer: HttpAnswer) -> tuple[ServiceCalls, RecordingHttp]:
    granted = HttpAnswer(200, {}, b'{"access_token": "t", "token_type": "bearer"}')
    http = RecordingHttp({f"{ISSUER}/token": granted, SERVICE: answer})
    tokens = AccessTokenSource(http, tool_keys(), CLOCK, MemoryAccessTokens())
    return ServiceCalls(http, tokens, CLOCK), http


def test_our_address_is_put_there_with_a_token_of_the_scope():
    service, http = calls(HttpAnswer(200, {}, b"{}"))

    register_handler(service, REGISTRATION, "1", SERVICE, "https://tracks.example/lti/notices/3")

    asked, put = http.sent
    assert b"scope=https%3A%2F%2Fpurl.imsglobal.org%2Fspec%2Flti%2Fscope%2Fnoticehandlers" in (
        asked.body or b""
    )
    assert (put.method, put.url, put.headers["authorization"]) == ("PUT", SERVICE, "Bearer t")
    assert put.headers["content-type"] == "application/json"
    assert json.loads(put.body or b"") == {
        "notice_type": "LtiContextCopyNotice",
        "handler": "https://tracks.example/lti/notices/3",
    }


@pytest.mark.parametrize(
    ("status", "kind"), [(403, PermanentServiceError), (503, TransientServiceError)]
)
def test_a_platform_that_will_not_take_it(status: int, kind: type[Exception]):
    service, _ = calls(HttpAnswer(status, {}, b""))
    with pytest.raises(kind):
        register_handler(service, REGISTRATION, "1", SERVICE, "https://tracks.example/n")


@pytest.mark.parametrize(
    ("sent", "ids"),
    [
        (None, ()),
        ("", ()),
        ("$ResourceLink.id.history", ()),
        ("17", ("17",)),
        ("17, 12,9", ("17", "12", "9")),
        ("a%2Cb,c", ("a,b", "c")),
        (",,17", ("17",)),
        ("é,17", ("17",)),
        (",".join(map(str, range(50))), tuple(map(str, range(20)))),
    ],
)
def test_the_history_of_a_link(sent: str | None, ids: tuple[str, ...]):
    assert read_history(sent) == ids
