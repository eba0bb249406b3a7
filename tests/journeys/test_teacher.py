"""A teacher's quarter of an hour, inside the LMS's frame (journeys 5.1)."""

import re

import pytest
from playwright.sync_api import expect

from content.model import Phase
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    button,
    choices,
    choose,
    heading,
    link,
    open_in_frame,
    percent_done,
    read_on,
    score_in_gradebook,
    stage_label,
    title,
)

pytestmark = pytest.mark.browser


def test_she_prepares_and_the_lms_and_her_school_know_it(
    new_page: NewPage, running: Running
) -> None:
    head = open_in_frame(new_page(), running, "sample-16-head", "school-16-home")
    link(head, "Your school").click()
    before = re.fullmatch(r"(\d+) of 44", stage_label(head, running, "Started"))
    assert before, "the sample shows an exact number at this school"

    page = new_page()
    frame = open_in_frame(page, running, "sample-16-01", "school-16-track")
    *reading, quiz, reflection = running.steps(0, Phase.PREPARE)
    read_on(frame, reading)

    wrong, right = choices(quiz)
    expect(heading(frame)).to_have_text(title(quiz))
    choose(frame, wrong)
    button(frame, "Check the answer").click()
    expect(frame.locator("#answer")).to_contain_text("Not quite right yet.")
    expect(frame.locator(".feedback")).to_have_count(1)
    expect(frame.locator(".feedback")).to_contain_text("Not quite")
    choose(frame, right)
    button(frame, "Check again").click()
    expect(frame.locator("#answer")).to_contain_text("That is right.")
    expect(frame.locator(".feedback")).to_contain_text("Right")
    button(frame, "Next").click()

    expect(heading(frame)).to_have_text(title(reflection))
    frame.get_by_label("Your reflection").press_sequentially("De kan velge spørsmålet.")
    expect(frame.locator("[data-saved]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    # She is called away and comes back by the same link: at the same step, her words still there.
    page.reload()
    expect(heading(frame)).to_have_text(title(reflection))
    expect(frame.get_by_label("Your reflection")).to_have_value("De kan velge spørsmålet.")
    button(frame, "Save and finish this phase").click()
    expect(frame.locator(".ds-alert")).to_have_text("Done with: Prepare.")
    expect(frame.locator(".phase-A .meta").first).to_contain_text("done")

    link(frame, running.track.texts["nb"].title).click()
    expect(heading(frame)).to_have_text(running.track.texts["nb"].title)
    percent = percent_done(frame)
    score_in_gradebook(page, running, "sample-16-01", "school-16-track", percent)

    head_again = open_in_frame(new_page(), running, "sample-16-head", "school-16-home")
    link(head_again, "Your school").click()
    assert stage_label(head_again, running, "Started") == f"{int(before[1]) + 1} of 44"


def test_a_newcomer_says_which_school_once_and_is_at_work(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-newcomer", "school-11-track")
    expect(heading(frame)).to_have_text("Which school do you work at?")
    expect(frame.get_by_text("Only you see your answers and reflections")).to_be_visible()
    expect(frame.locator("input[type=password], input[type=email]")).to_have_count(0)
    frame.get_by_label("School").select_option(label="Sample school 11")
    button(frame, "This is my school").click()
    first = title(running.steps(0, Phase.PREPARE)[0])
    expect(heading(frame)).to_have_text(first)

    page.reload()
    expect(heading(frame)).to_have_text(first)
