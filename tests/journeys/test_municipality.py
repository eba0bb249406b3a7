"""The municipality's coordinator looks how far the schools have come (journeys 5.3)."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import heading, ladder, link, open_in_frame, show_in_frame, stage_label

pytestmark = pytest.mark.browser


def test_from_the_overview_by_the_table_to_one_school(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-coordinator", "office-municipality")
    expect(heading(frame)).to_have_text("Sample municipality")
    assert stage_label(frame, running, "Started").endswith(" of 27 schools")

    track = ladder(frame, running)
    rows = track.locator("tbody tr")
    expect(rows).to_have_count(27)
    expect(rows.first).not_to_be_visible()
    track.get_by_text("School by school", exact=True).click()
    expect(rows.last).to_be_visible()
    # Four teachers: whatever they do would point at one of them.
    expect(rows.filter(has_text="Sample school 25").locator("td")).to_have_text(
        ["Special school", *4 * ["hidden: so few teachers"]]
    )

    in_table = rows.filter(has_text="Sample school 23").locator("td").nth(1).inner_text()
    link(frame, "Sample school 23").click()
    expect(heading(frame)).to_have_text("Sample school 23")
    assert stage_label(frame, running, "Started") == in_table.strip()
    expect(frame.get_by_text("48 teachers on")).to_be_visible()
    link(frame, "The municipality").click()
    expect(heading(frame)).to_have_text("Sample municipality")


def test_a_teacher_does_not_get_there(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-23-02", "school-23-home")
    expect(link(frame, "The municipality")).to_have_count(0)
    show_in_frame(page, f"{running.tool_url}/municipality")
    expect(heading(frame)).to_have_text("This page is not open to you")
