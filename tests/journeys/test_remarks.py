"""A teacher says what should be better, the author does it, the teacher reads that (S-11)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from content.model import Phase
from tests.journeys.axe import too_wide, violations
from tests.journeys.chromium import Watch
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running, start
from tests.journeys.visits import button, heading, link, open_in_window, title

pytestmark = pytest.mark.browser
SAID = "Elevene ble ikke ferdige med hypotesene på 20 minutter."
ANSWER = "Arbeidet med hypoteser har fått ti minutter mer."


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An installation of its own: what is published here stays out of the other journeys."""
    made = start(tmp_path_factory.mktemp("press"))
    yield made
    made.stop()


@pytest.fixture
def watch(press: Running) -> Watch:
    return Watch(press.tool_url, press.lms.url)


def is_fine(page: Page, axe: str) -> None:
    """No violation and nothing sideways, wide and narrow."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert [*violations(page, axe), *too_wide(page)] == [], (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_said_done_and_read(new_page: NewPage, press: Running, axe: str) -> None:
    teacher = new_page()
    open_in_window(teacher, press, "sample-14-01", "school-14-track")
    first = press.steps(0, Phase.PREPARE)[0]
    teacher.goto(press.step_url(0, first))
    button(teacher, "Next").click()
    expect(heading(teacher)).not_to_have_text(title(first))
    _says(teacher, press, axe)

    author = new_page()
    open_in_window(author, press, "sample-author", "office-authoring")
    author.goto(f"{press.tool_url}/authoring/{press.track.id}")
    # the sample has one that waits already
    link(author, "What teachers say (2)").click()
    _answers(author, axe)
    version = _publishes(author, press, axe)

    teacher.goto(press.module_url(0))
    expect(teacher.locator(".remark")).to_contain_text(f"Done in version {version}. {ANSWER}")
    _is_told_at_home(teacher, press, version, axe)
    teacher.goto(press.module_url(0))
    link(teacher, "See what is new").click()
    expect(teacher.locator("section", has_text="You said, we did")).to_contain_text(ANSWER)
    is_fine(teacher, axe)
    teacher.goto(press.track_url.replace("/t/", "/catalogue/", 1))
    told = teacher.locator("section[aria-labelledby=you-said]")
    expect(told).to_contain_text(f"Version {version}")
    expect(told.get_by_role("listitem")).to_have_text(
        ["Teksten om hypoteser er kortet ned til det dere trenger før møtet.", ANSWER]
    )
    is_fine(teacher, axe)
    teacher.goto(press.module_url(0))
    teacher.locator("#remarks [name=take-back]").click()
    expect(teacher.locator("#remarks [role=status]")).to_have_text("It is taken back and deleted.")
    expect(teacher.locator(".remark")).to_have_count(0)


def _is_told_at_home(page: Page, press: Running, version: str, axe: str) -> None:
    page.goto(press.tool_url)
    answers = page.get_by_role("heading", name="Answers to what you have said")
    line = answers.locator("xpath=following-sibling::ul[1]").get_by_role("listitem")
    expect(line).to_contain_text(f"Done in version {version}.")
    is_fine(page, axe)
    line.get_by_role("link").click()
    expect(page.locator(".remark")).to_contain_text(ANSWER)


def _says(page: Page, press: Running, axe: str) -> None:
    page.goto(press.module_url(0))
    page.locator("#remarks summary").click()
    is_fine(page, axe)
    button(page, "Send").click()
    expect(heading(page)).to_have_text("Help make this session better")
    expect(page.locator("#text-problem")).to_be_visible()
    is_fine(page, axe)
    page.locator("#text").fill(SAID)
    page.get_by_label("What is it about?").select_option(label="Too long")
    button(page, "Send").click()
    expect(page.locator("#remarks [role=status]")).to_contain_text("Thank you.")
    expect(page.locator(".remark")).to_contain_text("Not answered yet.")
    is_fine(page, axe)


def _answers(page: Page, axe: str) -> None:
    expect(heading(page)).to_have_text("What teachers say")
    is_fine(page, axe)
    mine = page.locator(".remark", has_text=SAID)
    button(mine, "Not now").click()
    expect(page.get_by_role("alert")).to_contain_text("why not now")
    is_fine(page, axe)
    mine.get_by_label("Your answer, in a few words").fill(ANSWER)
    button(mine, "Done in the next version").click()
    expect(page.get_by_role("status")).to_contain_text("Your answer is saved.")
    expect(page.locator(".remark")).to_have_count(1)
    page.get_by_label("Show", exact=True).select_option(label="Answered")
    button(page, "Show").click()
    expect(page.locator(".remark")).to_have_count(3)
    expect(page.locator(".remark").first).to_contain_text(ANSWER)
    is_fine(page, axe)


def _publishes(page: Page, press: Running, axe: str) -> str:
    """The version that it became."""
    page.goto(f"{press.tool_url}/authoring/{press.track.id}/publish")
    version = page.get_by_label("Version", exact=True).input_value()
    proposed = page.locator("#you-said").get_by_label("Norsk bokmål")
    expect(proposed).to_have_value(
        f"Teksten om hypoteser er kortet ned til det dere trenger før møtet.\n{ANSWER}"
    )
    is_fine(page, axe)
    # The whole track is checked and drawn first: seconds, on a busy machine more.
    button(page, "Publish this version").click(timeout=60_000)
    expect(page.get_by_role("status")).to_contain_text("It is published.")
    return version
