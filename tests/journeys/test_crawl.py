"""Every link leads to a page, and none of the pages reports an error or asks another host."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Error, Page
from sqlalchemy import select

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import log_in, open_in_window
from tracks.people.grants import end_role, grant_role
from tracks.people.models import account
from tracks.people.models import person as person_table
from tracks.people.rules import Role

pytestmark = pytest.mark.browser
# What leaders and the coordinator are led to as well.
SEEN_BY_OTHERS = ("/t/", "/r/", "/catalogue", "/schools/")
_LINKS = "(all) => all.map((each) => each.href)"


def _crawl(page: Page, site: str, *, leave_out: str | tuple[str, ...]) -> dict[str, int]:
    """Address -> status of everything that links lead to from here, breadth first."""
    waiting, found = deque([page.url]), {page.url: 0}
    while waiting:
        url = waiting.popleft()
        try:
            answer = page.goto(url)
        except Error as error:  # a file to take home: no page, and no links
            if "Download is starting" not in str(error):
                raise
            found[url] = page.request.get(url).status
            continue
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


@contextmanager
def _given(running: Running, sub: str, role: Role) -> Iterator[None]:
    """Nobody of the sample has this role: somebody has it for the time of a test."""
    with running.database.writing() as session:
        who = session.execute(
            select(person_table.c.id, person_table.c.municipality_id)
            .join(account, account.c.person_id == person_table.c.id)
            .where(account.c.sub == sub)
        ).one()
        made = grant_role(
            session,
            person_id=who.id,
            municipality_id=who.municipality_id,
            role=role,
            school_id=None,
            now=datetime.now(UTC),
        )
    yield
    with running.database.writing() as session:
        end_role(session, who.municipality_id, made, datetime.now(UTC))


@pytest.mark.parametrize(
    ("person", "link", "role", "must_have"),
    [
        (
            "sample-administrator",
            "office-home",
            Role.ADMINISTRATOR,
            ("/lms", "/municipality/sign-in", "/municipality/privacy/request", "/audit"),
        ),
        (
            "sample-21-03",
            "school-21-home",
            Role.PRIVACY_OFFICER,
            ("/municipality/privacy/request", "/audit", "/roles"),
        ),
    ],
)
def test_every_link_of_who_answers_for_data_leads_somewhere(
    new_page: NewPage,
    running: Running,
    person: str,
    link: str,
    role: Role,
    must_have: tuple[str, ...],
) -> None:
    page = new_page(locale="nb")
    open_in_window(page, running, person, link)
    log_in(page, running, person)
    with _given(running, person, role):
        page.goto(f"{running.tool_url}/")
        found = _crawl(page, running.tool_url, leave_out=SEEN_BY_OTHERS)
    assert {url: status for url, status in found.items() if status != 200} == {}
    assert set(must_have) <= {url.removeprefix(running.tool_url) for url in found}
