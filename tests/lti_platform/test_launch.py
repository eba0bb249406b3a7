import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from msgspec.structs import replace

from lti import jose
from lti.platform import (
    AuthenticationRefused,
    AutoPost,
    LaunchMessage,
    MessageHint,
    answer_authentication,
    platform_key_set,
)
from tests.lti_platform.school import LEARNER, LMS, MESSAGE, PLATFORM_KEY, TOOL, School

LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def answered(
    school: School,
    params: list[tuple[str, str]],
    *,
    signed_in: str | None = "u-1",
    message: LaunchMessage | None = MESSAGE,
) -> AutoPost:
    return answer_authentication(
        school.platform,
        params,
        signed_in=signed_in,
        hints=school.hints,
        message_for=lambda hint: message,
    )


def claims_of(form: AutoPost) -> dict[str, Any]:
    token = form.fields["id_token"]
    (jwk,) = platform_key_set(PLATFORM_KEY)["keys"]
    assert jose.peek_header(token, ["RS256"]).kid == jwk["kid"]
    return jose.verify(token, jose.import_public(jwk), ["RS256"])


def error_of(form: AutoPost) -> str:
    assert form.action == f"{TOOL}/lti/launch"
    assert set(form.fields) <= {"error", "error_description", "state"}
    return form.fields["error"]


def test_a_right_request_gets_an_id_token_with_every_claim(school: School) -> None:
    form = answered(school, school.authentication())
    claims = claims_of(form)
    issued, expires = claims.pop("iat"), claims.pop("exp")
    assert abs(issued - datetime.now(UTC).timestamp()) < 5
    assert expires - issued == 60
    assert (form.action, form.fields["state"]) == (f"{TOOL}/lti/launch", "state-1")
    assert claims == {
        "iss": LMS,
        "aud": "client-1",
        "azp": "client-1",
        "nonce": "nonce-1",
        "sub": "u-1",
        "name": "Asker En",
        "locale": "nb",
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "deployment-1",
        f"{LTI}target_link_uri": f"{TOOL}/r/track",
        f"{LTI}roles": [LEARNER],
        f"{LTI}context": {
            "id": "course-1",
            "label": "C1",
            "title": "Course one",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}resource_link": {"id": "link-1", "title": "Link one"},
        f"{LTI}custom": {"resource": "x"},
        f"{LTI}launch_presentation": {
            "document_target": "iframe",
            "return_url": f"{LMS}/return",
            "locale": "nb",
        },
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": [
                "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
                "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
                "https://purl.imsglobal.org/spec/lti-ags/scope/score",
            ],
            "lineitem": f"{LMS}/ags/1/1",
            "lineitems": f"{LMS}/ags/1",
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": f"{LMS}/nrps/1",
            "service_versions": ["2.0"],
        },
    }


def test_a_person_without_a_name_and_a_link_without_a_line_item_leave_the_claims_out(
    school: School,
) -> None:
    message = replace(MESSAGE, name=None, line_item_url=None)
    claims = claims_of(answered(school, school.authentication(), message=message))
    assert "name" not in claims
    assert "lineitem" not in claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "",
        "https://evil.example.org/launch",
        f"{TOOL}/lti/launch/",
        f"{TOOL}/lti/launch?x=1",
        f"{TOOL}/lti/Launch",
        f"{TOOL}/r/track",
    ],
)
def test_redirect_uri_must_be_a_registered_one(school: School, redirect_uri: str | None) -> None:
    with pytest.raises(AuthenticationRefused, match="redirect_uri_not_registered"):
        answered(school, school.authentication(redirect_uri=redirect_uri))


@pytest.mark.parametrize("client_id", [None, "", "client-2"])
def test_client_id_must_be_the_tools(school: School, client_id: str | None) -> None:
    with pytest.raises(AuthenticationRefused, match="client_id_unknown"):
        answered(school, school.authentication(client_id=client_id))


def test_a_parameter_may_stand_once_only(school: School) -> None:
    twice = [*school.authentication(), ("redirect_uri", "https://evil.example.org/launch")]
    with pytest.raises(AuthenticationRefused, match="parameter_repeated"):
        answered(school, twice)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("response_type", None, "unsupported_response_type"),
        ("response_type", "code", "unsupported_response_type"),
        ("response_mode", None, "invalid_request"),
        ("response_mode", "query", "invalid_request"),
        ("scope", None, "invalid_scope"),
        ("scope", "profile", "invalid_scope"),
        ("prompt", None, "invalid_request"),
        ("prompt", "login", "invalid_request"),
        ("nonce", None, "invalid_request"),
        ("nonce", "", "invalid_request"),
        ("nonce", "n" * 256, "invalid_request"),
        ("state", None, "invalid_request"),
        ("state", "", "invalid_request"),
        ("lti_message_hint", None, "invalid_request"),
        ("lti_message_hint", "WyJ1LTEiXQ==.x", "invalid_request"),
        ("login_hint", None, "invalid_request"),
        ("login_hint", "u-2", "invalid_request"),
    ],
)
def test_each_parameter_is_checked(
    school: School, name: str, value: str | None, error: str
) -> None:
    form = answered(school, school.authentication(**{name: value}))
    assert error_of(form) == error
    assert form.fields.get("state") == (None if name == "state" else "state-1")


@pytest.mark.parametrize("signed_in", [None, "u-2"])
def test_login_hint_must_belong_to_the_signed_in_person(
    school: School, signed_in: str | None
) -> None:
    form = answered(school, school.authentication(), signed_in=signed_in)
    assert error_of(form) == "login_required"


def test_a_person_who_may_not_open_the_link_gets_no_token(school: School) -> None:
    assert error_of(answered(school, school.authentication(), message=None)) == "access_denied"


def test_a_message_hint_cannot_be_changed(school: School) -> None:
    now = datetime.now(UTC)
    other = MessageHint("u-1", "course-1", "link-2", "iframe")
    body = school.hints.sign(other, now=now).partition(".")[0]
    seal = dict(school.authentication())["lti_message_hint"].partition(".")[2]
    form = answered(school, school.authentication(lti_message_hint=f"{body}.{seal}"))
    assert error_of(form) == "invalid_request"


def test_a_message_hint_dies_after_ten_minutes(school: School) -> None:
    hint, now = MessageHint("u-1", "course-1", "link-1", "iframe"), datetime.now(UTC)
    signed = school.hints.sign(hint, now=now)
    assert school.hints.read(signed, now=now + timedelta(minutes=9, seconds=50)) == hint
    assert school.hints.read(signed, now=now + timedelta(minutes=10, seconds=1)) is None


def test_the_private_key_is_not_parsed_for_each_signature(school: School) -> None:
    params = school.authentication()
    answered(school, params)
    started = process_time()
    for _ in range(5):
        answered(school, params)
    # parsing it twice a launch, as the library does, costs 400 ms here
    assert process_time() - started < 0.1


CHECK_UNDER_O = """
from tests.lti_platform.school import School, MESSAGE
from lti.platform import AuthenticationRefused, answer_authentication
school = School()
for name in ("client_id", "redirect_uri"):
    try:
        answer_authentication(school.platform, school.authentication(**{name: "foreign"}),
            signed_in="u-1", hints=school.hints, message_for=lambda hint: MESSAGE)
    except AuthenticationRefused as refused:
        print(refused.reason)
"""


def test_the_checks_hold_under_python_o() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-c", CHECK_UNDER_O], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["client_id_unknown", "redirect_uri_not_registered"]


def test_the_library_is_imported_without_its_framework_part() -> None:
    code = "import sys, lti.platform; print([m for m in sys.modules if 'pkg_resources' in m or "
    code += "m.startswith('lti1p3platform.framework')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
