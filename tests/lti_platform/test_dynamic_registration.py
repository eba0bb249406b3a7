"""The platform's side of dynamic registration: what it takes from a tool, and what not."""

import json
from typing import Any

import pytest

from lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST
from lti.platform.dynamic_registration import (
    NewTool,
    RegistrationRefused,
    openid_configuration,
    read_registration,
    registration_answer,
)
from lti.platform.registration import ALL_SCOPES
from tests.fakes.forge import REMOVED, changed
from tests.lti_platform.school import LMS, TOOL

CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ASKED: dict[str, Any] = {
    "client_name": "A tool",
    "token_endpoint_auth_method": "private_key_jwt",
    "response_types": ["id_token"],
    "jwks_uri": f"{TOOL}/jwks.json",
    "initiate_login_uri": f"{TOOL}/login",
    "redirect_uris": [f"{TOOL}/launch", TOOL],
    "scope": SCORE,
    CONFIGURATION: {"domain": TOOL.removeprefix("https://"), "target_link_uri": f"{TOOL}/launch"},
}


def read(**changes: Any) -> NewTool:
    return read_registration(json.dumps(changed(ASKED, changes)).encode(), TOOL)


def test_what_is_kept_of_a_tool():
    tool = read()

    assert tool == NewTool(
        tool.client_id,
        tool.deployment_id,
        "A tool",
        f"{TOOL}/login",
        (f"{TOOL}/launch", TOOL),
        (SCORE,),
    )
    assert (len(tool.client_id), len(tool.deployment_id)) == (16, 8)
    assert read().client_id != tool.client_id


def test_a_tool_without_name_and_scope():
    tool = read(client_name=REMOVED, scope=REMOVED)

    assert (tool.name, tool.scopes) == ("?", ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token_endpoint_auth_method": REMOVED}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"response_types": ["code"]}, "response_types"),
        ({CONFIGURATION: REMOVED}, "target_link_uri"),
        ({CONFIGURATION: {"domain": "evil.example", "target_link_uri": f"{TOOL}/a"}}, "domain"),
        ({"jwks_uri": REMOVED}, "jwks_uri"),
        ({"jwks_uri": f"{TOOL}.evil.example/jwks"}, "jwks_uri"),
        ({"initiate_login_uri": 7}, "initiate_login_uri"),
        ({"initiate_login_uri": "https://evil.example/login"}, "initiate_login_uri"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": [f"{TOOL}/launch", "https://evil.example/"]}, "redirect_uris"),
        ({"scope": f"{SCORE} other"}, "scope"),
    ],
)
def test_what_is_refused_and_why(changes: dict[str, Any], reason: str):
    with pytest.raises(RegistrationRefused) as refused:
        read(**changes)

    assert (refused.value.reason, str(refused.value)) == (reason, reason)


@pytest.mark.parametrize(
    ("body", "reason"), [(b"[]", "not_object"), (b'{"a":1,"a":2}', "name_repeated")]
)
def test_what_is_no_registration_at_all(body: bytes, reason: str):
    with pytest.raises(RegistrationRefused, match=reason):
        read_registration(body, TOOL)


def test_the_answer_is_what_was_asked_with_the_names_given():
    tool = NewTool("client-9", "deployment-9", "A tool", f"{TOOL}/login", (TOOL,), (SCORE,))

    assert registration_answer(ASKED, tool) == {
        **ASKED,
        "client_id": "client-9",
        CONFIGURATION: {**ASKED[CONFIGURATION], "deployment_id": "deployment-9"},
    }


def test_the_configuration_says_where_and_what():
    assert openid_configuration(LMS, "sample", "1") == {
        "issuer": LMS,
        "authorization_endpoint": f"{LMS}/lti/auth",
        "token_endpoint": f"{LMS}/lti/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{LMS}/lti/jwks.json",
        "registration_endpoint": f"{LMS}/lti/registrations",
        "scopes_supported": ["openid", *sorted(ALL_SCOPES)],
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "email", "locale"],
        "subject_types_supported": ["public"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": {
            "product_family_code": "sample",
            "version": "1",
            "messages_supported": [
                {"type": RESOURCE_LINK_REQUEST},
                {"type": DEEP_LINKING_REQUEST},
            ],
            "variables": [],
        },
    }
