from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys.chromium import launch
from tests.xss.frames import Frames


@pytest.fixture(scope="session")
def frames() -> Iterator[Frames]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield Frames(browser)
        browser.close()
