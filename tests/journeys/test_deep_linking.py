"""A leader puts links into the course (journeys 5.2 step 5), and a teacher opens one."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.test_keyboard import Keyboard
from tests.journeys.visits import button, heading, link, open_in_frame, score_in_gradebook, title

pytestmark = pytest.mark.browser


def _choose(page: Page, running: Running, school: int) -> FrameLocator:
    """From the course's own page, as its teacher."""
    page.goto(running.door(f"sample-{school}-leader", f"school-{school}-home"))
    page.goto(f"{running.lms.url}/courses/school-{school}")
    link(page, "Choose content").click()
    frame = page.frame_locator("iframe")
    expect(heading(frame)).to_have_text("Choose content for the course")
    return frame


def _added(page: Page, running: Running, school: int) -> dict[str, str]:
    """Title -> id of the links that were chosen, on the course's page."""
    page.goto(f"{running.lms.url}/courses/school-{school}")
    found = {}
    for each in page.locator("a.grow[href*='-added-']").all():
        found[each.inner_text()] = (each.get_attribute("href") or "").rpartition("/")[2]
    return found


def _open(place: FrameLocator | Page, running: Running) -> None:
    """Show the sessions of the sample's track, which are folded among so many tracks."""
    track = place.locator("details.found-track", has_text=running.track.texts["nb"].title).first
    if track.get_attribute("open") is None:
        track.locator("summary").first.click()


def _sessions(running: Running) -> list[str]:
    return [module.texts["nb"].title for module in running.track.modules]


def test_two_sessions_come_into_the_course_and_a_score_comes_back(
    new_page: NewPage, running: Running
) -> None:
    first, *_ = _sessions(running)
    resource = next(
        step
        for section in running.track.modules[0].sections
        for step in section.steps
        if step.is_resource
    )
    page = new_page()
    frame = _choose(page, running, 22)
    expect(frame.get_by_text("Nothing is chosen yet.")).to_be_visible()
    _open(frame, running)
    frame.get_by_label(re.compile(f"^{re.escape(first)}")).first.check()
    # Among many tracks the resources are folded too; what is ticked stays when they are shown.
    track = re.escape(running.track.texts["nb"].title)
    frame.get_by_role("button", name=re.compile(rf"^Show \d+ resources? of {track}")).click()
    frame.get_by_label(re.compile(f"^{re.escape(title(resource))}")).first.check()
    expect(button(frame, "Add (2)")).to_be_visible()
    expect(frame.locator(".picked-one")).to_have_text([first, title(resource)])
    button(frame, "Add (2)").click()

    expect(heading(frame)).to_have_text("Back from the activity")
    expect(frame.get_by_role("listitem")).to_have_text([first, title(resource)])
    link(frame, "To the course").click()
    expect(heading(page)).to_be_visible()
    added = _added(page, running, 22)
    assert list(added) == [first, title(resource)]

    teacher = new_page()
    place = open_in_frame(teacher, running, "sample-22-01", added[title(resource)])
    expect(heading(place)).to_have_text(title(resource))
    place.locator("[value=done]").click()
    place.locator("#answer").wait_for()
    score_in_gradebook(
        teacher, running, "sample-22-01", added[title(resource)], 100, course="school-22"
    )

    open_in_frame(teacher, running, "sample-22-01", added[first])
    expect(heading(place)).to_have_text(first)


def test_what_is_ticked_stays_through_a_search_without_javascript(
    new_page: NewPage, running: Running
) -> None:
    first, second, *_ = _sessions(running)
    page = new_page(java_script_enabled=False)
    page.goto(running.door("sample-23-leader", "school-23-home"))
    page.goto(f"{running.lms.url}/courses/school-23/choose/start?target=window")
    page.get_by_role("button", name="Continue").click()
    expect(heading(page)).to_have_text("Choose content for the course")
    _open(page, running)
    page.get_by_label(re.compile(f"^{re.escape(first)}")).first.check()
    page.get_by_role("searchbox").fill("xyzzy")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("group", name="Chosen earlier").get_by_label(first)).to_be_checked()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_label(re.compile(f"^{re.escape(first)}")).first).to_be_checked()
    _open(page, running)
    page.get_by_label(re.compile(f"^{re.escape(second)}")).first.check()
    button(page, "Add (1)").click()  # the count of the last search: nobody has counted since
    expect(page.get_by_text("2 links go to the course now:")).to_be_visible()
    button(page, "Go on").click()

    assert list(_added(page, running, 23)) == [first, second]


def test_what_was_wrong_is_not_said_any_longer_than_it_is_so(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    frame = _choose(page, running, 21)
    frame.locator("[data-add]").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    _open(frame, running)

    frame.get_by_label(re.compile(f"^{re.escape(_sessions(running)[0])}")).first.check()

    expect(frame.get_by_role("alert")).to_be_hidden()
    expect(frame.locator("[data-add]")).to_have_text("Add (1)")


def test_cancelling_leads_back_and_adds_nothing(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = _choose(page, running, 20)
    _open(frame, running)
    frame.get_by_role("checkbox").first.check()
    button(frame, "Cancel, add nothing").click()

    expect(frame.get_by_text("Nothing was added.")).to_be_visible()
    assert _added(page, running, 20) == {}


def test_choosing_with_the_keyboard(new_page: NewPage, running: Running) -> None:
    first, *_ = _sessions(running)
    page = new_page()
    frame = _choose(page, running, 18)
    frame.locator("#q").focus()
    keyboard = Keyboard(page)
    keyboard.type(first)
    keyboard.press("Enter")
    expect(frame.get_by_text("1 track found")).to_be_visible()
    frame.locator("summary").first.focus()
    session = frame.get_by_label(re.compile(f"^{re.escape(first)}")).first
    keyboard.tab_to(session.evaluate("(it) => it.labels[0].innerText.trim()"))
    keyboard.press("Space")
    keyboard.tab_to("Add (1)")
    keyboard.press("Enter")

    expect(heading(frame)).to_have_text("Back from the activity")
    assert list(_added(page, running, 18)) == [first]


def test_a_teacher_is_not_offered_the_choice(new_page: NewPage, running: Running) -> None:
    page = new_page()
    page.goto(running.door("sample-18-01", "school-18-home"))
    page.goto(f"{running.lms.url}/courses/school-18")
    expect(link(page, "Choose content")).to_have_count(0)
