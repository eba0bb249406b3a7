import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from lti import jose
from lti.platform import answer_token_request
from tests.lti_platform.school import (
    AGS,
    JWT_BEARER,
    LMS,
    OTHER_KEY,
    SCOPE_MEMBERS,
    TOOL_KEY,
    School,
    key_set,
    said,
)

SCORE = f"{AGS}score"


def refused(school: School, assertion: str) -> str:
    """Why the assertion is no credential."""
    answer = answer_token_request(school.platform, school.token_form(assertion, SCORE))
    status, body = said(answer)
    assert (status, body["error"]) == (401, "invalid_client")
    return str(body["error_description"])


def test_a_right_assertion_gets_the_scopes_it_asked_for(school: School) -> None:
    form = school.token_form(school.assertion(), f"{SCORE} {SCOPE_MEMBERS}")
    answer = answer_token_request(school.platform, form)
    status, body = said(answer)
    assert body.pop("access_token").count(".") == 2
    assert (status, body) == (
        200,
        {"token_type": "bearer", "expires_in": 3600, "scope": f"{SCORE} {SCOPE_MEMBERS}"},
    )
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("claim", "value", "reason"),
    [
        ("iss", None, "iss_not_client_id"),
        ("iss", "client-2", "iss_not_client_id"),
        ("sub", None, "sub_not_client_id"),
        ("sub", "client-2", "sub_not_client_id"),
        ("aud", None, "aud_not_token_url"),
        ("aud", LMS, "aud_not_token_url"),
        ("aud", f"{LMS}/token/", "aud_not_token_url"),
        ("aud", [f"{LMS}/token", "https://other.example.org"], "aud_not_token_url"),
        ("exp", None, "exp_missing"),
        ("exp", "99999999999", "exp_missing"),
        ("exp", 22222, "exp_passed"),
        ("exp", 10**400, "exp_missing"),
        ("exp", 10**11, "lifetime_too_long"),
        ("iat", None, "iat_missing"),
        ("iat", True, "iat_missing"),
        ("iat", 11111, "lifetime_too_long"),
        ("jti", None, "jti_missing"),
        ("jti", "", "jti_missing"),
        ("jti", 7, "jti_missing"),
        ("jti", "j" * 256, "jti_missing"),
        ("https://purl.imsglobal.org/spec/lti/claim/deployment_id", "d-2", "deployment_differs"),
    ],
)
def test_each_claim_of_the_assertion_is_checked(
    school: School, claim: str, value: Any, reason: str
) -> None:
    assert refused(school, school.assertion(**{claim: value})) == reason


def test_an_audience_list_with_only_the_token_url_is_right(school: School) -> None:
    form = school.token_form(school.assertion(aud=[f"{LMS}/token"]), SCORE)
    assert answer_token_request(school.platform, form).status == 200


def test_an_assertion_works_once(school: School) -> None:
    form = school.token_form(school.assertion(), SCORE)
    assert answer_token_request(school.platform, form).status == 200
    assert refused(school, dict(form)["client_assertion"]) == "jti_reused"


def test_an_iat_ahead_of_the_clock_is_refused_as_in_moodle(school: School) -> None:
    now = int(datetime.now(UTC).timestamp())
    assert refused(school, school.assertion(iat=now + 2)) == "iat_in_future"


def test_an_expired_assertion_is_refused(school: School) -> None:
    assertion = school.assertion()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=291)):
        assert refused(school, assertion) == "exp_passed"


def test_a_deep_linking_response_is_no_credential(school: School) -> None:
    claim = "https://purl.imsglobal.org/spec/lti/claim/message_type"
    response = school.assertion(TOOL_KEY, **{claim: "LtiDeepLinkingResponse"})
    assert refused(school, response) == "is_a_message"


def test_a_key_that_the_tool_does_not_publish_is_refused(school: School) -> None:
    assert refused(school, school.assertion(OTHER_KEY)) == "kid_unknown"


def test_a_signature_of_another_key_under_a_known_kid_is_refused(school: School) -> None:
    forged = school.assertion(jose.PrivateKey(TOOL_KEY.kid, OTHER_KEY.rsa))
    assert refused(school, forged) == "signature_invalid"


def test_an_unsigned_assertion_is_refused(school: School) -> None:
    body = school.assertion().split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": TOOL_KEY.kid}).encode())
    assert refused(school, f"{head.decode().rstrip('=')}.{body}.") == "alg_not_allowed"


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "....", "{}"])
def test_rubbish_is_refused_and_not_a_server_error(school: School, assertion: str) -> None:
    refused(school, assertion)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("grant_type", None, "invalid_request"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("client_assertion_type", None, "invalid_request"),
        ("client_assertion_type", "urn:other", "invalid_request"),
        ("client_assertion", "", "invalid_request"),
        ("client_assertion", "x" * 20_000, "invalid_request"),
        ("scope", None, "invalid_request"),
        ("scope", "https://example.org/everything", "invalid_scope"),
    ],
)
def test_each_field_of_the_token_request_is_checked(
    school: School, name: str, value: str | None, error: str
) -> None:
    form = {**dict(school.token_form(school.assertion(), SCORE)), name: value}
    pairs = [(key, text) for key, text in form.items() if text is not None]
    status, body = said(answer_token_request(school.platform, pairs))
    assert (status, body["error"]) == (400, error)


def test_unknown_scopes_are_left_out_and_the_rest_is_granted(school: School) -> None:
    form = school.token_form(school.assertion(), f"https://example.org/everything {SCORE}")
    assert said(answer_token_request(school.platform, form))[1]["scope"] == SCORE


def test_a_field_may_stand_once_only(school: School) -> None:
    form = [*school.token_form(school.assertion(), SCORE), ("client_assertion_type", JWT_BEARER)]
    assert said(answer_token_request(school.platform, form))[1]["error"] == "invalid_request"


# the tool's key set


def test_the_key_set_is_fetched_once_a_minute(school: School) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        school.token(SCORE)
        school.token(SCORE)
        assert school.published.fetches == 1
        traveller.shift(61)
        school.token(SCORE)
    assert school.published.fetches == 2


def test_a_rotated_key_is_found_at_once_and_forged_kids_do_not_flood_the_tool(
    school: School,
) -> None:
    school.token(SCORE)
    school.published.document = key_set(TOOL_KEY, OTHER_KEY)
    form = school.token_form(school.assertion(OTHER_KEY), SCORE)
    assert answer_token_request(school.platform, form).status == 200
    assert school.published.fetches == 2
    for _ in range(3):
        forged = jose.PrivateKey("nobody's", OTHER_KEY.rsa)
        assert refused(school, school.assertion(forged)) == "kid_unknown"
    assert school.published.fetches == 2


def test_the_last_key_set_is_used_while_the_tool_cannot_be_reached(school: School) -> None:
    school.token(SCORE)
    for broken in (None, "no JSON", '{"keys": []}'):
        school.published.document = broken
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
            school.token(SCORE)


def test_a_flawed_key_spoils_only_itself(school: School) -> None:
    good = jose.public_jwk(TOOL_KEY)
    bad = {**good, "kid": "bad", "n": "!!"}
    school.published.document = json.dumps({"keys": [bad, 3, {"kty": "RSA"}, good]})
    school.token(SCORE)
    forged = jose.PrivateKey("bad", TOOL_KEY.rsa)
    assert refused(school, school.assertion(forged)).startswith("key_")
