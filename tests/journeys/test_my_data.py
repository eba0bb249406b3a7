"""My data: a teacher sees, copies, leaves and comes back; the municipality agrees (5.3)."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import COLOURS, LAYOUT, too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import button, heading, link, log_in, open_in_frame, open_in_window
from tracks.i18n import LANGUAGES

pytestmark = pytest.mark.browser
# Somebody of their own for each language, whom no other journey uses.
SCHOOLS = {"nb": 3, "nn": 4, "sv": 5, "en": 6}


def teacher(page: Page, running: Running, language: str) -> None:
    school = SCHOOLS[language]
    open_in_window(page, running, f"sample-{school}-05", f"school-{school}-home")


def test_a_teacher_sees_copies_corrects_leaves_and_comes_back(
    new_page: NewPage, running: Running, tmp_path: Path
) -> None:
    page = new_page(accept_downloads=True)
    teacher(page, running, "en")
    link(page, "My data").click()
    expect(heading(page)).to_have_text("What is kept about you")
    expect(page.get_by_text("Nothing has been noted.")).to_be_visible()

    with page.expect_download() as downloading:
        button(page, "Download a copy of everything").click()
    file = tmp_path / "copy.zip"
    downloading.value.save_as(file)
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        said = json.loads(archive.read("data.json"))
        assert "Sample teacher 6.5" in archive.read("index.html").decode()
    assert said["format"] == "learning-tracks-person"

    page.get_by_label("Your name here").fill("Somebody Else")
    button(page, "Save the name").click()
    expect(page.get_by_role("status")).to_have_text("✓Saved")
    expect(page.get_by_label("Your name here")).to_have_value("Somebody Else")
    expect(page.get_by_text("Took a copy of a person's data")).to_be_visible()

    link(page, "Delete my data").click()
    expect(heading(page)).to_have_text("Delete my data")
    button(page, "Delete my data").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was deleted.")
    page.get_by_label("I am sure, and have a copy if I want one").check()
    button(page, "Delete my data").click()
    expect(heading(page)).to_have_text("You are signed out")
    page.goto(f"{running.tool_url}/privacy")
    expect(heading(page)).to_have_text("Open this from your LMS")

    teacher(page, running, "en")
    link(page, "My data").click()
    expect(page.get_by_text("Came back before the 30 days were over, and stays")).to_be_visible()


def test_the_same_in_the_frame_of_the_lms(new_page: NewPage, running: Running) -> None:
    page = new_page()
    frame = open_in_frame(page, running, "sample-6-03", "school-6-home")
    link(frame, "My data").click()
    expect(heading(frame)).to_have_text("What is kept about you")
    link(frame, "Delete my data").click()
    frame.get_by_label("I am sure, and have a copy if I want one").check()
    button(frame, "Delete my data").click()
    expect(heading(frame)).to_have_text("You are signed out")


def test_what_is_agreed_is_recorded_and_read(new_page: NewPage, running: Running) -> None:
    page = new_page()
    open_in_window(page, running, "sample-administrator", "office-home")
    log_in(page, running, "sample-administrator")
    link(page, "Privacy in the municipality").click()
    page.get_by_label("Date of the discussion").fill("2026-11-02")
    page.get_by_label("The employer", exact=True).check()
    button(page, "Record it").click()
    expect(page.get_by_role("alert")).to_contain_text("Both the employer and a representative")
    expect(page.get_by_label("The employer", exact=True)).to_be_checked()
    page.get_by_label("The safety representative").check()
    page.get_by_label("Whoever leads a course may see").check()
    button(page, "Record it").click()
    expect(page.get_by_role("status")).to_have_text("✓Saved")

    reader = new_page()
    open_in_window(reader, running, "sample-6-04", "school-6-home")
    link(reader, "My data").click()
    expect(reader.get_by_text("not begun, has begun, or has followed up")).to_be_visible()

    button(page, "End it: numbers only, from now on").click()
    reader.reload()
    expect(reader.get_by_text("So leaders see numbers only, and never who.")).to_be_visible()
    link(page, "Audit log").click()
    expect(page.get_by_role("cell", name="Ended what was agreed: numbers only")).to_be_visible()
    link(page, "Check that nothing was changed").click()
    expect(page.get_by_role("status")).to_contain_text("Every entry is as it was written")


def test_whoever_reads_only_leaves_no_trace_and_can_write_to_us(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    page.goto(f"{running.tool_url}/catalogue")
    link(page, "Accessibility").click()
    expect(heading(page)).to_have_text("Accessibility statement")
    link(page, "Write to us").click()
    whom = page.get_by_label("Whom is it for?")
    if whom.count():  # other journeys of this product may have made more municipalities
        whom.select_option(label="Sample municipality")
    page.get_by_label("What was difficult, and where?").fill("The bar is too pale.")
    button(page, "Send").click()
    expect(page.get_by_role("status")).to_have_text("✓Thank you. It has arrived.")
    link(page, "Privacy").click()
    expect(heading(page)).to_have_text("Privacy")
    assert page.context.cookies() == []


def pages_about_data(page: Page, running: Running, language: str) -> Iterator[str]:
    """Each with all its parts open."""
    tool = running.tool_url
    for name, path in (
        ("notice", "/privacy/notice"),
        ("accessibility", "/accessibility"),
        ("feedback", "/accessibility/feedback"),
    ):
        page.goto(f"{tool}{path}")
        yield name
    teacher(page, running, language)
    for name, path in (("my-data", "/privacy"), ("leave", "/privacy/delete")):
        page.goto(f"{tool}{path}")
        yield name
    page.locator("main form button").click()
    yield "leave-unsure"
    open_in_window(page, running, "sample-administrator", "office-home")
    log_in(page, running, "sample-administrator")
    home = f"{tool}/municipality/privacy"
    for name, url in (
        ("terms", home),
        ("record", f"{home}/record"),
        ("annex", f"{home}/annex"),
        ("request", f"{home}/request"),
        ("everything", f"{home}/everything"),
        ("audit", f"{tool}/audit?verify=1"),
        ("audit-sought", f"{tool}/audit?what=looks&since=2026-11-14"),
        ("affected", f"{tool}/audit/affected"),
    ):
        page.goto(f"{url}{'&' if '?' in url else '?'}lang={language}")
        yield name


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_about_data_have_nothing_for_axe_to_find(
    new_page: NewPage, running: Running, axe: str, language: str
) -> None:
    page = new_page(locale=language)
    found: dict[str, list[str]] = {}
    names = []
    for name in pages_about_data(page, running, language):
        names.append(name)
        assert page.evaluate("document.documentElement.lang") == language, name
        page.evaluate(
            "() => document.querySelectorAll('details').forEach((d) => { d.open = true })"
        )
        page.set_viewport_size({"width": 1280, "height": 900})
        wrong = violations(page, axe)
        page.emulate_media(color_scheme="dark")
        wrong += violations(page, axe, *COLOURS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 800})
        wrong += violations(page, axe, *LAYOUT) + too_wide(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        if wrong:
            found[name] = wrong
    assert found == {}
    assert len(names) == 14
