"""The pages of lists and of the school system, each in every state."""

from collections.abc import Iterator
from datetime import UTC, datetime

from playwright.sync_api import Page
from sqlalchemy import insert, select

from tests.journeys.elsewhere import BAD_STAFF, STAFF, as_their_coordinator
from tests.journeys.running import Running
from tests.journeys.visits import OPEN, People
from tracks.people.models import person
from tracks.rosters.models import roster_import
from tracks.rosters.records import Source
from tracks.rosters.workflow import State


def of_lists(page: Page, running: Running, people: People) -> Iterator[str]:
    """Last: the browser is another person's from here on, in a municipality of its own."""
    page.set_default_timeout(30_000)  # as in of_an_author
    made = as_their_coordinator(page, running)
    page.goto(f"{running.tool_url}/imports")
    yield "imports-none"
    send_list(page, running, b"PK\x03\x04", "list.xlsx")
    page.get_by_role("alert").wait_for()
    yield "imports-refused"
    send_list(page, running, BAD_STAFF, "personalliste-2026.csv")
    page.locator("#first").wait_for()
    yield "import-columns"
    page.locator("#unit_code").select_option("")
    page.locator("main form button").first.click()
    page.get_by_role("alert").wait_for()
    yield "import-columns-missing"
    page.locator("#unit_code").select_option("2")
    page.locator("main form button").first.click()
    until_read(page)
    yield "import-faults"
    page.locator("main form button").last.click()
    page.get_by_role("status").wait_for()
    yield "import-thrown-away"
    send_list(page, running, STAFF, "personalliste-2026.csv")
    page.locator("#complete").check()
    page.locator("main form button").first.click()
    until_read(page)
    yield "import-plan"
    page.locator("form[action$=apply] button").click()
    until_read(page)
    yield "import-taken-in"
    # Half of them are not in it.
    send_list(page, running, STAFF[: STAFF.index("106;")], "personalliste-ny.csv")
    page.locator("#complete").check()
    page.locator("main form button").first.click()
    until_read(page)
    yield "import-many-gone"
    page.locator("form[action$=apply] button").click()
    page.get_by_role("alert").wait_for()
    yield "import-many-gone-not-sure"
    send_list(page, running, b"PK\x03\x04 no zip", "export.zip", "oneroster")
    until_read(page)
    yield "import-refused"
    page.goto(f"{running.tool_url}/imports/{_one_being_read(running, made)}")
    yield "import-working"
    page.goto(f"{running.tool_url}/imports")
    yield "imports"
    page.goto(f"{running.tool_url}/imports/service")
    page.evaluate(OPEN)
    yield "school-system-none"
    page.locator("#address").fill("https://127.0.0.1:9/v2.0?x=1")
    page.locator("#way-client").check()
    page.locator("form[action='/imports/service'] button").click()
    page.get_by_role("alert").wait_for()
    yield "school-system-refused"
    page.locator("#address").fill("https://10.0.0.1/v2.0")
    page.locator("#way-token").check()
    page.locator("#secret").fill("sample")
    page.locator("form[action='/imports/service'] button").click()
    page.locator("form[action$=fetch]").wait_for()
    while not page.get_by_role("status").count():  # the address is a private one: soon told
        page.wait_for_timeout(250)
        page.reload()
    yield "school-system-failed"


def send_list(
    page: Page, running: Running, body: str | bytes, name: str, what: str = "staff"
) -> None:
    page.goto(f"{running.tool_url}/imports")
    page.locator(f"#what-{what}").check()
    data = body if isinstance(body, bytes) else body.encode()
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.locator("main form button").first.click()
    page.wait_for_url("**/imports**")


def until_read(page: Page) -> None:
    """The page goes on by itself when the work is done."""
    page.locator("main:not(:has(progress))").wait_for()


def _one_being_read(running: Running, municipality_id: int) -> int:
    """Half-way for ever: nobody has been asked to read it."""
    with running.database.writing() as session:
        made: int = session.execute(
            insert(roster_import)
            .values(
                municipality_id=municipality_id,
                person_id=select(person.c.id)
                .where(person.c.municipality_id == municipality_id)
                .limit(1)
                .scalar_subquery(),
                source=Source.LIST,
                file_name="personalliste-2026.xlsx",
                state=State.READING,
                bytes=1,
                rows_read=7_000,
                rows_expected=12_000,
                created_at=datetime.now(UTC),
                changed_at=datetime.now(UTC),
            )
            .returning(roster_import.c.id)
        ).scalar_one()
    return made
