"""`python -m tests.journeys.screenshots FOLDER`: the pages as pictures, for people to look at.

PAGE-320-nb.png and PAGE-1280-nb.png are the tool in a window, frame-PAGE-760-nb.png is the tool
in the LMS's frame, 760 px wide; the same in sv.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.chromium import launch
from tests.journeys.running import Running, start
from tests.journeys.tour import in_the_frame, whole_tour
from tests.journeys.visits import LMS_MARGIN, People

PEOPLE = {"nb": People("sample-13-01", 13), "sv": People("sample-19-01", 19)}
WIDTHS = (320, 1280)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        running = start(Path(data))
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                for language, people in PEOPLE.items():
                    _take(browser, running, people, language, folder)
                browser.close()
        finally:
            running.stop()


def _take(browser: Browser, running: Running, people: People, language: str, folder: Path) -> None:
    context = browser.new_context(locale=language, reduced_motion="reduce")
    page = context.new_page()
    for name in in_the_frame(page, running, people):
        _picture(page, 760 + LMS_MARGIN, folder / f"{name}-760-{language}.png")
    for name in whole_tour(page, running, people):
        for width in WIDTHS:
            _picture(page, width, folder / f"{name}-{width}-{language}.png")
    context.close()


def _picture(page: Page, width: int, file: Path) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(150)
    # A frame is painted as far as the window goes: make it as high as the page.
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": max(height, 400)})
    page.wait_for_timeout(100)
    page.screenshot(path=file)
    page.set_viewport_size({"width": 1280, "height": 800})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.journeys.screenshots FOLDER")
    main(Path(sys.argv[1]))
