from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.journeys.chromium import launch
from tests.xss.frames import Frames


@pytest.fixture(scope="session")
def frames(playwright: Playwright) -> Iterator[Frames]:
    browser = launch(playwright)
    yield Frames(browser)
    browser.close()
