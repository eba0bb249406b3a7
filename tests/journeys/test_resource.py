"""A resource on its own, by its link in the LMS, and by its address for everybody."""

import pytest
from playwright.sync_api import expect

from content.model import Phase
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    button,
    gradebook_cell,
    heading,
    link,
    open_in_frame,
    score_in_gradebook,
    title,
)

pytestmark = pytest.mark.browser


def test_used_alone_it_counts_alone(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-23-01", "school-23-resource")
    step = next(s for s in running.steps(0, Phase.PREPARE) if s.is_resource)
    expect(heading(frame)).to_have_text(title(step))
    button(frame, "Mark as read").click()
    expect(frame.get_by_text("You have marked this as read.")).to_be_visible()

    # Its track is one quiet link away, and not begun by this.
    link(frame, running.track.texts["nb"].title).click()
    expect(frame.locator("main").get_by_text("0 of")).to_be_visible()
    expect(link(frame, "Start")).to_be_visible()
    score_in_gradebook(page, running, "sample-23-01", "school-23-resource", 100)
    cell = gradebook_cell(page, running, "sample-23-01", "school-23-track")
    assert cell.inner_text().strip() == "Nothing received"


def test_everybody_may_read_it_at_its_address(new_page: NewPage, running: Running) -> None:
    page = new_page()
    step = next(s for s in running.steps(0, Phase.PREPARE) if s.is_resource)
    address = f"{running.publisher}/{running.track.id}/{running.track.modules[0].id}%23{step.id}"
    page.goto(f"{running.tool_url}/r/{address}")
    expect(heading(page)).to_have_text(title(step))
    expect(
        page.get_by_text("To answer and keep your work, open this from your LMS.")
    ).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
