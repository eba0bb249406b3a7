"""What a browser without scripts does with the editor's page."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool

FILE = "/authoring/maaling/01-enheter.nb.md"


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def text_of(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def send(
    tool: Tool, client: FlaskClient, page: TestResponse, text: str, go: str = "check", **more: Any
) -> TestResponse:
    """The form of `page`, with another text in it."""
    fields = {name: field(page.text, name) for name in ("revision", "begun")}
    data = {"form_token": tool.form_token(client), "text": text, "go": go, **fields, **more}
    return client.post(
        page.request.path, data=data, base_url=BASE_URL, headers={"Origin": BASE_URL}
    )


def follow(tool: Tool, client: FlaskClient, answer: TestResponse) -> TestResponse:
    assert answer.status_code == 303, answer.text
    return tool.get(client, answer.headers["Location"])
