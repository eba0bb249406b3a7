"""A course leader looks at who is in the course (journeys 5.2): from the LMS's list to the page."""

import re
import time

import pytest
from playwright.sync_api import FrameLocator, Page, ViewportSize, expect

from tests.journeys.axe import too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    button,
    heading,
    link,
    open_in_frame,
    open_in_window,
)

pytestmark = pytest.mark.browser
SCHOOL = 22  # nobody else's
COURSE = f"Professional development, Sample school {SCHOOL}"
FETCH_SECONDS = 15.0


def until_fetched(page: Page) -> None:
    """Look again, as somebody would who was told to, until the list is there."""
    deadline = time.monotonic() + FETCH_SECONDS
    while page.locator("li.member").count() == 0:
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        page.wait_for_timeout(300)
        page.reload()


def course_page(page: Page, running: Running) -> None:
    """In a window, from the leader's link to the page of the course."""
    open_in_window(page, running, f"sample-{SCHOOL}-leader", f"school-{SCHOOL}-home")
    page.locator("main a[href^='/courses/']").click()
    page.wait_for_url("**/courses/*")
    until_fetched(page)


def test_a_leader_sees_who_is_in_the_course_and_what_is_nobodys_business_is_not_there(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    open_in_frame(page, running, f"sample-{SCHOOL}-01", f"school-{SCHOOL}-track")
    course_page(page, running)

    expect(heading(page)).to_have_text(COURSE)
    people = page.locator("li.member")
    expect(people).to_contain_text([f"Sample teacher {SCHOOL}.{n}" for n in (1, 2, 3)])
    expect(people.filter(has_text="not yet here")).to_have_count(0)
    expect(page.locator("dd").first).to_contain_text("participants")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"of \d+ done"))
    button(page, "Fetch the list again").click()
    until_fetched(page)

    # A colleague has no such page, and no way to it.
    teacher = new_page()
    open_in_window(teacher, running, f"sample-{SCHOOL}-02", f"school-{SCHOOL}-home")
    expect(teacher.locator("main a[href^='/courses/']")).to_have_count(0)
    answer = teacher.goto(page.url)
    assert answer is not None
    assert answer.status == 404


def test_in_the_frame_of_the_lms(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame: FrameLocator = open_in_frame(
        page, running, f"sample-{SCHOOL}-leader", f"school-{SCHOOL}-home"
    )
    link(frame, f"The course: {COURSE}").click()
    expect(heading(frame)).to_have_text(COURSE)


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "en"])
def test_no_violation_and_nothing_sideways(
    new_page: NewPage, running: Running, axe: str, language: str
) -> None:
    page = new_page(locale=language)
    course_page(page, running)
    page.goto(f"{page.url}?lang={language}")
    found = []
    for width in (1280, 320):
        page.set_viewport_size(ViewportSize(width=width, height=900))
        found += [f"{width} px: {text}" for text in violations(page, axe) + too_wide(page)]
    assert found == []
