"""The chain in Chromium: a coordinator invites, a teacher becomes spreader, colleagues see it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link, open_in_frame, open_in_window

pytestmark = pytest.mark.browser


def test_from_a_school_without_a_spreader_to_one_with(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-coordinator", "office-municipality")
    link(frame, "Schools without a spreader").click()
    expect(frame.get_by_text("23 of 27 schools have a spreader.")).to_be_visible()
    lacking = frame.get_by_role("list", name="Schools without a spreader")
    row = lacking.get_by_role("listitem").filter(has_text="Sample school 20")
    expect(row).to_contain_text("no spreader")
    row.get_by_role("button").click()
    code = frame.get_by_label("Code, to be typed in a learning platform").input_value()
    expect(row).to_contain_text("invited, not there yet")

    chosen = new_page()
    theirs = open_in_frame(chosen, running, "sample-20-05", "school-20-home")
    link(theirs, "I have an invitation").click()
    theirs.get_by_label("Code").fill(code.lower())
    button(theirs, "Take the role").click()
    expect(theirs.get_by_role("status")).to_contain_text("Spreader, Sample school 20")

    colleague = new_page()
    mine = open_in_frame(colleague, running, "sample-20-06", "school-20-home")
    link(mine, "Your spreader, and who helps them").click()
    expect(mine.locator("dl.chain")).to_contain_text("Sample teacher 20.5")
    expect(mine.locator("dl.chain")).to_contain_text("Sample team City")


def test_a_role_for_a_time_and_its_end(new_page: NewPage, running: Running) -> None:
    page = new_page()
    open_in_window(page, running, "sample-administrator", "office-lms")
    page.goto(f"{running.tool_url}/people?q=sample+teacher+3.4")
    link(page, "Sample teacher 3.4").click()
    page.get_by_label("Role", exact=True).select_option("researcher")
    button(page, "Give the role").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a last day")
    expect(page.get_by_label("Role", exact=True)).to_have_value("researcher")
    page.get_by_label("Role", exact=True).select_option("author")
    button(page, "Give the role").click()
    given = page.get_by_role("listitem").filter(has_text="Author, the whole municipality")
    expect(given).to_be_visible()
    given.get_by_role("button").click()
    expect(page.get_by_text("Earlier roles")).to_be_visible()


def test_an_old_name_leads_to_the_school_of_today(new_page: NewPage, running: Running) -> None:
    page = new_page()
    open_in_window(page, running, "sample-coordinator", "office-municipality")
    link(page, "Schools and preschools").first.click()
    page.get_by_label("Name or number").fill("school 28")
    button(page, "Find").click()
    link(page, "Sample school 22").click()
    expect(heading(page)).to_have_text("Sample school 22")
    expect(page.locator(".facts")).to_contain_text("its numbers are counted here")
