"""What people do at the doors beside the LMSs."""

import http.client
import re
from base64 import b32decode
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool
from tracks.people.rules import Role
from tracks.signin.actions.logins import make_link
from tracks.signin.models import identity
from tracks.signin.rules import code_at

OWN = "__Host-tracks-own"


def NOW_IS() -> datetime:  # noqa: N802  # reads as a word in tests
    return datetime.now(UTC)


def visit(url: str) -> str:
    """A browser opens the login service's page; where it is sent."""
    parts = urlsplit(url)
    asked = http.client.HTTPConnection(parts.netloc, timeout=10)
    asked.request("GET", f"{parts.path}?{parts.query}")
    answer = asked.getresponse()
    answer.read()
    asked.close()
    return answer.headers["Location"] or ""


def begins(tool: Tool, client: FlaskClient, query: str = "") -> str:
    """Presses the button of the login service; where the browser is sent."""
    answer = client.get(f"/sign-in/with/1{query}", base_url=BASE_URL)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def comes_back(tool: Tool, client: FlaskClient, there: str) -> TestResponse:
    return client.get(there.removeprefix(BASE_URL), base_url=BASE_URL)


def signs_in(tool: Tool, client: FlaskClient, query: str = "") -> TestResponse:
    return comes_back(tool, client, visit(begins(tool, client, query)))


def is_signed_in(tool: Tool, client: FlaskClient) -> bool:
    return tool.get(client, "/sign-ins").status_code == 200


def cookie(client: FlaskClient) -> str | None:
    found = client.get_cookie(OWN, "tracks.example")
    return None if found is None else found.value


def knows(tool: Tool, sub: str, person_id: int) -> None:
    with tool.database.writing() as session:
        session.execute(
            insert(identity).values(
                service_id=1,
                sub=sub,
                municipality_id=tool.municipality_id,
                person_id=person_id,
                linked_at=NOW_IS(),
            )
        )


def a_link(tool: Tool, role: Role | None = Role.ADMINISTRATOR, person: int | None = None) -> str:
    with tool.database.writing() as session:
        made = make_link(session, tool.municipality_id, NOW_IS(), role=role, person_id=person)
    return f"/sign-in/link/{made.token}"


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return unescape(found[1])


def key_of(html: str) -> bytes:
    """As typed into an app."""
    found = re.search(r'<code class="key-shown">([A-Z2-7 ]{20,})</code>', html)
    assert found, html
    text = found[1].replace(" ", "")
    return b32decode(text + "=" * (-len(text) % 8))


def sends(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """A form of a page without a sign-in."""
    return client.post(path, data=fields, base_url=BASE_URL, headers={"Origin": BASE_URL})


def code_now(secret: bytes, steps: int = 0) -> str:
    return code_at(secret, int(NOW_IS().timestamp()) // 30 + steps)


def sets_up_codes(
    tool: Tool, client: FlaskClient, path: str, **fields: str
) -> tuple[bytes, str, list[str]]:
    """The app's key, the sign-in name, the recovery codes."""
    page = tool.get(client, path).text
    secret = key_of(page)
    answer = sends(
        client, path, go="code", key=field(page, "key"), code=code_now(secret, -1), **fields
    )
    assert answer.status_code == 200, answer.text
    name = re.search(r'class="code-shown">([A-Z0-9-]{11})<', answer.text)
    assert name, answer.text
    return secret, name[1], re.findall(r'class="key-shown">([A-Z0-9-]{11})<', answer.text)
