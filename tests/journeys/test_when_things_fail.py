"""The LMS is down, two tabs disagree, the line drops: nothing that was written is lost."""

import re
import time

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect
from sqlalchemy import select

from content.model import Phase
from tests.journeys.chromium import Watch
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    button,
    heading,
    open_in_frame,
    open_in_window,
    percent_done,
    score_in_gradebook,
    show_in_frame,
    title,
)
from tracks.jobs.models import outbox

pytestmark = pytest.mark.browser
SAVED = re.compile(r"Saved \d\d:\d\d")


def _wait_for_a_failed_try(running: Running) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with running.database.reading() as session:
            if session.execute(select(outbox.c.id).where(outbox.c.tries > 0)).first():
                return
        time.sleep(0.1)
    raise AssertionError("the worker never tried to reach the LMS")


def test_the_lms_is_down_for_a_while(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-10-01", "school-10-track")
    first, second, *_ = running.steps(0, Phase.PREPARE)
    expect(heading(frame)).to_have_text(title(first))
    running.lms.stop()
    try:
        button(frame, "Next").click()
        expect(heading(frame)).to_have_text(title(second))
        _wait_for_a_failed_try(running)
        # An open page cannot ask anew, so she looks at the step once more.
        show_in_frame(page, running.step_url(0, second))
        waiting = frame.get_by_text("Saved; not yet in the LMS.")
        expect(waiting).to_be_visible()
    finally:
        running.lms.start()
    sent = frame.get_by_text("Sent to the LMS at")
    deadline = time.monotonic() + 20
    while not sent.count():
        assert time.monotonic() < deadline, "the score was not sent when the LMS was back"
        page.wait_for_timeout(300)
        show_in_frame(page, running.step_url(0, second))
    show_in_frame(page, running.track_url)
    expect(heading(frame)).to_have_text(running.track.texts["nb"].title)
    score_in_gradebook(page, running, "sample-10-01", "school-10-track", percent_done(frame))


def _reflection(running: Running, page: Page) -> None:
    page.goto(running.step_url(0, running.steps(0, Phase.PREPARE)[-1]))


def test_two_tabs_with_the_same_reflection(new_page: NewPage, running: Running) -> None:
    morning = new_page()
    open_in_window(morning, running, "sample-12-01", "school-12-track")
    evening = morning.context.new_page()
    for page in (morning, evening):
        _reflection(running, page)
    morning.get_by_label("Your reflection").press_sequentially("Skrevet i den ene fanen.")
    expect(morning.locator("[data-saved]")).to_have_text(SAVED)

    evening.get_by_label("Your reflection").press_sequentially("Skrevet i den andre.")
    expect(evening.locator("[data-saved]")).to_have_text(
        "Another tab has saved a different text. Save here to see both."
    )
    button(evening, "Save and finish this phase").click()
    expect(evening.get_by_label("What is saved now")).to_have_value("Skrevet i den ene fanen.")
    expect(evening.get_by_label("Your reflection")).to_have_value("Skrevet i den andre.")
    both = "Skrevet i den ene fanen. Skrevet i den andre."
    evening.get_by_label("Your reflection").fill(both)
    button(evening, "Save and finish this phase").click()
    expect(heading(evening)).to_have_text(running.track.modules[0].texts["nb"].title)

    _reflection(running, morning)
    expect(morning.get_by_label("Your reflection")).to_have_value(both)


def test_she_saves_while_the_text_before_is_on_its_way(new_page: NewPage, running: Running) -> None:
    page = new_page()
    open_in_window(page, running, "sample-12-08", "school-12-track")
    _reflection(running, page)
    answers: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if answers or route.request.method != "POST":
            route.continue_()
        else:
            answers.append((route, route.fetch()))

    page.route("**/t/**", hold)
    page.get_by_label("Your reflection").press_sequentially("Først dette.")
    expect(page.locator("[data-saved]")).to_have_text("Saving …")
    page.get_by_label("Your reflection").press_sequentially(" Så dette.")
    button(page, "Save and finish this phase").click()
    ((route, answer),) = answers
    route.fulfill(response=answer)
    # Not "you have saved another text here": both were hers, one after the other.
    expect(heading(page)).to_have_text(running.track.modules[0].texts["nb"].title)
    _reflection(running, page)
    expect(page.get_by_label("Your reflection")).to_have_value("Først dette. Så dette.")


def test_signed_in_anew_in_another_tab(new_page: NewPage, running: Running) -> None:
    """A second launch replaces the sign-in; the form in the first tab is hers still."""
    page = new_page()
    frame = open_in_frame(page, running, "sample-12-02", "school-12-track")
    step = running.steps(0, Phase.PREPARE)[-1]
    show_in_frame(page, running.step_url(0, step))
    expect(heading(frame)).to_have_text(title(step))
    open_in_frame(page.context.new_page(), running, "sample-12-02", "school-12-track")

    frame.get_by_label("Your reflection").fill("Dette vil jeg ikke miste.")
    button(frame, "Save and finish this phase").click()
    expect(heading(frame)).to_have_text(running.track.modules[0].texts["nb"].title)
    show_in_frame(page, running.step_url(0, step))
    expect(frame.get_by_label("Your reflection")).to_have_value("Dette vil jeg ikke miste.")


def test_a_colleague_signs_in_in_another_tab(new_page: NewPage, running: Running) -> None:
    """The same browser, somebody else: what was typed is nobody's answer, and it is shown."""
    page = new_page()
    frame = open_in_frame(page, running, "sample-12-02", "school-12-track")
    step = running.steps(0, Phase.PREPARE)[-1]
    show_in_frame(page, running.step_url(0, step))
    expect(heading(frame)).to_have_text(title(step))
    open_in_frame(page.context.new_page(), running, "sample-12-03", "school-12-track")

    frame.get_by_label("Your reflection").fill("Dette vil jeg ikke miste.")
    button(frame, "Save and finish this phase").click()
    expect(heading(frame)).to_have_text("This form is from an earlier visit")
    expect(frame.get_by_label("What you wrote")).to_have_value("Dette vil jeg ikke miste.")


def test_the_sign_in_has_ended(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-12-03", "school-12-track")
    step = running.steps(0, Phase.PREPARE)[-1]
    show_in_frame(page, running.step_url(0, step))
    expect(heading(frame)).to_have_text(title(step))
    page.context.clear_cookies(domain="localhost")
    frame.get_by_label("Your reflection").fill("Lang pause i midten.")
    button(frame, "Save and finish this phase").click()
    expect(heading(frame)).to_have_text("Open this from your LMS")
    expect(frame.get_by_label("What you wrote")).to_have_value("Lang pause i midten.")

    # One click on the link in the course, and what she typed is in the field again.
    page.goto(running.door("sample-12-03", "school-12-track"))
    heading(frame).wait_for()
    show_in_frame(page, running.step_url(0, step))
    expect(frame.get_by_label("Your reflection")).to_have_value("Lang pause i midten.")


def _type_while_the_line_is_down(page: Page, watch: Watch, text: str) -> None:
    watch.expected.append("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.get_by_label("Your reflection").press("End")
    page.get_by_label("Your reflection").press_sequentially(text)
    expect(page.locator("[data-saved]")).to_have_text(
        "Not saved yet. Your text is kept in this browser."
    )
    page.context.set_offline(False)


@pytest.mark.parametrize("stored", ["", "Lagret før tunnelen."])
def test_the_line_drops_while_she_types(
    new_page: NewPage, running: Running, watch: Watch, stored: str
) -> None:
    page = new_page()
    person = "sample-12-05" if stored else "sample-12-04"
    open_in_window(page, running, person, "school-12-track")
    _reflection(running, page)
    field = page.get_by_label("Your reflection")
    if stored:
        field.press_sequentially(stored)
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
    _type_while_the_line_is_down(page, watch, " Skrevet i tunnelen.")
    page.reload()
    expect(field).to_have_value(f"{stored} Skrevet i tunnelen.")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)


def test_the_next_person_at_the_same_machine_does_not_see_it(
    new_page: NewPage, running: Running, watch: Watch
) -> None:
    page = new_page()
    open_in_window(page, running, "sample-12-06", "school-12-track")
    _reflection(running, page)
    _type_while_the_line_is_down(page, watch, "Bare for meg.")
    open_in_window(page, running, "sample-12-07", "school-12-track")
    _reflection(running, page)
    page.wait_for_timeout(100)
    expect(page.get_by_label("Your reflection")).to_have_value("")
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert "Bare for meg." not in kept
