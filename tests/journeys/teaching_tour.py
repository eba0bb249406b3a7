"""What one teaches, and the catalogue that begins with it."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.journeys.running import Running
from tests.journeys.visits import People, open_in_window

SCIENCE = ("subject-NAT01-05", "grade-8", "grade-9", "grade-10")
MUSIC = ("subject-MUS01-03", "grade-1", "grade-2")


def of_what_one_teaches(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, people.teacher, f"{people.course}-home")
    page.goto(f"{running.tool_url}/catalogue")
    yield "catalogue-offers"
    page.locator("main a[href='/teaching']").click()
    page.wait_for_url("**/teaching")
    yield "teaching"
    _say(page, SCIENCE)
    page.locator("#every-subject").wait_for()
    yield "catalogue-begins-with-own"
    page.locator("main a[href$='show=all']").first.click()
    page.wait_for_url("**/catalogue?show=all")
    yield "catalogue-everything"
    page.goto(f"{running.tool_url}/teaching")
    yield "teaching-said"
    _say(page, MUSIC)
    page.locator("#taught").wait_for()
    yield "catalogue-nothing-fits"
    page.goto(f"{running.tool_url}/teaching")
    page.locator("[value=take_away]").click()
    page.wait_for_url("**/catalogue")


def _say(page: Page, wanted: tuple[str, ...]) -> None:
    for box in page.locator("main [type=checkbox]").all():
        box.set_checked(box.get_attribute("id") in wanted)
    page.locator("[value=save]").click()
    page.wait_for_url("**/catalogue")
