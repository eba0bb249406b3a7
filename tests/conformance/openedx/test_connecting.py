"""The administrator's journey in Chromium: from an invitation to the first score of a teacher."""

import json
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.conformance.openedx.browser import shown_in_studio
from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import Site, eventually
from tests.journeys.visits import button, heading, link
from tracks.lms.actions.invitations import invite

pytestmark = [pytest.mark.server, pytest.mark.browser]
# What the invitation page calls a value, and the field of the block that it goes into.
FIELDS = {
    "Launch URL": "lti_1p3_launch_url",
    "Tool Initiate Login URL (OIDC)": "lti_1p3_oidc_url",
    "Tool Keyset URL": "lti_1p3_tool_keyset_url",
    "Deep Linking Launch URL": "lti_advantage_deep_linking_launch_url",
}


def invitation(site: Site) -> str:
    with site.database.writing() as session:
        return (
            f"{site.url}/connect/{invite(session, site.municipality_id, datetime.now(UTC)).token}"
        )


def author_with_what_the_page_says(page: Page, site: Site) -> Block:
    """The author copies each value into Studio."""
    copied = {
        field: page.get_by_label(name, exact=True).input_value() for name, field in FIELDS.items()
    }
    redirects = page.get_by_label("Registered Redirect URIs").input_value()
    return site.openedx.author(
        "invited",
        "http://nobody.example",
        **copied,
        lti_1p3_redirect_uris=json.loads(redirects),
        lti_advantage_deep_linking_enabled=True,
    )


def type_what_studio_shows(page: Page, shown: dict[str, str]) -> None:
    page.get_by_label("Client ID").fill(shown["Client ID"])
    page.get_by_label("Authentication request URL").fill(shown["Login URL"])
    page.get_by_label("Access token URL").fill(shown["Access Token URL"])
    page.get_by_label("Public keyset URL").fill(shown["Keyset URL"])
    page.get_by_label("Deployment ID").fill(shown["Deployment ID"])
    button(page, "Go on and compare").click()


def test_from_the_invitation_to_the_first_score(site: Site, context: BrowserContext):
    openedx, page, studio = site.openedx, context.new_page(), context.new_page()
    studio.goto(f"{openedx.url}/sign-in/instructor")
    page.goto(invitation(site))
    link(page, "Open edX").click()
    page.get_by_label("Address of your LMS").fill(openedx.url)
    button(page, "Fill in what is usual").click()
    expect(page.get_by_label("Issuer")).to_have_value(openedx.url)
    block = author_with_what_the_page_says(page, site)
    shown = shown_in_studio(studio, openedx, block)
    expect(page.get_by_label("Authentication request URL")).to_have_value(shown["Login URL"])
    type_what_studio_shows(page, shown)

    expect(page.get_by_role("heading", name="Is this your LMS?")).to_be_visible()
    for value in (openedx.url, shown["Client ID"], shown["Keyset URL"]):
        expect(page.locator("main")).to_contain_text(value)
    expect(page.get_by_text("Look closely at these hosts")).to_have_count(0)
    studio.goto(f"{openedx.url}/unit/{block.name}")
    expect(heading(studio.frame_locator("iframe"))).to_have_text("This LMS is not connected yet")
    button(page, "Yes, approve").click()
    expect(page.get_by_text("No launch has come yet.")).to_be_visible()

    studio.goto(f"{openedx.url}/studio/{block.name}")
    with studio.expect_popup() as opened:
        studio.get_by_role("link", name="Deep Linking Launch").click()
    opened.value.locator("input[name=pick]").first.check()
    opened.value.get_by_role("button", name=re.compile("^Add")).click()
    expect(opened.value.locator("body")).to_contain_text("successfully saved in the LMS")
    link(page, "Look again").click()
    expect(page.get_by_text("It works: the first launch came")).to_be_visible()

    teacher = context.new_page()
    teacher.goto(f"{openedx.url}/sign-in/learner2")
    teacher.goto(f"{openedx.url}/unit/{block.name}")
    frame = teacher.frame_locator("iframe")
    expect(heading(frame)).to_have_text("Les om måling")
    button(frame, "Next").click()
    expect(heading(frame)).to_have_text("Hvilken enhet?")
    wanted = {"learner2": 0.7}
    assert eventually(lambda: openedx.gradebook(block), wanted) == wanted
