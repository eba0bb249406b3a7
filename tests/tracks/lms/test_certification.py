"""What the certification asks of the services, by its own names (check 2)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from lti.jose import import_public, verify
from lti.ports import HttpAnswer
from tests.factories.gradebook import worker_for
from tests.factories.rosters import roster_worker
from tests.factories.tool import BASE_URL, ISSUER, TRACK, Tool
from tests.fakes.course_list import MEMBERS_TYPE, members
from tests.fakes.forge import b64, unb64
from tests.fakes.lti_ports import Sent

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ITEM = f"{ISSUER}/items/9"


class Suite:
    """Answers as the certification suite does; keeps what was sent."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self.scores: dict[str, dict[str, Any]] = {}
        self.made: list[dict[str, Any]] = []
        tool.http.answers |= {
            f"{ISSUER}/token": self._token,
            f"{ISSUER}/items": self._items,
            f"{ITEM}/scores": self._score,
            f"{ISSUER}/members": self._members,
        }

    def sent(self, path: str, method: str | None = None) -> list[Sent]:
        return [
            one
            for one in self._tool.http.sent
            if one.url.partition("?")[0] == ISSUER + path and method in (None, one.method)
        ]

    def _token(self, sent: Sent) -> HttpAnswer:
        asked = dict(parse_qsl((sent.body or b"").decode()))
        claims = signed_by_us(self._tool, asked["client_assertion"])
        assert (claims["iss"], claims["sub"], claims["aud"]) == (
            "client-1",
            "client-1",
            f"{ISSUER}/token",
        )
        # Good for what was asked and nothing more.
        said = {"access_token": b64(asked["scope"].encode()), "token_type": "Bearer"}
        return _json({**said, "expires_in": 3600, "scope": asked["scope"]})

    def _items(self, sent: Sent) -> HttpAnswer:
        if sent.method == "GET":
            return _json([])
        self.made.append(json.loads(sent.body or b"{}"))
        return _json({**self.made[-1], "id": ITEM}, 201)

    def _score(self, sent: Sent) -> HttpAnswer:
        said = json.loads(sent.body or b"{}")
        self.scores[said["userId"]] = said
        return _json({})

    def _members(self, sent: Sent) -> HttpAnswer:
        context = {"id": "course-v1:Asker+T1+2026"}
        return _json({"id": sent.url, "context": context, "members": members(3)})


def _json(value: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {}, json.dumps(value).encode())


def scopes(sent: Sent) -> set[str]:
    """Of the token that this call carries; the suite writes them into it."""
    kind, _, token = sent.headers["authorization"].partition(" ")
    assert kind == "Bearer"
    return set(unb64(token).decode().split())


def signed_by_us(tool: Tool, token: str) -> dict[str, Any]:
    (key,) = tool.client().get("/lti/jwks.json", base_url=BASE_URL).get_json()["keys"]
    return dict(verify(token, import_public(key), ["RS256"]))


def landing(tool: Tool, client: FlaskClient) -> int:
    """The status of the page that the last launch leads to."""
    return client.get(tool.landed, base_url=BASE_URL, follow_redirects=True).status_code


@pytest.fixture
def suite(tool: Tool) -> Suite:
    return Suite(tool)


def test_names_and_roles(tool: Tool, suite: Suite):
    client = tool.launch(sub="lead", leads=True)
    roster_worker(tool.database, tool.http).drain()

    (asked,) = suite.sent("/members")
    assert {
        "core launch": landing(tool, client),
        "request received": asked.method,
        "correct Accept header": asked.headers["accept"],
        "valid bearer token": asked.headers["authorization"].startswith("Bearer "),
        "correct scope": scopes(asked),
    } == {
        "core launch": 200,
        "request received": "GET",
        "correct Accept header": MEMBERS_TYPE,
        "valid bearer token": True,
        "correct scope": {MEMBERS_SCOPE},
    }


def test_assignments_and_grades(tool: Tool, suite: Suite):
    offered = {
        "scope": [AGS_SCOPE + name for name in ("lineitem", "score", "result.readonly")],
        "lineitems": f"{ISSUER}/items",
    }
    client = tool.launch(changes={AGS: offered})
    worker = worker_for(tool.database, tool.http)
    worker.drain()
    tool.post(client, f"/t/{TRACK}/enheter/les", go="done")
    for _ in range(3):  # the line item first, then the score that waits for it
        worker.drain()

    (made,), (posted,) = suite.sent("/items", "POST"), suite.sent("/items/9/scores")
    score = suite.scores["teacher-1"]
    assert {
        "core launch as learner": landing(tool, client),
        "token": len(suite.sent("/token")) > 0,
        "create lineitem": (made.headers["content-type"], scopes(made), len(suite.made)),
        "post score": (posted.headers["content-type"], scopes(posted)),
        "gradebook": (score["scoreGiven"], score["scoreMaximum"], score["gradingProgress"]),
    } == {
        "core launch as learner": 200,
        "token": True,
        "create lineitem": (
            "application/vnd.ims.lis.v2.lineitem+json",
            {AGS_SCOPE + "lineitem"},
            1,
        ),
        "post score": ("application/vnd.ims.lis.v1.score+json", {AGS_SCOPE + "score"}),
        "gradebook": (7, 100, "FullyGraded"),
    }
    moment = datetime.fromisoformat(score["timestamp"])
    assert moment.utcoffset() is not None
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
