"""Signing in beside the LMS, in Chromium: a passkey of a virtual device, codes, a login service."""

import json
import re
from base64 import b32decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import delete, func, select

from tests.fakes.login_service import CLIENT_ID, SECRET, LoginService
from tests.journeys.axe import too_wide, violations
from tests.journeys.chromium import Watch
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link, log_in, open_in_window
from tracks.i18n import LANGUAGES
from tracks.lms.key_files import open_sealer
from tracks.people.models import municipality, person, sign_in
from tracks.people.rules import Role
from tracks.settings import Settings
from tracks.signin.actions.identities import Wanted, keep_service
from tracks.signin.actions.logins import make_link
from tracks.signin.models import identity, login_service, login_try, passkey
from tracks.signin.rules import code_at

pytestmark = pytest.mark.browser


def home(running: Running) -> int:
    with running.database.reading() as session:
        return int(session.execute(select(func.min(municipality.c.id))).scalar_one())


def a_link(running: Running) -> str:
    """As `tracks admin invite` prints it."""
    with running.database.writing() as session:
        session.execute(delete(login_try))
        made = make_link(session, home(running), datetime.now(UTC), role=Role.ADMINISTRATOR)
    return f"{running.tool_url}/sign-in/link/{made.token}"


def count(running: Running, table: Any) -> int:
    with running.database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def with_device(page: Page) -> tuple[CDPSession, str]:
    """A telephone that knows its owner, as Chromium plays it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


@pytest.fixture
def service(running: Running, watch: Watch) -> Iterator[LoginService]:
    """The login of the sample municipality."""
    made = LoginService(sub="sub-journey")
    stop = made.start()
    watch.hosts.add(made.url.removeprefix("http://"))
    folder = str(running.database.engine.url.database or "").rsplit("/", 1)[0]
    sealer = open_sealer(Settings(data_dir=Path(folder)))
    wanted = Wanted("Sample login", made.url, CLIENT_ID, SECRET, "openid")
    with running.database.writing() as session:
        keep_service(session, sealer, home(running), wanted, None, datetime.now(UTC))
    yield made
    stop()
    with running.database.writing() as session:
        session.execute(delete(identity))
        session.execute(delete(login_service))


def test_a_passkey_from_the_link_to_the_next_day(new_page: NewPage, running: Running) -> None:
    page = new_page()
    with_device(page)
    url = a_link(running)
    page.goto(url)
    expect(heading(page)).to_have_text("Set up your login")
    page.get_by_label("Your name").fill("Sample administrator of a passkey")
    button(page, "Make a passkey").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    expect(page.get_by_role("listitem").filter(has_text="Passkey 1")).to_be_visible()
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "__Host-tracks-own"]
    assert (cookie["sameSite"], cookie["httpOnly"], cookie["secure"]) == ("Strict", True, True)

    page.goto(f"{running.tool_url}/lms")
    expect(heading(page)).to_have_text("LMS connections")
    button(page, "Sign out").click()
    page.goto(f"{running.tool_url}/lms")
    link(page, "Sign in without an LMS").click()
    button(page, "Use a passkey").click()
    expect(heading(page)).to_have_text("LMS connections")
    (again,) = [c for c in page.context.cookies() if c["name"] == "__Host-tracks-own"]
    assert again["value"] != cookie["value"]

    # The link is used up, also in a browser that knows nothing of it.
    other = new_page()
    other.goto(url)
    expect(heading(other)).to_have_text("This link does not work any more")


def test_what_a_passkey_said_once_opens_nothing_the_second_time(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    with_device(page)
    page.goto(a_link(running))
    button(page, "Make a passkey").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    sent: list[str] = []
    page.on(
        "request",
        lambda asked: (
            sent.append(asked.post_data or "") if asked.url.endswith("/sign-in/passkey") else None
        ),
    )
    page.goto(f"{running.tool_url}/sign-in?again=1&then=/sign-ins")
    button(page, "Use a passkey").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    (form,) = sent
    before = count(running, sign_in)

    statuses = []
    headers = {"Origin": running.tool_url, "Content-Type": "application/x-www-form-urlencoded"}
    thief = new_page()
    for data in (form, form.replace("answer=%7B", "answer=%7B%22x%22%3A1%2C")):
        answer = thief.context.request.post(
            f"{running.tool_url}/sign-in/passkey", data=data, headers=headers, max_redirects=0
        )
        statuses.append(answer.status)
    assert statuses == [422, 422]
    assert count(running, sign_in) == before
    assert thief.context.cookies() == []


def test_another_device_and_a_copied_one_open_nothing(new_page: NewPage, running: Running) -> None:
    page = new_page()
    device, number = with_device(page)
    page.goto(a_link(running))
    button(page, "Make a passkey").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    (made,) = device.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    page.goto(f"{running.tool_url}/sign-in?again=1&then=/sign-ins")
    button(page, "Use a passkey").click()
    expect(heading(page)).to_have_text("How and where you are signed in")

    # A copy of the device from before: its counter is behind.
    copy = new_page()
    session, copied = with_device(copy)
    session.send(
        "WebAuthn.addCredential",
        {"authenticatorId": copied, "credential": {**made, "signCount": 0}},
    )
    copy.goto(f"{running.tool_url}/sign-in")
    button(copy, "Use a passkey").click()
    expect(copy.get_by_role("alert").first).to_contain_text("This passkey opens nothing here")

    # The same name of a passkey, with a key of the thief's own.
    forged = new_page()
    session, theirs = with_device(forged)
    forged.goto(f"{running.tool_url}/sign-in")
    other = forged.evaluate(
        """async () => {
            const pair = await crypto.subtle.generateKey(
                { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
            const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
            return btoa(String.fromCharCode(...key));
        }"""
    )
    session.send(
        "WebAuthn.addCredential",
        {
            "authenticatorId": theirs,
            "credential": {**made, "privateKey": other, "signCount": 10_000},
        },
    )
    button(forged, "Use a passkey").click()
    expect(forged.get_by_role("alert").first).to_contain_text("This passkey opens nothing here")
    for thief in (copy, forged):
        assert [c for c in thief.context.cookies() if c["name"] == "__Host-tracks-own"] == []


def test_a_device_that_does_not_know_its_owner_is_not_enough(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    device, number = with_device(page)
    page.goto(a_link(running))
    before = count(running, passkey)
    device.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    button(page, "Make a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    assert count(running, passkey) == before


def key_on(page: Page) -> bytes:
    text = re.sub(r"\s", "", page.locator("code.key-shown").first.inner_text())
    return b32decode(text + "=" * (-len(text) % 8))


def code_of(secret: bytes, steps: int = 0) -> str:
    return code_at(secret, int(datetime.now(UTC).timestamp()) // 30 + steps)


def test_codes_without_javascript_by_keyboard(new_page: NewPage, running: Running) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(a_link(running))
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(button(page, "Make a passkey")).to_be_disabled()
    secret = key_on(page)
    field = page.get_by_label("One-time code")
    field.fill("123")
    field.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#code-problem")).to_contain_text("does not belong to this key")
    assert key_on(page) == secret
    page.get_by_label("One-time code").fill(code_of(secret, -1))
    button(page, "Use one-time codes").click()
    expect(heading(page)).to_have_text("Keep these")
    name = page.locator(".code-shown").inner_text()
    link(page, "I have kept them").click()
    button(page, "Sign out everywhere, here too").click()

    page.goto(f"{running.tool_url}/sign-in?then=/sign-ins")
    link(page, "Type a one-time code").click()
    page.get_by_label("Your sign-in name").fill(name)
    page.get_by_label("One-time code").fill(code_of(secret))
    button(page, "Sign in").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    expect(page.get_by_text("with a one-time code (this browser)")).to_be_visible()


def test_the_login_of_the_municipality_from_the_first_time_on(
    new_page: NewPage, running: Running, service: LoginService
) -> None:
    teacher = new_page()
    open_in_window(teacher, running, "sample-21-03", "school-21-home")
    teacher.goto(f"{running.tool_url}/accounts")
    button(teacher, "Show a code").click()
    code = teacher.locator(".code-shown").inner_text()

    page = new_page()
    page.goto(f"{running.tool_url}/sign-in?then=/sign-ins")
    link(page, "Sample municipality: sign in with Sample login").click()
    expect(heading(page)).to_have_text("We do not know you yet")
    page.get_by_label("Code").fill(code.lower())
    button(page, "Continue").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    expect(page.get_by_role("list", name="Logins of your own")).to_contain_text("Sample login")

    # Next time without a code, past the page in between, with our cookie on the way.
    button(page, "Sign out everywhere, here too").click()
    page.goto(f"{running.tool_url}/sign-in?then=/sign-ins")
    link(page, "Sample municipality: sign in with Sample login").click()
    expect(heading(page)).to_have_text("How and where you are signed in")
    assert page.url == f"{running.tool_url}/sign-ins"
    with running.database.reading() as session:
        name = session.execute(
            select(person.c.name).join(identity, identity.c.person_id == person.c.id)
        ).scalar_one()
    assert name == "Sample teacher 21.3"
    # Signed out everywhere: what was open in the other browser is not any more.
    teacher.reload()
    expect(heading(teacher)).to_have_text("Open this from your LMS")


def test_an_administrator_sets_up_a_login_service(
    new_page: NewPage, running: Running, service: LoginService
) -> None:
    page = new_page()
    open_in_window(page, running, "sample-administrator", "office-home")
    log_in(page, running, "sample-administrator")
    page.goto(f"{running.tool_url}/municipality/sign-in")
    link(page, "Fill in the values of Feide").click()
    expect(page.get_by_label("Issuer")).to_have_value("https://auth.dataporten.no")
    page.get_by_label("Issuer").fill(f"{service.url}/nothing-here")
    page.get_by_label("Client id").fill("kept-as-typed")
    button(page, "Save").click()
    expect(page.locator("#issuer-problem")).to_contain_text("Nothing was saved")
    expect(page.get_by_label("Client id")).to_have_value("kept-as-typed")

    page.get_by_label("Issuer").fill(service.url)
    page.get_by_label("Name, as people read it").fill("Renamed login")
    page.get_by_label("Client secret").fill("another-secret")
    button(page, "Save").click()
    expect(page.get_by_role("list", name="Login services")).to_contain_text("Renamed login")
    button(page, "Switch Renamed login off").click()
    expect(page.get_by_role("list", name="Login services")).to_contain_text("switched off")
    with running.database.reading() as session:
        (row,) = session.execute(select(login_service)).all()
    assert "another-secret" not in json.dumps([str(value) for value in row])
    button(page, "Make a link").click()
    made = page.get_by_label("Link", exact=True).input_value()
    other = new_page()
    other.goto(made)
    expect(heading(other)).to_have_text("Set up your login")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_for_everybody(
    new_page: NewPage, running: Running, service: LoginService, axe: str, language: str
) -> None:
    page = new_page(locale=language)
    with_device(page)
    faults: dict[str, list[str]] = {}
    seen: list[str] = []

    def look(name: str) -> None:
        seen.append(name)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(
                "() => document.querySelectorAll('details').forEach((it) => { it.open = true })"
            )
            found = violations(page, axe) + too_wide(page)
            if found:
                faults[f"{name} {width}"] = found

    def press(button: str) -> None:
        # What axe looks at must be the next page, not the one that is about to go.
        with page.expect_navigation():
            page.locator(button).click()

    tool = running.tool_url
    page.goto(f"{tool}/sign-in")
    look("sign-in")
    press("a[href^='/sign-in/with/']")
    look("join")
    page.get_by_role("textbox").fill("wrong")
    press("main form button")
    look("join-wrong")
    page.goto(f"{tool}/sign-in/code")
    look("code")
    page.locator("#name").fill("AAAAA-AAAAA")
    page.locator("#code").fill("000000")
    press("main form button")
    look("code-wrong")
    page.goto(f"{tool}/sign-in/back?state=x")
    look("back")
    page.goto(f"{tool}/sign-in/link/nothing")
    look("link-gone")
    page.goto(a_link(running))
    look("set-up")
    press("button[value=code]")
    look("set-up-wrong")
    secret = key_on(page)
    page.locator("#code").fill(code_of(secret))
    press("button[value=code]")
    look("shown-once")
    page.goto(f"{tool}/sign-ins")
    look("sign-ins")
    page.goto(f"{tool}/municipality/sign-in?preset=feide")
    look("settings")
    press("button[value=save]")
    look("settings-wrong")
    press("button[value=link]")
    look("settings-link")
    with running.database.writing() as session:
        session.execute(sign_in.update().values(proved_at=None))
    page.goto(f"{tool}/municipality/sign-in")
    look("again-first")
    press("main .actions a")
    look("sign-in-again")

    assert faults == {}
    assert len(seen) == 16
