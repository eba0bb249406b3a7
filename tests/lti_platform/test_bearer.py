from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lti import jose
from lti.platform import answer_authentication
from lti.platform.library import ParsedKeyRegistration
from tests.lti_platform.school import (
    AGS,
    LMS,
    MESSAGE,
    OTHER_KEY,
    PLATFORM_KEY,
    SCOPE_MEMBERS,
    TOOL_KEY,
    School,
    said,
)

ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
NEW_ITEM = {"label": "New", "scoreMaximum": 5}
NEW_SCORE = {
    "userId": "u-1",
    "timestamp": "2026-11-03T12:00:00.000+00:00",
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
}
# endpoint, method -> the scopes that open it; every other scope must not
OPENS = {
    ("line_items", "GET"): {"lineitem", "lineitem.readonly"},
    ("line_items", "POST"): {"lineitem"},
    ("line_item", "GET"): {"lineitem", "lineitem.readonly"},
    ("line_item", "PUT"): {"lineitem"},
    ("line_item", "DELETE"): {"lineitem"},
    ("scores", "POST"): {"score"},
    ("results", "GET"): {"result.readonly"},
}
SCOPES = {
    name: f"{AGS}{name}" for name in ("lineitem", "lineitem.readonly", "result.readonly", "score")
} | {"members": SCOPE_MEMBERS}
SENT = {
    ("line_items", "GET"): {"accept": ITEMS},
    ("line_items", "POST"): {"content": ITEM, "body": NEW_ITEM},
    ("line_item", "GET"): {"accept": ITEM},
    ("line_item", "PUT"): {"content": ITEM, "body": {**NEW_ITEM, "resourceLinkId": "link-1"}},
    ("line_item", "DELETE"): {},
    ("scores", "POST"): {"content": SCORE_TYPE, "body": NEW_SCORE},
    ("results", "GET"): {"accept": RESULTS},
}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("endpoint", "method"), OPENS)
def test_each_method_of_each_endpoint_has_its_own_scope(
    school: School, endpoint: str, method: str, scope: str
) -> None:
    request = school.request(method, SCOPES[scope], **SENT[endpoint, method])  # type: ignore[arg-type]  # a table of keywords
    ids = [] if endpoint == "line_items" else ["1"]
    answer = getattr(school.grades, endpoint)(request, *ids)
    if scope in OPENS[endpoint, method]:
        assert 200 <= answer.status < 300, answer.body
    else:
        assert answer.status == 403
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
        assert list(school.gradebook.items) == ["1"]
        assert school.gradebook.kept == {}


@pytest.mark.parametrize(
    ("endpoint", "method"),
    [("line_items", "DELETE"), ("line_item", "POST"), ("scores", "GET"), ("results", "POST")],
)
def test_other_methods_are_405_and_name_the_right_ones(
    school: School, endpoint: str, method: str
) -> None:
    ids = [] if endpoint == "line_items" else ["1"]
    answer = getattr(school.grades, endpoint)(school.request(method, None), *ids)
    assert answer.status == 405
    assert method not in answer.headers["Allow"].split(", ")


def read(school: School, authorization: str | None) -> tuple[int, str]:
    request = school.request("GET", None, accept=ITEMS, authorization=authorization)
    answer = school.grades.line_items(request)
    return answer.status, answer.headers.get("WWW-Authenticate", "")


@pytest.mark.parametrize("authorization", [None, "", "Basic dTpw", "Bearer", "Bearer "])
def test_no_bearer_token_is_401(school: School, authorization: str | None) -> None:
    assert read(school, authorization) == (401, "Bearer")


@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 10_000, "a b"])
def test_a_token_that_is_none_is_401_and_not_a_server_error(school: School, token: str) -> None:
    assert read(school, f"Bearer {token}") == (401, 'Bearer error="invalid_token"')


def test_an_expired_token_is_401(school: School) -> None:
    token = school.token(f"{AGS}lineitem")
    assert read(school, f"Bearer {token}")[0] == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=3601)):
        assert read(school, f"Bearer {token}") == (401, 'Bearer error="invalid_token"')


def test_an_id_token_opens_nothing(school: School) -> None:
    form = answer_authentication(
        school.platform,
        school.authentication(),
        signed_in="u-1",
        hints=school.hints,
        message_for=lambda hint: MESSAGE,
    )
    assert read(school, f"Bearer {form.fields['id_token']}")[0] == 401


def forged(key: jose.PrivateKey, **changes: object) -> str:
    claims = {
        "iss": LMS,
        "aud": LMS,
        "sub": "client-1",
        "scopes": f"{AGS}lineitem",
        "exp": int(datetime.now(UTC).timestamp()) + 60,
    }
    return jose.sign({**claims, **changes}, key)


def test_only_the_platforms_own_tokens_open_anything(school: School) -> None:
    kid = ParsedKeyRegistration(PLATFORM_KEY).get_kid()
    for key in (TOOL_KEY, OTHER_KEY, jose.PrivateKey(kid, OTHER_KEY.rsa)):
        assert read(school, f"Bearer {forged(key)}")[0] == 401


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "x"), ("aud", "client-1"), ("sub", "client-2"), ("exp", None), ("scopes", "")],
)
def test_each_claim_of_the_access_token_is_checked(
    school: School, claim: str, value: object
) -> None:
    own = own_key()
    assert read(school, f"Bearer {forged(own)}")[0] == 200
    expected = 403 if claim == "scopes" else 401
    assert read(school, f"Bearer {forged(own, **{claim: value})}")[0] == expected


def test_a_token_of_ours_that_is_too_long_is_401(school: School) -> None:
    assert read(school, f"Bearer {forged(own_key(), more='x' * 8192)}")[0] == 401


def test_our_key_under_another_name_opens_nothing(school: School) -> None:
    renamed = jose.PrivateKey("another", own_key().rsa)
    assert read(school, f"Bearer {forged(renamed)}")[0] == 401


def own_key() -> jose.PrivateKey:
    """The platform's key under its own kid, to make tokens that differ in one claim."""
    pem = PLATFORM_KEY.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jose.PrivateKey(
        ParsedKeyRegistration(PLATFORM_KEY).get_kid(), jose.load_private(pem).rsa
    )


def test_the_error_says_why(school: School) -> None:
    answer = school.grades.line_items(school.request("GET", None, accept=ITEMS))
    assert said(answer) == (401, {"error": "no bearer token"})
