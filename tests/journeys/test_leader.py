"""A change-group leader at the meeting (journeys 5.2)."""

import pytest
from playwright.sync_api import expect

from content.model import Phase
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link, open_in_frame, stage_label, title

pytestmark = pytest.mark.browser
PRESENT = range(2, 12)  # ten of the eighteen teachers of a school that has not begun


def test_the_leader_records_who_took_part_and_it_counts_for_them(
    new_page: NewPage, running: Running
) -> None:
    module = running.track.modules[0]
    page = new_page()
    leader = open_in_frame(page, running, "sample-1-leader", "school-1-track")
    link(leader, module.texts["nb"].title).click()
    expect(heading(leader)).to_have_text(module.texts["nb"].title)

    together = leader.locator("section.phase-B")
    together.get_by_text("Leader script").click()
    expect(together.locator("details .prose")).to_be_visible()
    link(together, title(running.steps(0, Phase.TOGETHER)[0])).click()
    expect(leader.locator("main").get_by_text("Leader script")).to_be_visible()
    while link(leader, "Next").count():
        link(leader, "Next").click()
        leader.locator("h1").wait_for()
    link(leader, "All steps").click()
    together.get_by_role("link", name="Record who took part").click()

    expect(heading(leader)).to_have_text("Who took part?")
    for number in PRESENT:
        leader.get_by_label(f"Sample teacher 1.{number}", exact=True).check()
    button(leader, "Finish and record").click()
    expect(leader.locator(".ds-alert")).to_have_text("Done with: Work together.")

    # Ten of eighteen can be said without pointing at anybody.
    open_in_frame(page, running, "sample-1-head", "school-1-home")
    link(leader, "Your school").click()
    assert stage_label(leader, running, "Worked together") == "10 of 18"
    assert stage_label(leader, running, "Started") == "10 of 18"

    for teacher, said in (("sample-1-02", "done"), ("sample-1-12", "not started")):
        open_in_frame(page, running, teacher, "school-1-track")
        link(leader, module.texts["nb"].title).click()
        expect(together.locator(".meta").first).to_contain_text(said)
        # They see no leader's script and nothing to tick: they need do nothing.
        expect(leader.get_by_text("Leader script")).to_have_count(0)
        expect(leader.get_by_text("Record who took part")).to_have_count(0)
