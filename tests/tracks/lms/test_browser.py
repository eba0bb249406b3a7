"""A launch belongs to the browser that began it, and its page to the LMS that frames it."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.forge import PREFIX, REMOVED
from tracks.people.actions import token_hash
from tracks.people.models import sign_in
from tracks.web.cookies import NAME

PRESENTATION = PREFIX + "launch_presentation"


def cookie_of(client) -> str:
    return client.get_cookie(NAME, "tracks.example").value


def ancestors(answer) -> str:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    return policy["frame-ancestors"]


@pytest.mark.parametrize(
    ("cookie", "reason"),
    [
        ("", "browser_cookie_missing"),
        ("other", "browser_cookie_missing"),
        ("tampered", "browser_cookie_mismatch"),
    ],
)
def test_a_form_moved_to_another_browser_signs_nobody_in(tool: Tool, cookie: str, reason: str):
    prepared = tool.prepare()
    name = prepared.cookie.partition("=")[0]
    sent = {"other": tool.prepare().cookie, "tampered": f"{name}=1.x"}.get(cookie, "")

    answer = tool.click(prepared, cookie=sent)

    assert (answer.status_code, reason in answer.text) == (401, True)
    assert tool.count(sign_in) == 0
    # The thief has not used up what is the other browser's.
    assert tool.click(prepared).status_code == 303


@pytest.mark.parametrize(
    ("method", "sent", "status", "reason"),
    [
        ("GET", "query_string", 405, "method_not_allowed"),
        ("PUT", "data", 405, "method_not_allowed"),
        ("POST", "json", 400, "form_token_missing"),
        ("POST", "query_string", 400, "form_token_missing"),
    ],
)
def test_t1_a_launch_comes_as_a_posted_form_and_in_no_other_way(
    tool: Tool, method: str, sent: str, status: int, reason: str
):
    prepared = tool.prepare()
    client = tool.app.test_client(use_cookies=False)
    way: dict[str, Any] = {sent: prepared.form, "headers": {"Cookie": prepared.cookie}}

    answer = client.open("/lti/launch", method=method, base_url=BASE_URL, **way)

    assert (answer.status_code, f"<code>{reason}</code>" in answer.text) == (status, True)
    assert tool.count(sign_in) == 0
    # and none of them has used it up
    assert tool.click(prepared).status_code == 303


def test_the_address_may_name_the_storage_once_more(tool: Tool):
    """As the LTI library of WordPress and others posts: nothing of the query is read."""
    prepared = tool.prepare()
    client = tool.app.test_client(use_cookies=False)

    answer = client.post(
        "/lti/launch?lti_storage_target=_parent",
        data=prepared.form,
        base_url=BASE_URL,
        headers={"Cookie": prepared.cookie},
    )

    assert answer.status_code == 303
    assert tool.count(sign_in) == 1


def test_several_logins_of_one_browser_do_not_disturb_each_other(tool: Tool):
    client = tool.client()
    forms = [tool.form(tool.login(client)) for _ in range(3)]

    answers = [client.post("/lti/launch", data=form, base_url=BASE_URL) for form in forms]

    assert [a.status_code for a in answers] == [303, 303, 303]


def test_a_launch_never_keeps_the_cookie_that_was_there_before(tool: Tool):
    client = tool.client()
    client.set_cookie(NAME, "chosen-by-an-attacker", domain="tracks.example")

    tool.launch(client)

    fresh = cookie_of(client)
    assert fresh != "chosen-by-an-attacker"
    assert tool.rows(select(sign_in.c.token_hash)) == [(token_hash(fresh),)]
    thief = tool.client()
    thief.set_cookie(NAME, "chosen-by-an-attacker", domain="tracks.example")
    assert tool.get(thief, "/school").status_code == 401


def test_the_sign_in_of_whoever_sat_here_before_ends(tool: Tool):
    client = tool.launch(sub="first")
    before = cookie_of(client)

    tool.launch(client, sub="second")

    thief = tool.client()
    thief.set_cookie(NAME, before, domain="tracks.example")
    assert tool.get(thief, "/school").status_code == 401
    assert tool.get(client, "/school").status_code == 200


def test_cookies_are_for_this_host_and_no_script(tool: Tool):
    client = tool.client()
    form = tool.form(tool.login(client))
    binding = next(c for c in client._cookies.values() if c.key.startswith("__Host-lti_"))

    answer = client.post("/lti/launch", data=form, base_url=BASE_URL)

    mine = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{NAME}="))
    attributes = {part.strip() for part in mine.split(";")[1:]}
    assert attributes >= {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}
    assert not [part for part in attributes if part.lower().startswith("domain")]
    assert answer.headers["Cache-Control"] == "no-store"
    # The binding has done its work: a note of where the launch led is in its place, for the
    # browser that reloads (test_platform_storage.py).
    left = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-lti_"))
    assert left.startswith(f"{binding.key}=")
    assert binding.value not in left
    assert left.endswith("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")


def test_pages_of_a_launch_are_framed_by_its_lms_and_public_ones_by_nobody(tool: Tool):
    browser = tool.launch(changes={PRESENTATION: {"return_url": "https://campus.example:8443/x"}})

    framed = ancestors(tool.get(browser, "/t/sample/maaling"))

    assert framed == f"{ISSUER}:443 https://campus.example:8443"
    for path in ("/catalogue", "/t/sample/maaling", "/help", "/lti/jwks.json"):
        assert ancestors(tool.get(tool.client(), path)) == "'none'"


@pytest.mark.parametrize(
    "return_url",
    [
        "https://" + ".".join(["x" * 60] * 4) + ".example/back",
        "https://" + "x" * 400 + ".example/back",
        "https://x;script-src.example/",
        "https://x' *.example/",
        "https://[::1]:8443/back",
        "javascript:alert(1)",
        "//evil.example",
    ],
)
def test_an_odd_return_address_neither_breaks_the_launch_nor_the_policy(
    tool: Tool, return_url: str
):
    browser = tool.launch(changes={PRESENTATION: {"return_url": return_url}})

    policy = tool.get(browser, "/t/sample/maaling").headers["Content-Security-Policy"]

    assert policy.count("script-src") == 1
    assert policy.rpartition("frame-ancestors ")[2].split()[0] == f"{ISSUER}:443"


def test_a_refused_authentic_launch_offers_the_way_back_and_an_unsigned_one_does_not(tool: Tool):
    wrong = {PREFIX + "version": "1.4"}
    authentic = tool.click(tool.prepare(wrong))
    prepared = tool.prepare(wrong)
    prepared.form["id_token"] = prepared.form["id_token"][:-4]
    unsigned = tool.click(prepared)

    found = re.search(rf'href="({re.escape(ISSUER)}/return\?[^"]*)"', authentic.text)
    assert found, authentic.text
    messages = dict(parse_qsl(urlsplit(unescape(found[1])).query))
    assert set(messages) == {"lti_errormsg", "lti_errorlog"}
    assert messages["lti_errorlog"].startswith("Learning Tracks: version_unknown (")
    assert "lti_errormsg" not in unsigned.text
    assert "Location" not in authentic.headers


def test_the_words_of_an_lms_are_shown_as_text(tool: Tool):
    prepared = tool.prepare()
    form = {
        "error": "login_required",
        "error_description": "<script>alert(1)</script>",
        "state": prepared.form["state"],
    }
    client = tool.app.test_client(use_cookies=False)

    answer = client.post(
        "/lti/launch", data=form, base_url=BASE_URL, headers={"Cookie": prepared.cookie}
    )

    assert (answer.status_code, "&lt;script&gt;alert(1)" in answer.text) == (400, True)
    assert "<script>alert" not in answer.text
    elsewhere = client.post("/lti/launch", data=form, base_url=BASE_URL)
    assert "alert(1)" not in elsewhere.text


def test_a_launch_without_a_way_back_is_framed_by_its_lms(tool: Tool):
    browser = tool.launch(changes={PRESENTATION: REMOVED})

    assert ancestors(tool.get(browser, "/")) == f"{ISSUER}:443"
