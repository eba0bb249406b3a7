"""What people read off the platform's pages in Chromium."""

import re

from playwright.sync_api import Page

from tests.conformance.openedx.platform import Block, OpenEdx


def shown_in_studio(page: Page, openedx: OpenEdx, block: Block) -> dict[str, str]:
    page.goto(f"{openedx.url}/studio/{block.name}")
    lines = re.findall(r"^(.+): (\S+)$", page.locator("body").inner_text(), re.MULTILINE)
    return {name.strip(): value for name, value in lines}
