"""The certification's deep linking cases by their published names, over HTTP.

The tool as it runs, and a platform that verifies with the key set the tool publishes.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from lti.claims import LTI_VERSION
from tests.factories.choosing import (
    DATA,
    ITEMS,
    RETURN_URL,
    answered,
    choosing,
    form_of,
    request_content,
    send,
)
from tests.factories.tool import BASE_URL, ISSUER, TRACK, Tool
from tests.fakes.forge import MEMBERSHIP, PREFIX, unb64

SESSION = f"{TRACK}/enheter"


@pytest.fixture
def response(tool: Tool) -> tuple[str, str, dict[str, Any]]:
    """Where the answer goes, its token, and its claims by the tool's key set."""
    client, path = choosing(tool)
    page = send(tool, client, path, SESSION)
    action, fields = form_of(page)
    return action, fields["JWT"], answered(tool, page)


def test_deep_linking_request_received(tool: Tool):
    client, path = choosing(tool)

    assert tool.get(client, path).status_code == 200


def test_deep_linking_response_received_at_return_url(response: tuple[str, str, dict[str, Any]]):
    assert response[0] == RETURN_URL


def test_response_is_a_deep_linking_response(response: tuple[str, str, dict[str, Any]]):
    assert response[2][PREFIX + "message_type"] == "LtiDeepLinkingResponse"


def test_timestamps_are_valid(response: tuple[str, str, dict[str, Any]]):
    now = datetime.now(UTC).timestamp()

    assert response[2]["iat"] <= now < response[2]["exp"]
    assert response[2]["exp"] - response[2]["iat"] <= 300


def test_signature_is_valid_by_the_key_set_of_the_tool(response: tuple[str, str, dict[str, Any]]):
    # `answered` verifies it; here that it says which key, and by which algorithm.
    header = unb64(response[1].split(".")[0]).decode()

    assert '"alg":"RS256"' in header
    assert '"kid":"' in header


def test_required_claims_are_there(response: tuple[str, str, dict[str, Any]]):
    claims = response[2]

    assert (claims["iss"], claims["aud"]) == ("client-1", ISSUER)
    assert claims[PREFIX + "deployment_id"] == "1"
    assert claims[PREFIX + "version"] == LTI_VERSION
    assert claims[DATA] == "opaque"
    assert isinstance(claims[ITEMS], list)
    assert claims["nonce"]


def test_values_shown_match(response: tuple[str, str, dict[str, Any]]):
    (item,) = response[2][ITEMS]

    assert (item["type"], item["title"]) == ("ltiResourceLink", "Enheter")
    assert item["url"] == f"{BASE_URL}/lti/launch"


def test_core_launch_of_the_returned_link(tool: Tool, response: tuple[str, str, dict[str, Any]]):
    (item,) = response[2][ITEMS]

    browser = tool.launch(
        sub="learner-1",
        target_link_uri=item["url"],
        changes={PREFIX + "custom": item["custom"], PREFIX + "resource_link": {"id": "new"}},
    )

    assert tool.landed == f"/t/{SESSION}"
    assert tool.get(browser, tool.landed).status_code == 200


def test_deep_linking_launch_by_a_student(tool: Tool):
    answer = request_content(tool, tool.client(), {PREFIX + "roles": [MEMBERSHIP + "Learner"]})

    assert (answer.status_code, "deep_linking_role" in answer.text) == (403, True)
    assert "Set-Cookie" not in answer.headers or "__Host-tracks=" not in str(answer.headers)
