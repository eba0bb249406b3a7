"""Data privacy launch: kinds and numbers for an administrator, and for oneself the way on."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import INSTITUTION, MEMBERSHIP, PREFIX, REMOVED, SYSTEM
from tracks.people.models import account

SECRET = "a thought that is mine"


@pytest.fixture
def person(tool: Tool) -> FlaskClient:
    browser = tool.launch(sub="teacher-1", changes={"name": "Kim Example"})
    page = tool.get(browser, "/t/sample/maaling/enheter/tanker").text
    assert 'name="text"' in page
    tool.post(browser, "/t/sample/maaling/enheter/tanker", text=SECRET, revision="0", go="save")
    return browser


def ask(
    tool: Tool,
    about: Any,
    *roles: str,
    sub: str = "admin",
    kind: str = "DataPrivacyLaunchRequest",
) -> tuple[FlaskClient, int, str]:
    """Browser, status of the launch, and the page in the end."""
    claims = {
        "sub": sub,
        PREFIX + "message_type": kind,
        PREFIX + "roles": list(roles),
        PREFIX + "for_user": {"user_id": about} if isinstance(about, str) else about,
        PREFIX + "resource_link": REMOVED,
        PREFIX + "context": REMOVED,
        PREFIX + "custom": REMOVED,
    }
    browser = tool.client()
    form = tool.form(tool.login(browser), claims)
    answer = browser.post("/lti/launch", data=form, base_url=BASE_URL)
    if answer.status_code != 303:
        return browser, answer.status_code, answer.text
    tool.landed = answer.headers["Location"]
    return browser, 303, tool.get(browser, tool.landed + "?lang=en").text


@pytest.mark.parametrize("kind", ["DataPrivacyLaunchRequest", "LtiDataPrivacyLaunchRequest"])
@pytest.mark.parametrize("scope", [INSTITUTION, SYSTEM, MEMBERSHIP])
def test_an_administrator_sees_kinds_and_numbers_and_no_content(
    tool: Tool, person: FlaskClient, scope: str, kind: str
):
    _, status, page = ask(tool, "teacher-1", scope + "Administrator", kind=kind)

    assert status == 303
    assert "Steps opened or done, with answers, texts and points" in page
    assert "until you have it deleted" in page
    assert (SECRET in page, "Kim" in page, "teacher-1" in page) == (False, False, False)
    assert "They can do both themselves, on the page My data." in page
    assert "The person can see that you have looked." in page


@pytest.mark.parametrize(
    "role", [MEMBERSHIP + "Instructor", MEMBERSHIP + "Learner", INSTITUTION + "Staff", ""]
)
def test_nobody_else_asks_about_others(tool: Tool, person: FlaskClient, role: str):
    browser, status, page = ask(tool, "teacher-1", role)

    assert (status, "<code>privacy_not_administrator</code>" in page) == (403, True)
    assert browser.get_cookie("__Host-tracks", "tracks.example") is None
    assert tool.count(account, account.c.sub == "admin") == 0


def test_everybody_asks_about_themselves(tool: Tool, person: FlaskClient):
    browser, status, _ = ask(tool, "teacher-1", MEMBERSHIP + "Learner", sub="teacher-1")

    landed = tool.get(browser, tool.landed)
    assert (status, landed.status_code, landed.headers["Location"]) == (303, 303, "/privacy")
    page = tool.get(browser, "/privacy?lang=en").text
    assert "What is kept about you" in page
    assert 'action="/privacy/export"' in page
    assert 'href="/privacy/delete"' in page


def test_one_who_has_never_been_here_is_not_made_by_asking(tool: Tool):
    _, status, page = ask(tool, "nobody", INSTITUTION + "Administrator")

    assert (status, "Nothing is kept about this person here" in page) == (303, True)
    assert tool.count(account, account.c.sub == "nobody") == 0


@pytest.mark.parametrize("about", [REMOVED, {}, {"user_id": 7}, "x" * 256])
def test_a_launch_about_nobody(tool: Tool, about: Any):
    _, status, page = ask(tool, about, INSTITUTION + "Administrator")

    assert (status, "<code>for_user_missing</code>" in page) == (400, True)


def test_the_address_opens_for_its_sign_in_only(tool: Tool, person: FlaskClient):
    admin, _, _ = ask(tool, "teacher-1", INSTITUTION + "Administrator")
    landed = tool.landed
    seal = landed.rsplit("/", 1)[1]
    other, _, _ = ask(tool, "teacher-1", INSTITUTION + "Administrator", sub="admin-2")

    assert tool.get(admin, landed).status_code == 200
    assert tool.get(other, landed).status_code == 404
    assert tool.get(person, landed).status_code == 404
    assert tool.get(tool.client(), landed).status_code == 401
    assert [tool.get(admin, f"/privacy/{n}/{seal}").status_code for n in range(4)].count(200) == 1


def test_ones_own_page_counts_what_there_is(tool: Tool, person: FlaskClient):
    page = tool.get(person, "/privacy?lang=en").text

    shown, none = page.split("<details")
    counts = dict(re.findall(r"<dt>(.+?): <strong>(\d+)</strong></dt>", shown))
    assert (
        counts["Name, school, language, the pupils' device, and in which month you were last here"]
        == "1"
    )
    assert counts["Steps opened or done, with answers, texts and points"] == "1"
    assert "Files of try-outs" not in counts
    assert "Files of try-outs" in none
    assert 'href="/privacy"' in tool.get(person, "/help").text
