"""A coordinator takes in a list of staff (journeys 5.3): mended, seen, then true; with a bar."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewPage
from tests.journeys.elsewhere import BAD_STAFF, STAFF, UNITS, as_their_coordinator
from tests.journeys.lists_tour import send_list, until_read
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link
from tracks.rosters.jobs import BATCH

pytestmark = pytest.mark.browser


def test_a_list_with_bad_rows_is_mended_and_taken_in(
    new_page: NewPage, running: Running, tmp_path: Path
) -> None:
    page = new_page(accept_downloads=True)
    as_their_coordinator(page, running)
    page.goto(running.tool_url)
    link(page, "Lists of staff and schools").click()
    send_list(page, running, BAD_STAFF, "staff.csv")

    expect(heading(page)).to_have_text("Which column says what?")
    expect(page.get_by_label("Staff number or user name")).to_have_value("0")
    page.get_by_label("Everybody is in this list").check()
    button(page, "Read the list").click()
    until_read(page)
    expect(page.get_by_text("2 rows must be mended first")).to_be_visible()
    expect(button(page, "Take the list in")).to_have_count(0)

    with page.expect_download() as downloading:
        link(page, "Download them as a table").click()
    file = tmp_path / "faults.csv"
    downloading.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened, delimiter=";"))
    assert rows[0] == ["Row", "Column", "What is wrong", "What stands there", "What to do"]
    assert [(row[0], row[3]) for row in rows[1:]] == [("2", "Trollmann"), ("14", UNITS[2])]
    assert "Sample person" not in file.read_text("utf-8-sig")

    button(page, "Throw the list away").click()
    send_list(page, running, STAFF, "staff.csv")
    page.get_by_label("Everybody is in this list").check()
    button(page, "Read the list").click()
    until_read(page)
    expect(page.locator(".numbers")).to_contain_text("New people12")
    button(page, "Take the list in").click()
    until_read(page)
    expect(page.get_by_role("status")).to_contain_text("The file is deleted.")

    link(page, "People and roles").click()
    page.get_by_label("Name").first.fill("person 7")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("main")).to_contain_text("Sample person 7")

    # The same file once more.
    send_list(page, running, STAFF, "staff.csv")
    page.get_by_label("Everybody is in this list").check()
    button(page, "Read the list").click()
    until_read(page)
    expect(page.get_by_text("All of it is known already: nothing would change.")).to_be_visible()


def test_a_long_list_shows_how_far_it_has_come(new_page: NewPage, running: Running) -> None:
    page = new_page()
    as_their_coordinator(page, running)
    rows = [f"{n};Sample person {n};{UNITS[n % 2]};Lærer" for n in range(40 * BATCH)]
    send_list(page, running, "\n".join([STAFF.splitlines()[0], *rows]), "long.csv")
    page.get_by_label("Everybody is in this list").check()
    seen: list[str] = []
    page.expose_function("noted", lambda bar: seen.append(bar))
    page.add_init_script("""(() => {
        const told = () => {
            const bar = document.querySelector("progress");
            if (bar) window.noted(`${bar.getAttribute("value")} of ${bar.getAttribute("max")}`);
        };
        document.addEventListener("DOMContentLoaded", () => {
            told();
            new MutationObserver(told).observe(document.body, {attributes: true, subtree: true});
        });
    })()""")
    button(page, "Read the list").click()
    page.locator("main:not(:has(progress))").wait_for(timeout=60_000)
    expect(page.locator(".numbers")).to_contain_text("40,000")
    button(page, "Take the list in").click()
    page.locator("main:not(:has(progress))").wait_for(timeout=60_000)
    expect(page.locator(".numbers")).to_contain_text("40,000")
    steps = [int(bar.split()[0]) for bar in seen if not bar.startswith("null")]
    assert steps, seen
    assert steps == sorted(steps)
    assert "null of null" in seen  # while it is being taken in: all of it at once
