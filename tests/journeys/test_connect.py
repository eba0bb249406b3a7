"""The administrator's journey: from an invitation link to the first launch of a teacher."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.journeys.axe import too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link, log_in, open_in_window
from tracks.i18n import LANGUAGES
from tracks.lms.actions.invitations import invite
from tracks.people.models import municipality

pytestmark = pytest.mark.browser


def invitation(running: Running) -> str:
    """As `tracks lti invite` prints it."""
    with running.database.writing() as session:
        found = session.execute(select(municipality.c.id)).scalars().first()
        assert found is not None
        made = invite(session, found, datetime.now(UTC))
    return f"{running.tool_url}/connect/{made.token}"


def registers(page: Page, running: Running, url: str) -> None:
    """The administrator of the LMS pastes the address; the LMS opens it in a frame."""
    page.goto(f"{running.lms.url}/tools")
    page.get_by_label("Registration address").fill(url)
    button(page, "Register the tool").click()
    expect(page.get_by_role("status")).to_contain_text("The tool is registered.")
    expect(page.locator("iframe")).to_have_count(0)


def test_from_the_invitation_to_the_first_launch(new_page: NewPage, running: Running) -> None:
    page, lms = new_page(), new_page()
    page.goto(invitation(running))
    expect(heading(page)).to_have_text("Connect your LMS")
    link(page, "Another LMS").click()
    link(page, "I have registered it: go on").click()
    expect(page.get_by_text("Nothing has come from the LMS yet.")).to_be_visible()
    address = page.get_by_label("Registration address, works once").input_value()

    registers(lms, running, address)
    link(page, "I have registered it: go on").click()
    expect(page.get_by_role("heading", name="Is this your LMS?")).to_be_visible()
    expect(page.locator(".facts").first).to_contain_text(running.lms.url)
    expect(page.get_by_text("Look closely at these hosts")).to_have_count(0)
    button(page, "Yes, approve").click()
    expect(page.get_by_text("No launch has come yet.")).to_be_visible()

    teacher = new_page()
    teacher.goto(f"{running.lms.url}/tools")
    teacher.get_by_role("link", name="Open it as a teacher").click()
    teacher.wait_for_url(f"{running.tool_url}/**")
    expect(heading(teacher)).to_have_text("Which school do you work at?")

    link(page, "Look again").click()
    expect(page.get_by_text("It works: the first launch came")).to_be_visible()


def test_the_address_works_once(new_page: NewPage, running: Running) -> None:
    page, lms = new_page(), new_page()
    page.goto(f"{invitation(running)}?lms=other")
    address = page.get_by_label("Registration address, works once").input_value()
    registers(lms, running, address)

    lms.goto(f"{running.lms.url}/tools")
    lms.get_by_label("Registration address").fill(address)
    button(lms, "Register the tool").click()

    frame = lms.frame_locator("iframe")
    expect(heading(frame)).to_have_text("This invitation does not work")


def test_the_administrator_makes_an_invitation_and_copies_it(
    new_page: NewPage, running: Running
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    open_in_window(page, running, "sample-administrator", "office-lms")
    expect(heading(page)).to_have_text("This page needs a login of your own")
    log_in(page, running, "sample-administrator")
    page.goto(f"{running.tool_url}/lms")
    expect(heading(page)).to_have_text("LMS connections")

    button(page, "Invite somebody to connect an LMS").click()
    button(page, "Copy").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied: Any = page.evaluate("navigator.clipboard.readText()")

    page.goto(copied)
    expect(heading(page)).to_have_text("Connect your LMS")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_for_everybody(
    new_page: NewPage, running: Running, axe: str, language: str
) -> None:
    page = new_page(locale=language)
    first = invitation(running)
    faults: dict[str, list[str]] = {}

    def look(name: str) -> None:
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found = violations(page, axe) + too_wide(page)
            if found:
                faults[f"{name} {width}"] = found

    page.goto(first)
    look("choose")
    for lms in ("moodle", "canvas", "openedx", "brightspace", "itslearning", "other"):
        page.goto(f"{first}?lms={lms}&site=lms.example")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
        look(lms)
    page.locator("main form [name=go]").click()
    look("faults")
    for name in ("issuer", "auth_url", "jwks_url", "token_url"):
        page.locator(f"[name={name}]").fill(f"{running.lms.url}/{name}")
    page.locator("[name=token_url]").fill("http://localhost:1/token")
    page.locator("[name=client_id]").fill(f"typed-{language}")
    page.locator("main form [name=go]").click()
    look("compare")
    page.locator("[value=approve]").click()
    look("try")
    page.goto(f"{running.tool_url}/connect/none")
    look("ended")
    page.goto(f"{running.tool_url}/lti/register?invitation=none")
    look("not invited")
    page.goto(f"{running.lms.url}/tools")
    look("lms tools")
    open_in_window(page, running, "sample-administrator", "office-lms")
    look("own login first")
    log_in(page, running, "sample-administrator")
    page.goto(f"{running.tool_url}/lms")
    look("overview")
    page.locator("form[action='/lms/invitations'] button").click()
    look("invited")

    assert faults == {}
