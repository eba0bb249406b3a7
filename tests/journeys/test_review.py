"""A leader opens, from the gradebook, what a teacher has shared; and nothing that was not."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from content.model import Step, StepKind, Visibility
from tests.journeys.axe import LAYOUT, too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    gradebook_cell,
    heading,
    link,
    open_in_frame,
    score_in_gradebook,
    show_in_frame,
    tool_frame,
)

pytestmark = pytest.mark.browser
SHARED = "Elevene spurte bedre da de fikk velge selv."
OWN = "Dette er bare for meg."
SHARE = "Share this with the leader of the change group"


def reflections(running: Running, visibility: Visibility) -> list[tuple[str, Step]]:
    """Address and step of each reflection of that visibility."""
    return [
        (f"{running.track_url}/{module.id}/{step.id}", step)
        for module in running.track.modules
        for step in module.steps
        if step.kind is StepKind.REFLECTION and step.visibility is visibility
    ]


def write(page: Page, frame: FrameLocator, url: str, text: str, *, share: bool) -> None:
    show_in_frame(page, url)
    frame.get_by_label("Your reflection").fill(text)
    box = frame.get_by_label(SHARE)
    if share:
        box.check()
    save(page, frame)


def save(page: Page, frame: FrameLocator) -> None:
    """And wait for the page that it leads to."""
    here = tool_frame(page).url
    # The button's words differ at the end of a phase.
    frame.locator("button[name=go][value=save]").click()
    tool_frame(page).wait_for_url(lambda now: now != here)


def test_what_is_shared_is_read_from_the_gradebook(new_page: NewPage, running: Running) -> None:
    shared, private = (reflections(running, v)[0] for v in (Visibility.GROUP, Visibility.PRIVATE))
    teacher = new_page()
    frame = open_in_frame(teacher, running, "sample-23-02", "school-23-track")
    write(teacher, frame, private[0], OWN, share=False)
    write(teacher, frame, shared[0], SHARED, share=True)
    show_in_frame(teacher, shared[0])
    expect(frame.get_by_label(SHARE)).to_be_checked()
    expect(frame.get_by_text("Shared as it was on")).to_be_visible()

    leader = new_page()
    open_in_frame(leader, running, "sample-23-leader", "school-23-track")
    cell = gradebook_cell(leader, running, "sample-23-02", "school-23-track")
    score_in_gradebook(leader, running, "sample-23-02", "school-23-track", score_of(teacher, frame))
    link(cell, "See what is shared").click()
    review = leader.frame_locator("iframe")

    expect(heading(review)).to_have_text("Shared by Sample teacher 23.2")
    expect(review.get_by_text(SHARED)).to_be_visible()
    expect(review.get_by_text(OWN)).to_have_count(0)

    # Taken back: gone at the next look, also for who has the page open.
    show_in_frame(teacher, shared[0])
    frame.get_by_label(SHARE).uncheck()
    save(teacher, frame)
    leader.reload()
    expect(review.get_by_text("Nothing has been shared here")).to_be_visible()


def score_of(page: Page, frame: FrameLocator) -> int:
    """What the tool says has been sent, from its own page of the track."""
    show_in_frame(page, tool_frame(page).url.rsplit("/", 2)[0])
    found = re.search(r"(\d+) of (\d+) done", frame.locator("main").inner_text())
    assert found
    return 100 * int(found[1]) // int(found[2])


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "en"])
def test_review_and_privacy_pages_have_nothing_for_axe_to_find(
    new_page: NewPage, running: Running, axe: str, language: str
) -> None:
    number = {"nb": 13, "nn": 14, "sv": 15, "en": 19}[language]
    page = new_page(locale=language)
    person, course = f"sample-{number}-leader", f"school-{number}-track"
    found: dict[str, list[str]] = {}
    for name, path in (
        ("review", f"{running.lms.url}/courses/school-{number}/links/{course}/review/{person}"),
        ("privacy", f"{running.tool_url}/privacy"),
    ):
        page.goto(running.door(person, course))
        page.frame_locator("iframe").locator("h1").wait_for()
        if name == "review":
            page.goto(f"{path}/start?target=window")
            page.wait_for_url(f"{running.tool_url}/review/**")
        else:
            page.goto(f"{page.url}/start?target=window")
            page.wait_for_url(f"{running.tool_url}/**")
            page.goto(path)
        assert page.evaluate("document.documentElement.lang") == language
        page.set_viewport_size({"width": 1280, "height": 900})
        wrong = violations(page, axe)
        page.set_viewport_size({"width": 320, "height": 800})
        wrong += violations(page, axe, *LAYOUT) + too_wide(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        if wrong:
            found[name] = wrong
    assert found == {}
