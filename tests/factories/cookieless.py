"""A browser that loses our cookies in the LMS's frame, and the LMS that keeps values for it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.forge import Setting

PROBE = "__Host-tracks-probe=1"


def plan_of(page: TestResponse) -> dict[str, Any]:
    """What the page's script is told."""
    found = re.search(r"data-storage='([^']*)'", page.text)
    assert found, page.text
    plan: dict[str, Any] = json.loads(unescape(found[1]))
    return plan


def ticket_of(page: TestResponse) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


@dataclass
class Cookieless:
    """One browser in an LMS: sends no cookie, but has the LMS's storage."""

    tool: Tool
    kept: dict[str, str] = field(default_factory=dict)

    def ask_for_login(self, **params: str) -> TestResponse:
        query = {
            "iss": ISSUER,
            "client_id": "client-1",
            "login_hint": "hint",
            "target_link_uri": f"{BASE_URL}/lti/launch",
            "lti_storage_target": "_parent",
            **params,
        }
        return self._client().get("/lti/login", query_string=query, base_url=BASE_URL)

    def login(self, **params: str) -> dict[str, str]:
        """As the page's script does it; the parameters that then reach the LMS."""
        page = self.ask_for_login(**params)
        assert page.status_code == 200, page.text
        plan = plan_of(page)
        self.kept[plan["state_key"]] = plan["state_value"]
        self.kept[plan["nonce_key"]] = plan["nonce_value"]
        found = re.search(r'href="(https://lms\.example/auth[^"]+)"', page.text)
        assert found, page.text
        return dict(parse_qsl(urlsplit(unescape(found[1])).query))

    def prepare(self, changes: Mapping[str, Any] | None = None, **login: str) -> dict[str, str]:
        """The form that the LMS then makes the browser post."""
        sent = self.login(**login)
        setting = Setting(
            issuer=ISSUER,
            client_id="client-1",
            deployment_id="1",
            target_link_uri=f"{BASE_URL}/lti/launch",
            nonce=sent["nonce"],
            now=int(datetime.now(UTC).timestamp()),
        )
        self.tool.state = sent["state"]
        return self.tool.form(setting, changes)

    def launch(self, changes: Mapping[str, Any] | None = None, **login: str) -> TestResponse:
        """Up to the page that asks the LMS for the values."""
        return self.post("/lti/launch", self.prepare(changes, **login))

    def answers(self, page: TestResponse) -> dict[str, str]:
        """The form as the script fills it in."""
        plan = plan_of(page)
        state, nonce = (self.kept.get(plan[key], "") for key in ("state_key", "nonce_key"))
        problem = "" if state else "no_value"
        return {"ticket": ticket_of(page), "state": state, "nonce": nonce, "problem": problem}

    def check(self, page: TestResponse, *, cookie: str = PROBE, **changes: str) -> TestResponse:
        form = {**self.answers(page), **changes}
        return self.post("/lti/launch/check", form, cookie=cookie)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | Sequence[tuple[str, str]],
        *,
        cookie: str = "",
        **headers: str,
    ) -> TestResponse:
        from_us = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
        sent = {"Cookie": cookie, **(from_us if path != "/lti/launch" else {}), **headers}
        return self._client().post(
            path,
            data=urlencode(form),
            base_url=BASE_URL,
            headers={name.replace("_", "-"): value for name, value in sent.items() if value},
            content_type="application/x-www-form-urlencoded",
        )

    def _client(self) -> FlaskClient:
        return self.tool.app.test_client(use_cookies=False)
