"""The certification's launches and the matrix of forged tokens, over HTTP (checks 1 to 3)."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.conformance.cases import (
    CERTIFICATION_BAD,
    CERTIFICATION_BAD_CHOOSING,
    CERTIFICATION_VALID,
    INSTRUCTOR,
    ODD_BUT_VALID,
    Bad,
    Message,
    Valid,
)
from tests.conformance.forged import FORGED
from tests.factories.tool import BASE_URL, JWKS_URL, Tool
from tests.fakes.forge import deep_linking_claims, resource_claims, signing_key
from tracks.people.models import account, sign_in
from tracks.web.cookies import NAME

TOGETHER = "/t/sample/maaling/enheter/together/B"


def named(cases: tuple[Bad | Valid, ...]) -> list:
    return [pytest.param(case, id=case.name) for case in cases]


def post_launch(tool: Tool, client: FlaskClient, token: str) -> TestResponse:
    form = {"id_token": token, "state": tool.state}
    return client.post("/lti/launch", data=form, base_url=BASE_URL)


def launch_bad(
    tool: Tool, case: Bad, *, teacher: bool = True, message: Message = resource_claims
) -> TestResponse:
    tool.publish_keys(*(case.keys() if case.keys else [signing_key().jwk()]))
    client = tool.client()
    token = case.token(tool.login(client), teacher=teacher, message=message)
    return post_launch(tool, client, token)


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Without the tally of refused launches, which says how often and nothing about whom."""
    told = set(after) - {"refused_launch"}
    return {name: after[name] - before[name] for name in told if after[name] != before[name]}


BOTH_MESSAGES = [
    pytest.param(case, message, id=f"{case.name} ({name})")
    for name, message, cases in (
        ("resource link", resource_claims, CERTIFICATION_BAD),
        ("deep linking", deep_linking_claims, CERTIFICATION_BAD_CHOOSING),
    )
    for case in cases
]


@pytest.mark.parametrize("teacher", [True, False], ids=["teacher", "student"])
@pytest.mark.parametrize(("case", "message"), BOTH_MESSAGES)
def test_a_bad_payload_gets_a_page_that_helps_and_leaves_nothing(
    shared_tool: Tool, case: Bad, message: Message, teacher: bool
):
    before = shared_tool.counts()

    answer = launch_bad(shared_tool, case, teacher=teacher, message=message)

    assert answer.status_code // 100 == 4
    assert answer.mimetype == "text/html"
    assert f"<code>{case.reason}</code>" in answer.text
    assert re.search(r"<code>[0-9A-F]{8}</code>", answer.text)
    assert not [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{NAME}=")]
    assert grown(before, shared_tool.counts()) == {"used_nonce": 1}


@pytest.mark.parametrize("case", named(CERTIFICATION_VALID))
def test_a_valid_launch_gets_in_with_its_right_and_no_more(shared_tool: Tool, case: Valid):
    shared_tool.publish_keys(signing_key().jwk())
    client = shared_tool.client()

    answer = post_launch(shared_tool, client, case.token(shared_tool.login(client)))

    assert answer.status_code == 303
    leads = case.roles >= INSTRUCTOR
    shared_tool.post(client, "/school", school=str(shared_tool.school_id))
    page = client.get(TOGETHER, base_url=BASE_URL)
    assert page.status_code == (200 if leads else 403)


@pytest.mark.parametrize("case", named(ODD_BUT_VALID))
def test_what_platforms_really_send_gets_in(shared_tool: Tool, case: Valid):
    shared_tool.publish_keys(signing_key().jwk(**case.jwk))
    client = shared_tool.client()

    answer = post_launch(shared_tool, client, case.token(shared_tool.login(client)))

    assert answer.status_code == 303
    newest = select(sign_in.c.leads_here).order_by(sign_in.c.created_at.desc()).limit(1)
    assert shared_tool.rows(newest) == [(case.roles >= INSTRUCTOR or "assistant" in case.name,)]


@pytest.mark.parametrize("case", named(FORGED))
def test_a_forged_token_is_refused_and_writes_nothing(shared_tool: Tool, case: Bad):
    before = shared_tool.counts()
    asked = len(shared_tool.http.sent)

    answer = launch_bad(shared_tool, case)

    assert (answer.status_code in (400, 401, 403), case.reason in answer.text) == (True, True)
    pending = {"deployment": 1} if case.reason == "deployment_unknown" else {}
    assert grown(before, shared_tool.counts()) == {"used_nonce": 1} | pending
    assert {sent.url for sent in shared_tool.http.sent[asked:]} <= {JWKS_URL}
    assert shared_tool.count(account, account.c.sub == "victim") == 0


@pytest.mark.parametrize("path", ["/t/sample/maaling", "/r/sample/maaling", "/", "/lti/login"])
def test_a_launch_posted_to_its_target_and_not_to_us_is_no_launch(shared_tool: Tool, path: str):
    """As TAO does it: target_link_uri in place of redirect_uri."""
    shared_tool.publish_keys(signing_key().jwk())
    client = shared_tool.client()
    form = shared_tool.form(shared_tool.login(client))
    before = shared_tool.counts()

    answer = client.post(path, data=form, base_url=BASE_URL)

    assert (answer.status_code // 100, answer.mimetype) == (4, "text/html")
    assert not [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{NAME}=")]
    assert shared_tool.counts() == before


def test_the_matrix_is_as_large_as_promised():
    numbers = [f"B{n}" for n in range(1, 13)]
    for cases in (CERTIFICATION_BAD, CERTIFICATION_BAD_CHOOSING):
        assert sorted(c.name.split()[0] for c in cases) == sorted(numbers)
    assert len(FORGED) >= 60
    assert {c.name.split()[0] for c in CERTIFICATION_VALID} >= {
        f"{who}{n}" for who in "TS" for n in range(1, 10)
    }
