"""Dynamic registration as the demo LMS does it: as strict as Moodle and Canvas."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from lti.platform.dynamic_registration import TOOL_CONFIGURATION
from tests.demo_lms.pages import csrf, get
from tests.demo_lms.tiny_tool import LMS

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def begin(browser: FlaskClient, url: str) -> str:
    """The page after somebody has pasted a registration address."""
    token = csrf(get(browser, "/tools?lang=en"))
    answer = browser.post("/tools?lang=en", base_url=LMS, data={"csrf": token, "url": url})
    assert answer.status_code == 200
    return answer.text


def opened(page: str) -> dict[str, str]:
    """What the tool gets in the frame's address."""
    found = re.search(r'<iframe src="([^"]+)"', page)
    assert found, page
    return {
        name: values[0] for name, values in parse_qs(urlsplit(unescape(found[1])).query).items()
    }


def registration(tool_url: str, **changes: Any) -> dict[str, Any]:
    return {
        "client_name": "A tool",
        "token_endpoint_auth_method": "private_key_jwt",
        "response_types": ["id_token"],
        "jwks_uri": f"{tool_url}/lti/jwks.json",
        "initiate_login_uri": f"{tool_url}/lti/login",
        "redirect_uris": [f"{tool_url}/lti/launch"],
        "scope": SCORE,
        TOOL_CONFIGURATION: {
            "domain": urlsplit(tool_url).netloc,
            "target_link_uri": f"{tool_url}/lti/launch",
        },
        **changes,
    }


def post(browser: FlaskClient, token: str, body: dict[str, Any]) -> Any:
    return browser.post(
        "/lti/registrations",
        base_url=LMS,
        data=json.dumps(body),
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
def token(browser: FlaskClient, tool_url: str) -> str:
    return opened(begin(browser, f"{tool_url}/lti/register?invitation=x"))["registration_token"]


def test_a_tool_is_registered_and_opens_by_its_own_client(
    browser: FlaskClient, token: str, tool_url: str
):
    answer = post(browser, token, registration(tool_url))

    made = answer.get_json()
    assert (answer.status_code, made["scope"]) == (201, SCORE)
    assert made[TOOL_CONFIGURATION]["deployment_id"]
    door = re.search(r'href="(/tools/[^"]+)"', get(browser, "/tools").text)
    assert door
    start = get(browser, door[1]).headers["Location"]
    login = parse_qs(urlsplit(get(browser, start).headers["Location"]).query)
    assert login["client_id"] == [made["client_id"]]
    assert login["lti_deployment_id"] == [made[TOOL_CONFIGURATION]["deployment_id"]]


def test_the_tool_it_began_with_is_as_before(browser: FlaskClient, token: str, tool_url: str):
    post(browser, token, registration(tool_url))
    get(browser, "/open/u-1/hypo")

    start = get(browser, "/courses/science/links/hypo/start")

    assert parse_qs(urlsplit(start.headers["Location"]).query)["client_id"] == ["demo-client"]


def test_what_it_says_about_itself(browser: FlaskClient):
    found = get(browser, "/.well-known/openid-configuration").get_json()

    assert (found["issuer"], found["registration_endpoint"]) == (LMS, f"{LMS}/lti/registrations")


def test_a_token_works_once(browser: FlaskClient, token: str, tool_url: str):
    assert post(browser, token, registration(tool_url)).status_code == 201
    assert post(browser, token, registration(tool_url)).status_code == 401
    assert post(browser, "", registration(tool_url)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"response_types": ["code"]}, "response_types"),
        ({"redirect_uris": ["https://evil.example/"]}, "redirect_uris"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"initiate_login_uri": "https://evil.example/"}, "initiate_login_uri"),
        ({"jwks_uri": None}, "jwks_uri"),
        ({"scope": f"{SCORE} other"}, "scope"),
        ({TOOL_CONFIGURATION: {}}, "target_link_uri"),
    ],
)
def test_what_is_refused_leaves_the_token_good(
    browser: FlaskClient, token: str, tool_url: str, changes: dict[str, Any], said: str
):
    answer = post(browser, token, registration(tool_url, **changes))

    assert (answer.status_code, answer.get_json()["error_description"]) == (400, said)
    assert post(browser, token, registration(tool_url)).status_code == 201


@pytest.mark.parametrize("url", ["https://evil.example/lti/register", "javascript:x", "", LMS])
def test_only_the_tool_of_this_demo_is_opened(browser: FlaskClient, url: str):
    page = begin(browser, url)

    assert "<iframe" not in page
    assert "This demo takes only addresses of the tool" in page
