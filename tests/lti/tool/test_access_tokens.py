import threading
import time
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.jose import import_public, verify
from lti.ports import AccessToken, HttpAnswer, Registration, TokenKey
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from tests.conformance.world import REGISTRATION
from tests.factories.threads import at_once
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent
from tests.lti.tool.gradebook import KEYS, TOKEN_URL, granted

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


class Platform:
    """Gives a new token at each request, named after what was asked."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.http = RecordingHttp({TOKEN_URL: self.answer})
        self.source = AccessTokenSource(self.http, KEYS, self.clock, MemoryAccessTokens())
        self.delay = 0.0

    def answer(self, sent: Sent) -> HttpAnswer:
        time.sleep(self.delay)
        form = dict(parse_qsl(sent.body.decode()))
        assertion = claims(form["client_assertion"])
        deployment = assertion["https://purl.imsglobal.org/spec/lti/claim/deployment_id"]
        number = len(self.http.sent)
        return granted(access_token=f"{assertion['sub']} {deployment} {form['scope']} {number}")

    def token(
        self, registration: Registration = REGISTRATION, deployment="1", scopes=(SCORE,)
    ) -> str:
        return self.source.token(registration, deployment, scopes)


def claims(assertion: str) -> dict:
    published = KEYS.jwks(FixedClock().now())["keys"][0]
    return verify(assertion, import_public(published), ("RS256",))


def failure(
    answer: HttpAnswer | Exception, registration: Registration = REGISTRATION
) -> ServiceError:
    platform = Platform()
    platform.http.answers[TOKEN_URL] = answer
    with pytest.raises(ServiceError) as caught:
        platform.token(registration)
    return caught.value


def test_request_is_a_form_with_a_signed_assertion():
    platform = Platform()
    platform.token(scopes=[SCORE, RESULT, SCORE])
    (sent,) = platform.http.sent
    form = dict(parse_qsl(sent.body.decode()))
    assertion = claims(form.pop("client_assertion"))
    jti = assertion.pop("jti")
    now = int(platform.clock.now().timestamp())

    assert (sent.method, sent.url, sent.headers) == (
        "POST",
        TOKEN_URL,
        {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
    )
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": f"{RESULT} {SCORE}",
    }
    assert assertion == {
        "iss": "client-1",
        "sub": "client-1",
        "aud": TOKEN_URL,
        "iat": now - 10,
        "exp": now + 300,
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
    }
    assert len(jti) == 22


def test_assertions_have_names_of_their_own():
    platform = Platform()
    for deployment in ("1", "2", "3"):
        platform.token(deployment=deployment)

    forms = [dict(parse_qsl(sent.body.decode())) for sent in platform.http.sent]

    assert len({claims(form["client_assertion"])["jti"] for form in forms}) == 3


@pytest.mark.parametrize(
    ("changes", "audience"),
    [
        ({"platform_family": "brightspace"}, "https://api.brightspace.com/auth/token"),
        ({"audience": "https://aud.example"}, "https://aud.example"),
        (
            {"audience": "https://aud.example", "platform_family": "brightspace"},
            "https://aud.example",
        ),
    ],
)
def test_audience_other_than_the_token_url(changes: dict, audience: str):
    platform = Platform()
    platform.token(replace(REGISTRATION, **changes))

    form = dict(parse_qsl(platform.http.sent[0].body.decode()))

    assert claims(form["client_assertion"])["aud"] == audience


def test_token_is_used_until_a_minute_before_its_end():
    platform = Platform()
    first = platform.token()
    platform.clock.advance(seconds=3539)
    same = platform.token()
    platform.clock.advance(seconds=1)
    other = platform.token()

    assert (first == same, first == other) == (True, False)


def test_discarded_token_is_fetched_anew():
    platform = Platform()
    first = platform.token()
    platform.source.discard(REGISTRATION, "1", [RESULT], first)
    same = platform.token()
    platform.source.discard(REGISTRATION, "1", [SCORE], first)

    assert (same == first, platform.token() == first) == (True, False)


def test_tokens_are_never_shared():
    platform = Platform()
    registrations = [
        replace(REGISTRATION, id=number, client_id=f"client-{number}") for number in range(4)
    ]
    wanted = [
        (registration, deployment, scopes)
        for registration in registrations
        for deployment in ("1", "2")
        for scopes in ((SCORE,), (RESULT,), (SCORE, RESULT))
    ]
    found: list[tuple[str, str]] = []

    def fetch() -> None:
        for registration, deployment, scopes in wanted:
            expected = f"{registration.client_id} {deployment} {' '.join(sorted(scopes))} "
            found.append((expected, platform.token(registration, deployment, scopes)))

    threads = [threading.Thread(target=fetch) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [pair for pair in found if not pair[1].startswith(pair[0])] == []
    assert (len(found), len(platform.http.sent)) == (240, 24)


def test_four_tenants_three_scopes_fifty_threads():
    """Check 12: nobody gets another's token, and one request a key and lifetime is made."""
    platform = Platform()
    platform.delay = 0.01
    tenants = [replace(REGISTRATION, id=n, client_id=f"client-{n}") for n in range(4)]
    wanted = [(tenant, scope) for tenant in tenants for scope in (SCORE, RESULT, MEMBERS)]
    lives = []

    def fetch(number: int) -> list[str]:
        turned = wanted[number % 12 :] + wanted[: number % 12]
        return [
            f"{tenant.client_id} 1 {scope} "
            for tenant, scope in turned
            if not platform.token(tenant, "1", [scope]).startswith(f"{tenant.client_id} 1 {scope} ")
        ]

    for _ in range(3):
        before = len(platform.http.sent)
        foreign = at_once(50, fetch)
        strangers = [token for each in foreign for token in each]
        lives.append((strangers, len(platform.http.sent) - before))
        platform.clock.advance(seconds=3540)

    assert lives == [([], 12)] * 3


def test_a_refused_token_is_discarded_by_fifty_threads_and_fetched_once():
    platform = Platform()
    first = platform.token()

    def again(_: int) -> str:
        platform.source.discard(REGISTRATION, "1", [SCORE], first)
        return platform.token()

    found = at_once(50, again)

    assert (len(set(found)), first in found, len(platform.http.sent)) == (1, False, 2)


def test_whoever_comes_late_with_a_refused_token_leaves_the_newer_one():
    platform = Platform()
    first = platform.token()
    platform.source.discard(REGISTRATION, "1", [SCORE], first)
    second = platform.token()

    platform.source.discard(REGISTRATION, "1", [SCORE], first)

    assert (platform.token() == second, len(platform.http.sent)) == (True, 2)


def test_memory_stays_bounded():
    platform = Platform()
    store = MemoryAccessTokens(most=3)
    source = AccessTokenSource(platform.http, KEYS, platform.clock, store)
    for number in range(10):
        source.token(REGISTRATION, str(number), [SCORE])

    assert {key.deployment_id for key in store._tokens} == {"7", "8", "9"}
    assert len(source._turns) == 0


def test_a_token_put_anew_takes_no_place_of_another_and_is_the_newest():
    store = MemoryAccessTokens(most=2)
    a, b, c = (TokenKey(7, deployment, (SCORE,)) for deployment in "abc")
    held = []
    for key in (a, b, b, a, c):
        store.put(key, AccessToken("t", FixedClock().now()))
        held.append(set(store._tokens))

    assert held == [{a}, {a, b}, {a, b}, {a, b}, {a, c}]


def test_a_failed_request_leaves_no_turn_behind():
    platform = Platform()
    platform.http.answers[TOKEN_URL] = TransientServiceError("timeout")
    for _ in range(3):
        with pytest.raises(TransientServiceError):
            platform.token()

    assert len(platform.source._turns) == 0


def test_no_deployment_is_named_where_none_is_known():
    platform = Platform()
    platform.http.answers[TOKEN_URL] = granted()
    platform.token(deployment="")
    (sent,) = platform.http.sent

    assertion = claims(dict(parse_qsl(sent.body.decode()))["client_assertion"])
    assert "https://purl.imsglobal.org/spec/lti/claim/deployment_id" not in assertion


def test_many_at_once_make_one_request():
    platform = Platform()
    platform.delay = 0.05
    threads = [threading.Thread(target=platform.token) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(platform.http.sent), len(platform.source._turns)) == (1, 0)


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_token_type_in_any_case(token_type: str):
    platform = Platform()
    platform.http.answers[TOKEN_URL] = granted(token_type=token_type)

    assert platform.token() == "t"


@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        ("absent", 3600),
        (7200, 7200),
        ("7200", 7200),
        (99.5, 99.5),
        (10**9, 86_400),
        ("999999999", 86_400),
        (0, 0),
        (0.5, 0.5),
    ],
)
def test_life_of_a_token(life: object, seconds: float):
    platform = Platform()
    store = MemoryAccessTokens()
    platform.http.answers[TOKEN_URL] = granted(expires_in=life)
    AccessTokenSource(platform.http, KEYS, platform.clock, store).token(REGISTRATION, "1", [SCORE])

    (token,) = store._tokens.values()

    assert (token.value, (token.expires_at - platform.clock.now()).total_seconds()) == (
        "t",
        seconds,
    )


@pytest.mark.parametrize(
    ("answer", "reason", "kind"),
    [
        (granted(scope=""), "scope_not_granted", PermanentServiceError),
        (granted(scope=RESULT), "scope_not_granted", PermanentServiceError),
        (granted(scope=[SCORE]), "scope_not_granted", PermanentServiceError),
        (granted(token_type="mac"), "token_type_unknown", PermanentServiceError),
        (granted(token_type="absent"), "token_type_unknown", PermanentServiceError),
        (granted(access_token="absent"), "token_answer_without_token", TransientServiceError),
        (granted(access_token=""), "token_answer_without_token", TransientServiceError),
        (granted(access_token="a\r\nb: c"), "token_answer_without_token", TransientServiceError),
        (granted(access_token="å"), "token_answer_without_token", TransientServiceError),
        (granted(access_token=7), "token_answer_without_token", TransientServiceError),
        (granted(expires_in="soon"), "token_answer_without_life", TransientServiceError),
        (granted(expires_in="1000000000"), "token_answer_without_life", TransientServiceError),
        (granted(expires_in="٣٦٠٠"), "token_answer_without_life", TransientServiceError),
        (granted(expires_in="²"), "token_answer_without_life", TransientServiceError),
        (granted(expires_in=-1), "token_answer_without_life", TransientServiceError),
        (granted(expires_in=True), "token_answer_without_life", TransientServiceError),
        (HttpAnswer(200, {}, b"<html>"), "token_answer_not_json", TransientServiceError),
        (HttpAnswer(200, {}, b"[]"), "token_answer_not_json", TransientServiceError),
        *(
            (
                HttpAnswer(400, {}, b'{"error":"' + error + b'"}'),
                "token_refused",
                PermanentServiceError,
            )
            for error in (b"invalid_scope", b"unauthorized_client", b"unsupported_grant_type")
        ),
        (
            HttpAnswer(401, {}, b'{"error":"invalid_client"}'),
            "token_refused",
            TransientServiceError,
        ),
        (HttpAnswer(400, {}, b"<html>"), "token_refused", TransientServiceError),
        (
            HttpAnswer(400, {}, b'{"error":["invalid_scope"]}'),
            "token_refused",
            TransientServiceError,
        ),
        (HttpAnswer(404, {}, b""), "status_404", PermanentServiceError),
        (
            HttpAnswer(302, {"location": "https://evil.example"}, b""),
            "status_302",
            PermanentServiceError,
        ),
        (HttpAnswer(503, {}, b""), "status_503", TransientServiceError),
        (TransientServiceError("timeout"), "timeout", TransientServiceError),
    ],
)
def test_no_token(answer: HttpAnswer | Exception, reason: str, kind: type):
    failed = failure(answer)

    assert (failed.reason, type(failed)) == (reason, kind)


def test_more_scopes_than_asked_for_are_fine():
    platform = Platform()
    platform.http.answers[TOKEN_URL] = granted(scope=f"{RESULT} {SCORE}")

    assert platform.token() == "t"


def test_platform_without_token_endpoint():
    failed = failure(granted(), replace(REGISTRATION, token_url=None))

    assert (failed.reason, type(failed)) == ("no_token_endpoint", PermanentServiceError)


def test_token_does_not_show_when_printed():
    token = AccessToken("secret", FixedClock().now())

    assert "secret" not in repr(token)
