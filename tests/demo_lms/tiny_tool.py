"""A tool in a few lines, on lti.tool, and a browser between it and the demo LMS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti import jose
from lti.keys import ToolKey, ToolKeys
from lti.ports import Deployment, HttpAnswer, Registration
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades, Score
from lti.tool.launch import Launch, accept_launch
from lti.tool.login import begin_login
from lti.tool.state import StateSigner

LMS = "http://127.0.0.1:8100"
# made once: an RSA key takes longer than all tests of this folder
TOOL_KEYS = ToolKeys([ToolKey.generate(datetime.now(UTC) - timedelta(days=2))])


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Ports:
    """One registration, one deployment, nonces in a set, keys straight from the LMS."""

    def __init__(self, registration: Registration, http: "HttpToLms") -> None:
        self.registration = registration
        self.http = http
        self.nonces: set[str] = set()

    def for_login(self, issuer: str, client_id: str | None) -> list[Registration]:
        return [self.registration] if issuer == self.registration.issuer else []

    def by_id(self, registration_id: int) -> Registration | None:
        return self.registration

    def deployment(self, registration_id: int, deployment_id: str) -> Deployment | None:
        is_ours = deployment_id == "demo-deployment"
        return Deployment(1, 1, deployment_id, is_enabled=True) if is_ours else None

    def note_deployment(self, registration_id: int, deployment_id: str) -> None:
        raise AssertionError("the demo LMS has one deployment")

    def consume(self, registration_id: int, nonce: str, expires_at: datetime) -> bool:
        is_new = nonce not in self.nonces
        self.nonces.add(nonce)
        return is_new

    def key(self, registration: Registration, kid: str) -> jose.PublicKey | None:
        document = self.http.client.get("/lti/jwks.json", base_url=LMS).get_json()
        keys = [jose.import_public(jwk) for jwk in document["keys"]]
        return next((key for key in keys if key.kid == kid), None)


class HttpToLms:
    def __init__(self, app: Flask) -> None:
        self.client = app.test_client(use_cookies=False)
        self.sent: list[bytes | None] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        self.sent.append(body)
        parts = urlsplit(url)
        answer = self.client.open(
            parts.path,
            method=method,
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            headers=dict(headers),
            data=body,
        )
        named = {name.lower(): value for name, value in answer.headers.items()}
        return HttpAnswer(answer.status_code, named, answer.data)


@dataclass(frozen=True)
class Form:
    action: str
    fields: dict[str, str]


def form_of(page: TestResponse) -> Form:
    """The form that the page sends by itself."""
    found = re.search(r'<form method="post" action="([^"]+)" data-auto-post>', page.text)
    assert found is not None, page.text
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)
    return Form(unescape(found[1]), {name: unescape(value) for name, value in fields})


class TinyTool:
    def __init__(self, app: Flask, base_url: str) -> None:
        self.base_url = base_url
        http = HttpToLms(app)
        self.registration = Registration(
            id=1,
            issuer=LMS,
            client_id="demo-client",
            auth_url=f"{LMS}/lti/auth",
            token_url=f"{LMS}/lti/token",
            jwks_url=f"{LMS}/lti/jwks.json",
        )
        self.ports = Ports(self.registration, http)
        self.clock = SystemClock()
        self.signer = StateSigner(b"t" * 32)
        tokens = AccessTokenSource(http, TOOL_KEYS, self.clock, MemoryAccessTokens())
        self.tokens = tokens
        self.http = http
        self.grades = Grades(http, tokens, self.clock)

    def answer_login(self, initiation: str) -> tuple[str, dict[str, str]]:
        """Where the login sends the browser, and the cookie it leaves there."""
        assert initiation.startswith(f"{self.base_url}/lti/login?")
        answer = begin_login(
            parse_qsl(urlsplit(initiation).query, keep_blank_values=True),
            registrations=self.ports,
            signer=self.signer,
            clock=self.clock,
            launch_url=f"{self.base_url}/lti/launch",
            base_url=self.base_url,
        )
        return answer.redirect_url, {answer.cookie.name: answer.cookie.value}

    def accept(self, form: Form, cookies: Mapping[str, str]) -> Launch:
        assert form.action == f"{self.base_url}/lti/launch"
        return accept_launch(
            list(form.fields.items()),
            cookies=cookies,
            body_size=100,
            registrations=self.ports,
            nonces=self.ports,
            keys=self.ports,
            signer=self.signer,
            clock=self.clock,
            base_url=self.base_url,
        )

    def launch(self, browser: FlaskClient, course_id: str, link_id: str) -> Launch:
        """What happens inside the frame, from the LMS's start address to the tool's page."""
        start = browser.get(
            f"/courses/{course_id}/links/{link_id}/start?target=iframe", base_url=LMS
        )
        address, cookies = self.answer_login(start.location)
        return self.accept(form_of(browser.get(address, base_url=LMS)), cookies)

    def send(self, launch: Launch, score: Score) -> None:
        assert launch.ags is not None
        assert launch.ags.lineitem is not None
        self.grades.send_score(self.registration, "demo-deployment", launch.ags.lineitem, score)
