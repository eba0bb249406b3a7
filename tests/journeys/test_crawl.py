"""Every link leads to a page, and none of the pages reports an error or asks another host."""

from collections import deque
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import open_in_window

pytestmark = pytest.mark.browser
_LINKS = "(all) => all.map((each) => each.href)"


def _crawl(page: Page, site: str, *, leave_out: str) -> dict[str, int]:
    """Address -> status of everything that links lead to from here, breadth first."""
    waiting, found = deque([page.url]), {page.url: 0}
    while waiting:
        url = waiting.popleft()
        answer = page.goto(url)
        found[url] = answer.status if answer else 0
        for link in page.locator("a[href]").evaluate_all(_LINKS):
            address, _ = urldefrag(link)
            path = urlsplit(address).path
            left_out = path.startswith(leave_out) or urlsplit(address).query
            if address.startswith(site) and not left_out and address not in found:
                found[address] = 0
                waiting.append(address)
    return found


@pytest.mark.parametrize(
    ("person", "link", "leave_out", "at_least"),
    [
        ("sample-2-leader", "school-2-track", "/lti/", 60),
        # The tracks are the same for all; the schools are the coordinator's own.
        ("sample-coordinator", "office-municipality", "/t/", 30),
    ],
)
def test_every_link_leads_somewhere(
    new_page: NewPage, running: Running, person: str, link: str, leave_out: str, at_least: int
) -> None:
    page = new_page(locale="sv")
    open_in_window(page, running, person, link)
    found = _crawl(page, running.tool_url, leave_out=leave_out)
    assert {url: status for url, status in found.items() if status != 200} == {}
    assert len(found) >= at_least
