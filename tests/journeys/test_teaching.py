"""A teacher says what she teaches; a school takes its lists along; a reader of feeds subscribes."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    button,
    heading,
    link,
    open_in_frame,
    open_in_window,
    show_in_frame,
)

pytestmark = pytest.mark.browser
GUIDE = "/r/laeringsloyper/guide-anskaffelse/krav-for-kjop"


def test_what_fits_comes_first_and_everything_is_one_click_away(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-22-03", "school-22-home")
    show_in_frame(page, f"{running.tool_url}/catalogue")
    everything = frame.locator(".cards > li")
    number = everything.count()
    link(frame, "Say what you teach").click()
    expect(heading(frame)).to_have_text("What you teach")
    frame.get_by_label("Norwegian", exact=True).check()
    for grade in ("5", "6", "7"):
        frame.get_by_label(grade, exact=True).check()
    button(frame, "Save").click()

    own = frame.get_by_role("heading", name="For what you teach: Norwegian, 5-7", exact=True)
    expect(own).to_be_visible()
    expect(everything.first).to_contain_text("Respons som blir brukt")
    assert 1 < everything.count() < number
    link(frame, "Show everything").first.click()
    expect(everything).to_have_count(number)
    link(frame, "Begin with what you teach: Norwegian, 5-7").click()
    expect(own).to_be_visible()

    link(frame, "My data").click()
    link(frame, "What you teach").click()
    expect(frame.get_by_label("Norwegian", exact=True)).to_be_checked()
    button(frame, "Take it away").click()
    expect(heading(frame)).to_have_text("What is kept about you")
    show_in_frame(page, f"{running.tool_url}/catalogue")
    expect(link(frame, "Say what you teach")).to_be_visible()


def test_lists_for_a_purchase_are_taken_along(
    new_page: NewPage, running: Running, tmp_path: Path
) -> None:
    def fetched(name: str) -> list[tuple[object, ...]]:
        with page.expect_download() as downloading:
            link(page, name).click()
        downloading.value.save_as(tmp_path / "sheet.xlsx")
        book = load_workbook(BytesIO((tmp_path / "sheet.xlsx").read_bytes()))
        return list(book.worksheets[0].iter_rows(values_only=True))

    page = new_page(accept_downloads=True, locale="nb")
    page.goto(f"{running.tool_url}{GUIDE}/kravliste")
    demands = fetched("Hent tabellen som regneark (XLSX)")
    assert demands[0][-2:] == ("Må / bør", "Svar")
    said = " ".join(str(row[0]) for row in demands)
    for demand in ("LTI 1.3", "Feide", "SS 12000", "WCAG", "Databehandleravtale", "Data ut igjen"):
        assert demand in said

    open_in_window(page, running, "sample-22-04", "school-22-home")
    page.goto(f"{running.tool_url}{GUIDE}/sjekkliste-kjop")
    page.locator("#who-0").fill("Rektor")
    page.locator("#day-0").fill("2026-12-01")
    page.locator("#done-0").check()
    button(page, "Lagre").click()
    page.wait_for_url("**#answer")
    checklist = fetched("Hent lista som regneark (XLSX)")
    assert checklist[1][1:] == ("ja", "Rektor", "2026-12-01")


def test_an_author_is_followed_by_a_feed_without_a_trace(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    page.goto(f"{running.tool_url}/authors")
    # other journeys publish, too, and the names are sorted
    author = page.locator("main section", has_text="Elever som undersøker").first
    feed = author.locator("a[href^='/authors/feed.atom']").get_attribute("href")
    answer = page.request.get(f"{running.tool_url}{feed}")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert "Elever som undersøker" in answer.text()
    assert page.context.cookies() == []
