"""A launch whose cookie does not come back, proven by the LMS's storage (T20, check 5)."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import delete
from werkzeug.test import TestResponse

from tests.factories.cookieless import PROBE, Cookieless, plan_of, ticket_of
from tests.factories.threads import at_once
from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.fakes.forge import PREFIX
from tracks.lms.actions import switch_off_deployment
from tracks.lms.models import used_nonce
from tracks.people.models import sign_in
from tracks.web.cookies import NAME

PERSON = {"sub": "secret-sub", "name": "Secret Name", "email": "secret@mail.example"}


@pytest.fixture
def browser(tool: Tool) -> Cookieless:
    return Cookieless(tool)


def reason(answer: TestResponse) -> tuple[int, str]:
    found = re.findall(r"<code>([a-z_]+)</code>", answer.text)
    return answer.status_code, found[-1] if found else ""


def policy(answer: TestResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in parts)}


def signed_in(tool: Tool) -> int:
    return tool.count(sign_in)


# --- the login


def test_a_login_with_storage_is_a_page_that_leads_where_the_redirect_would(
    tool: Tool, browser: Cookieless
):
    page = browser.ask_for_login(login_hint="h&1", lti_message_hint='{"cmid":1}')

    found = re.search(r'<a class="ds-button" href="([^"]+)"', page.text)
    assert found
    url = urlsplit(unescape(found[1]))
    query = parse_qs(url.query)
    plan = plan_of(page)
    assert (page.status_code, "Location" in page.headers) == (200, False)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ISSUER}/auth"
    assert (query["login_hint"], query["lti_message_hint"]) == (["h&1"], ['{"cmid":1}'])
    assert (plan["origin"], plan["frame"]) == (ISSUER, None)
    assert plan["nonce_value"] == query["nonce"][0]
    cookie = next(c for c in page.headers.getlist("Set-Cookie") if c.startswith("__Host-lti_"))
    assert cookie.split(";")[0].partition("=")[2] == plan["state_value"]
    assert "Partitioned" in cookie
    assert plan["state_value"] not in query["state"][0]
    assert policy(page)["script-src"] == "'self'"
    assert policy(page)["frame-ancestors"] == "*"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>alert(1)</script>",
        "a' onload='alert(1)",
        "_top",
        "frame name",
        "1frame",
        "främë",
        "f" * 101,
    ],
)
def test_a_frame_of_an_odd_name_is_no_storage(tool: Tool, browser: Cookieless, name: str):
    answer = browser.ask_for_login(lti_storage_target=name)

    assert answer.status_code == 303
    assert urlsplit(answer.headers["Location"]).netloc == "lms.example"


def test_a_named_frame_is_told_to_the_page(tool: Tool, browser: Cookieless):
    page = browser.ask_for_login(lti_storage_target="post_message_forwarding")

    assert plan_of(page)["frame"] == "post_message_forwarding"


def test_two_frames_are_refused(tool: Tool):
    query = f"iss={ISSUER}&client_id=client-1&login_hint=h&target_link_uri={BASE_URL}/lti/launch"
    twice = f"{query}&lti_storage_target=_parent&lti_storage_target=other"

    answer = tool.client().get(f"/lti/login?{twice}", base_url=BASE_URL)

    assert reason(answer) == (400, "login_parameter_repeated")


# --- the launch


def test_with_its_cookie_the_launch_is_as_ever(tool: Tool, browser: Cookieless):
    page = browser.ask_for_login()
    held = page.headers.getlist("Set-Cookie")[0].split(";")[0]
    client = tool.client()
    name, _, value = held.partition("=")
    client.set_cookie(name, value, domain="tracks.example", secure=True)
    found = re.search(r'href="(https://lms[^"]+)"', page.text)
    assert found
    query = parse_qs(urlsplit(unescape(found[1])).query)
    setting = tool.login(client)
    form = tool.form(setting, {"nonce": query["nonce"][0]})
    form["state"] = query["state"][0]

    answer = client.post("/lti/launch", data=form, base_url=BASE_URL)

    assert answer.status_code == 303
    assert signed_in(tool) == 1


def test_without_its_cookie_nothing_is_shown_or_kept_before_the_proof(
    tool: Tool, browser: Cookieless
):
    before = tool.counts()

    page = browser.launch(PERSON)

    assert page.status_code == 200
    assert not [word for word in (*PERSON.values(), "maaling") if word in page.text]
    assert tool.counts() == {**before, "used_nonce": before["used_nonce"] + 1}
    plan = plan_of(page)
    assert (plan["state_value"], plan["nonce_value"]) == ("", "")
    assert set(browser.kept) == {plan["state_key"], plan["nonce_key"]}
    cookies = page.headers.getlist("Set-Cookie")
    assert [c.partition("=")[0] for c in cookies] == ["__Host-tracks-probe"]
    assert policy(page)["frame-ancestors"].startswith(f"{ISSUER}:443")
    sealed = ticket_of(page)
    assert "secret" not in sealed


def test_the_right_values_sign_in_every_time(tool: Tool, browser: Cookieless):
    answers = [browser.check(browser.launch({"sub": f"teacher-{n}"})) for n in range(20)]

    assert [a.status_code for a in answers] == [303] * 20
    assert signed_in(tool) == 20
    assert all(a.headers["Location"].startswith("/school") for a in answers)
    first = answers[0].headers.getlist("Set-Cookie")
    assert any(c.startswith(f"{NAME}=") for c in first)
    assert any(c.startswith("__Host-tracks-probe=;") for c in first)


def test_a_browser_that_keeps_no_cookie_goes_on_in_a_tab(tool: Tool, browser: Cookieless):
    page = browser.check(browser.launch(PERSON), cookie="")

    assert (page.status_code, 'target="_blank"' in page.text) == (200, True)
    assert signed_in(tool) == 0
    assert not [word for word in PERSON.values() if word in page.text]
    assert not any(c.startswith(f"{NAME}=") for c in page.headers.getlist("Set-Cookie"))
    opened = browser.post("/lti/launch/open", {"ticket": ticket_of(page)})
    assert opened.status_code == 303
    assert any(c.startswith(f"{NAME}=") for c in opened.headers.getlist("Set-Cookie"))
    again = browser.post("/lti/launch/open", {"ticket": ticket_of(page)})
    assert reason(again) == (401, "ticket_reused")
    assert signed_in(tool) == 1


def test_a_token_that_ends_while_the_lms_is_asked_still_counts(tool: Tool, browser: Cookieless):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        soon = int(datetime.now(UTC).timestamp()) - 55
        page = browser.launch({"exp": soon})
        clock.shift(timedelta(seconds=100))
        tab = browser.check(page, cookie="")
        clock.shift(timedelta(minutes=9))

        answer = browser.post("/lti/launch/open", {"ticket": ticket_of(tab)})

    assert answer.status_code == 303


def test_two_tabs_of_one_browser_keep_their_own_launches(tool: Tool, browser: Cookieless):
    first = browser.launch({PREFIX + "custom": {"resource": "sample/maaling"}})
    second = browser.launch({PREFIX + "custom": {}})

    answers = [browser.check(page) for page in (second, first)]

    assert [a.status_code for a in answers] == [303, 303]
    assert ["maaling" in a.headers["Location"] for a in answers] == [False, True]


# --- what must not work: the launch is good, and each time one thing is not


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "1790000000.tampered"}, (401, "storage_differs")),
        ({"nonce": "tampered"}, (401, "storage_differs")),
        ({"state": ""}, (401, "storage_differs")),
        ({"nonce": ""}, (401, "storage_differs")),
        ({"state": "ø\ud83d"}, (401, "storage_differs")),
        ({"state": "", "nonce": "", "problem": "time_out"}, (401, "storage_no_answer")),
        ({"state": "", "nonce": "", "problem": "<script>"}, (401, "storage_no_answer")),
        ({"ticket": ""}, (401, "ticket_invalid")),
        ({"ticket": "x" * 200}, (401, "ticket_invalid")),
        ({"ticket": "å"}, (401, "ticket_invalid")),
        ({"extra": "1"}, (400, "proof_malformed")),
    ],
)
def test_anything_but_what_was_put_signs_nobody_in(
    tool: Tool, browser: Cookieless, changes: dict, expected: tuple
):
    page = browser.launch(PERSON)
    form = {**browser.answers(page), **changes}
    if "\ud83d" in form["state"]:
        form["state"] = "\ufffd"

    answer = browser.post("/lti/launch/check", form, cookie=PROBE)

    assert reason(answer) == expected
    assert signed_in(tool) == 0
    assert not [word for word in PERSON.values() if word in answer.text]
    assert not any(c.startswith(f"{NAME}=") for c in answer.headers.getlist("Set-Cookie"))


def test_the_values_of_another_login_do_not_do(tool: Tool, browser: Cookieless):
    first = browser.launch()
    other = browser.answers(browser.launch())

    answer = browser.check(first, state=other["state"], nonce=other["nonce"])

    assert (reason(answer), signed_in(tool)) == ((401, "storage_differs"), 0)


def test_a_form_moved_to_a_second_browser_signs_nobody_in(tool: Tool, browser: Cookieless):
    victim = Cookieless(tool)
    victim.login()  # has used the tool, so that its storage is not empty
    pages = [browser.launch() for _ in range(20)]

    answers = [victim.check(page) for page in pages]

    assert {reason(a) for a in answers} == {(401, "storage_no_answer")}
    assert signed_in(tool) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": ISSUER},
        {"Origin": BASE_URL + ":444"},
        {"Origin": "http://tracks.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/lti/launch/check", "/lti/launch/open"])
def test_a_post_of_another_site_is_not_taken_whatever_it_knows(
    tool: Tool, browser: Cookieless, path: str, headers: dict[str, str]
):
    page = browser.launch()
    form = browser.answers(page)
    if path.endswith("open"):
        form = {"ticket": ticket_of(browser.check(page, cookie=""))}

    refused = browser.post(path, form, cookie=PROBE, **headers)

    assert (reason(refused), signed_in(tool)) == ((403, "proof_not_from_us"), 0)
    # Control: the same from our own page, so it was the sender and nothing else.
    assert browser.post(path, form, cookie=PROBE).status_code == 303


def test_a_ticket_is_good_for_its_own_step_only(tool: Tool, browser: Cookieless):
    page = browser.launch()
    too_early = browser.post("/lti/launch/open", {"ticket": ticket_of(page)})
    tab = browser.check(page, cookie="")
    too_late = browser.check(page, ticket=ticket_of(tab))

    assert reason(too_early) == reason(too_late) == (401, "ticket_invalid")
    assert signed_in(tool) == 0


@pytest.mark.parametrize(("minutes", "status"), [(1.9, 303), (2, 401), (30, 401)])
def test_a_check_is_open_for_two_minutes(
    tool: Tool, browser: Cookieless, minutes: float, status: int
):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        page = browser.launch()
        clock.shift(timedelta(minutes=minutes))

        answer = browser.check(page)

    assert (answer.status_code, "ticket_expired" in answer.text) == (status, status == 401)


def test_of_fifty_answers_at_once_one_signs_in(tool: Tool, browser: Cookieless):
    page = browser.launch()
    page.get_data()  # the first reading of an answer is for one thread

    answers = at_once(50, lambda _: browser.check(page))

    assert sorted(a.status_code for a in answers) == [303] + [401] * 49
    assert all("ticket_reused" in a.text for a in answers if a.status_code == 401)
    assert signed_in(tool) == 1


def test_a_wrong_answer_uses_the_ticket_up(tool: Tool, browser: Cookieless):
    page = browser.launch()
    browser.check(page, nonce="tampered")

    assert reason(browser.check(page)) == (401, "ticket_reused")


def test_the_same_launch_makes_one_question_only(tool: Tool, browser: Cookieless):
    form = browser.prepare()
    pages = [browser.post("/lti/launch", form) for _ in range(2)]

    assert pages[0].status_code == 200
    assert reason(pages[1]) == (401, "nonce_reused")


def test_what_is_switched_off_meanwhile_counts(tool: Tool, browser: Cookieless):
    page = browser.launch()
    with tool.database.writing() as session:
        assert switch_off_deployment(session, tool.registration_id, "1")

    answer = browser.check(page)

    assert (reason(answer), signed_in(tool)) == ((403, "deployment_not_enabled"), 0)


def test_a_forged_token_gets_no_question(tool: Tool, browser: Cookieless):
    page = browser.launch({"iss": "https://evil.example"})

    assert reason(page) == (401, "issuer_differs")


# --- never a dead end


def test_where_storage_fails_the_launch_begins_again_in_a_tab(tool: Tool, browser: Cookieless):
    hints = {"login_hint": "h&1 æ", "lti_message_hint": '{"cmid":1}', "lti_deployment_id": "1"}
    page = browser.launch(**hints)

    failed = browser.check(page, state="", nonce="", problem="time_out")

    found = re.search(r'href="(/lti/login[^"]+)" target="_blank" rel="noopener"', failed.text)
    assert found
    again = tool.client().get(unescape(found[1]), base_url=BASE_URL)
    sent = parse_qs(urlsplit(again.headers["Location"]).query)
    assert again.status_code == 303
    assert {name: sent[name] for name in ("login_hint", "lti_message_hint")} == {
        "login_hint": ["h&1 æ"],
        "lti_message_hint": ['{"cmid":1}'],
    }


def test_hints_too_long_to_carry_leave_the_way_to_the_course(tool: Tool, browser: Cookieless):
    page = browser.launch(login_hint="h" * 1025)

    failed = browser.check(page, state="", nonce="")

    assert "/lti/login" not in failed.text
    assert f'href="{ISSUER}/return' in failed.text


def test_without_storage_the_course_opens_in_a_tab(tool: Tool):
    prepared = tool.prepare()

    answer = tool.click(prepared, cookie="")

    link = re.search(r'<a class="ds-button" href="([^"]+)" target="_blank"', answer.text)
    assert link
    assert link[1].startswith(f"{ISSUER}/return")
    assert tool.count(used_nonce) == 0


def test_a_forged_token_without_cookie_is_shown_no_way(tool: Tool):
    prepared = tool.prepare()
    prepared.form["id_token"] = prepared.form["id_token"][:-8] + "AAAAAAAA"

    answer = tool.click(prepared, cookie="")

    assert reason(answer) == (401, "browser_cookie_missing")
    assert "return" not in answer.text


# --- the same form again


def test_a_reload_finds_the_page_and_makes_no_second_sign_in(tool: Tool):
    client = tool.client()
    form = tool.form(tool.login(client))
    first = client.post("/lti/launch", data=form, base_url=BASE_URL)

    again = client.post("/lti/launch", data=form, base_url=BASE_URL)

    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert "Set-Cookie" not in again.headers
    assert signed_in(tool) == 1


def test_each_tab_finds_its_own_page(tool: Tool):
    client = tool.client()
    custom = PREFIX + "custom"
    forms, pages = [], []
    for changes in ({custom: {"resource": "sample/maaling"}}, {custom: {}}):
        forms.append(tool.form(tool.login(client), changes))
        answer = client.post("/lti/launch", data=forms[-1], base_url=BASE_URL)
        pages.append(answer.headers["Location"])

    again = [client.post("/lti/launch", data=form, base_url=BASE_URL) for form in forms]

    assert pages[0] != pages[1]
    assert [a.headers.get("Location") for a in again] == pages


@pytest.mark.parametrize(
    "lost", ["sign-in", "receipt", "other person", "signed out", "ended", "tampered"]
)
def test_a_reload_without_its_own_session_is_told_so(tool: Tool, lost: str):
    client = tool.client()
    form = tool.form(tool.login(client), {"sub": "first"})
    client.post("/lti/launch", data=form, base_url=BASE_URL)
    name = next(c.key for c in client._cookies.values() if c.key.startswith("__Host-lti_"))
    value = client.get_cookie(name, "tracks.example").value
    if lost == "sign-in":
        client.delete_cookie(NAME, domain="tracks.example")
    elif lost == "receipt":
        client.delete_cookie(name, domain="tracks.example")
    elif lost == "tampered":
        time, _, mac = value.split(".")
        other = f"{time}.Ly9ldmlsLmV4YW1wbGU.{mac}"  # //evil.example
        client.set_cookie(name, other, domain="tracks.example", secure=True)
    elif lost == "ended":
        with tool.database.writing() as session:
            session.execute(delete(sign_in))
    elif lost == "signed out":
        tool.post(client, "/sign-out")
    else:
        tool.launch(client, sub="second")
    before = signed_in(tool)

    again = client.post("/lti/launch", data=form, base_url=BASE_URL)

    expected = "browser_cookie_missing" if lost == "receipt" else "nonce_reused"
    assert reason(again) == (401, expected)
    assert signed_in(tool) == before


def test_the_receipt_of_a_launch_opens_nothing_elsewhere(tool: Tool):
    client = tool.client()
    form = tool.form(tool.login(client))
    client.post("/lti/launch", data=form, base_url=BASE_URL)
    held = {c.key: c.value for c in client._cookies.values() if c.key.startswith("__Host-lti_")}
    thief = tool.client()
    for name, value in held.items():
        thief.set_cookie(name, value, domain="tracks.example", secure=True)

    answer = thief.post("/lti/launch", data=form, base_url=BASE_URL)

    assert (reason(answer), signed_in(tool)) == ((401, "nonce_reused"), 1)
