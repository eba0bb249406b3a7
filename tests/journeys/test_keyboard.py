"""A whole phase A with the keyboard, from the LMS into its frame, and always seen where one is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from content.model import Phase
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import choices, heading, open_in_frame, title, tool_frame

pytestmark = pytest.mark.browser

_FOCUSED = """() => {
    const it = document.activeElement;
    if (!it || it === document.body || !document.hasFocus()) return null;
    const style = getComputedStyle(it);
    const seen = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)
        || s.boxShadow !== "none";
    const box = it.getBoundingClientRect();
    return {
        text: (it.labels && it.labels.length ? it.labels[0] : it).innerText.trim(),
        tag: it.tagName,
        // The link that skips to the content is only there while it has the focus.
        isSeen: seen(style) || (it.matches(".ds-skip-link") && box.height > 20),
        isOnScreen: box.width > 0 && box.height > 0 && box.left >= 0,
    };
}"""


class Keyboard:
    """Somebody who has no mouse. Every stop of the Tab key must be visible."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frame = tool_frame(page)
        self.stops: list[str] = []

    def tab_to(self, text: str, *, at_most: int = 60) -> None:
        for _ in range(at_most):
            self._page.keyboard.press("Tab")
            stop = self._frame.evaluate(_FOCUSED)
            if stop is None:
                continue
            self.stops.append(f"{stop['tag']} {stop['text']}")
            assert stop["isSeen"], f"focus cannot be seen: {self.stops[-1]}"
            assert stop["isOnScreen"], f"focus is off the screen: {self.stops[-1]}"
            if stop["text"] == text:
                return
        raise AssertionError(f"Tab never comes to {text!r}, only to {self.stops}")

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)


def test_phase_a_without_a_mouse(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-22-01", "school-22-track")
    keyboard = Keyboard(page)
    *reading, quiz, reflection = running.steps(0, Phase.PREPARE)
    for step in reading:
        expect(heading(frame)).to_have_text(title(step))
        keyboard.tab_to("Next")
        keyboard.press("Enter")

    question = quiz.texts["nb"].question
    assert question is not None
    _, right = choices(quiz)
    expect(heading(frame)).to_have_text(title(quiz))
    keyboard.tab_to(question.options[0].text)
    keyboard.press("Space")
    for _ in range(right):
        keyboard.press("ArrowDown")
    keyboard.tab_to("Hint")
    keyboard.press("Enter")
    expect(frame.locator("details .prose")).to_be_visible()
    keyboard.tab_to("Check the answer")
    keyboard.press("Enter")
    expect(frame.locator("#answer")).to_contain_text("That is right.")
    # The answer's explanation is where reading goes on: one Tab from there is the way onwards.
    keyboard.tab_to("Next", at_most=1)
    keyboard.press("Space")

    expect(heading(frame)).to_have_text(title(reflection))
    keyboard.tab_to("Your reflection")
    keyboard.type("Jeg velger færre ord.")
    keyboard.tab_to("Save and finish this phase", at_most=1)
    keyboard.press("Enter")
    expect(frame.locator(".ds-alert")).to_have_text("Done with: Prepare.")


def _focused_text(page: Page) -> Callable[[], str]:
    return lambda: str(page.evaluate("document.activeElement.textContent.trim()"))


def test_the_first_stop_skips_to_the_content(new_page: NewPage, running: Running) -> None:
    page = new_page()
    page.goto(f"{running.tool_url}/catalogue")
    focused = _focused_text(page)
    page.keyboard.press("Tab")
    assert focused() == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(
        page.locator("main :is(a, input:not([type=hidden]), select, button)").first
    ).to_be_focused()
