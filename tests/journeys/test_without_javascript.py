"""Everything works without JavaScript, in a tab of its own; only the frame's height does not."""

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
    percent_done,
    read_on,
    score_in_gradebook,
    title,
)

pytestmark = pytest.mark.browser
PERSON, LINK = "sample-20-01", "school-20-track"


def test_a_teacher_prepares_and_tries_out(new_page: NewPage, running: Running) -> None:
    lms = new_page(java_script_enabled=False)
    lms.goto(running.door(PERSON, LINK))
    with lms.expect_popup() as opened:
        link(lms, "Open in a new tab").click()
    page = opened.value
    button(page, "Continue").click()  # what JavaScript would have pressed

    *reading, quiz, reflection = running.steps(0, Phase.PREPARE)
    read_on(page, reading)
    wrong, right = choices(quiz)
    choose(page, wrong)
    button(page, "Check the answer").click()
    expect(page.locator("#answer")).to_contain_text("Not quite right yet.")
    choose(page, right)
    button(page, "Check again").click()
    expect(page.locator("#answer")).to_contain_text("That is right.")
    button(page, "Next").click()
    expect(heading(page)).to_have_text(title(reflection))
    button(page, "Save and finish this phase").click()
    expect(page.get_by_text("Write a little first.")).to_be_visible()
    page.get_by_label("Your reflection").fill("Uten skript går det også.")
    button(page, "Save and finish this phase").click()
    expect(page.locator(".ds-alert")).to_have_text("Done with: Prepare.")

    lesson, try_out = running.steps(0, Phase.TRY_OUT)
    link(page, title(lesson)).click()
    read_on(page, [lesson])
    expect(heading(page)).to_have_text(title(try_out))
    page.get_by_label("I tried it").fill("De målte tiden selv.")
    page.get_by_label("A file, if you like").set_input_files(
        {"name": "lapper.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n..."}
    )
    button(page, "Save and finish this phase").click()
    expect(page.locator(".ds-alert")).to_have_text("Done with: Try out.")
    link(page, title(try_out)).click()
    expect(link(page, "lapper.png")).to_be_visible()

    page.goto(running.track_url)
    score_in_gradebook(lms, running, PERSON, LINK, percent_done(page))
