"""A teacher who chooses content for a course, and what comes back to the LMS."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti.jose import import_public, verify
from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.forge import changed, deep_linking_claims, token

SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
DATA = "https://purl.imsglobal.org/spec/lti-dl/claim/data"
RETURN_URL = f"{ISSUER}/deep?a=1&sesskey=2"


def settings(**changes: Any) -> dict[str, Any]:
    """Of a platform that takes several items, with line items."""
    given = {
        "deep_link_return_url": RETURN_URL,
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "accept_lineitem": True,
        "data": "opaque",
    }
    return {SETTINGS: changed(given, changes)}


def request_content(
    tool: Tool,
    client: FlaskClient,
    changes: Mapping[str, Any] | None = None,
    **login: str,
) -> TestResponse:
    """The launch, as the LMS makes the browser post it."""
    setting = tool.login(client, **login)
    claims = {**deep_linking_claims(setting), "sub": "author-1", **settings()}
    form = {"id_token": token(changed(claims, changes or {})), "state": tool.state}
    return client.post("/lti/launch", data=form, base_url=BASE_URL)


def choosing(
    tool: Tool, client: FlaskClient | None = None, changes: Mapping[str, Any] | None = None
) -> tuple[FlaskClient, str]:
    """A signed-in browser, and the path of its page."""
    client = client or tool.client()
    answer = request_content(tool, client, changes)
    assert answer.status_code == 303, answer.text
    return client, answer.headers["Location"]


def send(tool: Tool, client: FlaskClient, path: str, *picks: str, **fields: Any) -> TestResponse:
    return tool.post(client, path, pick=list(picks), **fields)


def form_of(page: TestResponse) -> tuple[str, dict[str, str]]:
    """The one form that goes on to the LMS: its address and its fields."""
    found = re.search(
        r'<form method="post" action="([^"]*)" data-auto-post>(.*?)</form>', page.text, re.S
    )
    assert found is not None, page.text
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', found[2])
    return unescape(found[1]), {name: unescape(value) for name, value in fields}


def answered(tool: Tool, page: TestResponse) -> dict[str, Any]:
    """The claims that reach the LMS, by the key that the tool publishes."""
    assert page.status_code == 200, page.text
    (key,) = tool.client().get("/lti/jwks.json", base_url=BASE_URL).get_json()["keys"]
    return verify(form_of(page)[1]["JWT"], import_public(key), ["RS256"])
