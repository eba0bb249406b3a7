"""Every form of answer, in a browser: nothing for axe to find, nothing sideways, keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

from content.loader import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.journeys.axe import LAYOUT, too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import open_in_window
from tests.tracks.progress.test_answer_forms import LIBRARY, STEPS
from tracks.cli.content import publish_library

pytestmark = pytest.mark.browser
FORMS = ("text", "number", "gap", "match", "order", "open")
OTHERS = ("scale", "list", "talk", "devices")
DEVICES = """
### Slik gjør du det {#devices}

Enheten avgjør.

::: device {ipad}
Trykk på *Del*.
:::

::: device {pc}
Velg **Fil**.
:::
"""


@pytest.fixture
def forms(running: Running, tmp_path: Path) -> str:
    """Where the steps of that track are."""
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n{DEVICES}{STEPS}{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    track = TRACK_FILE.replace("---\ntitle", "---\nlifecycle: open\ntitle")
    write(tmp_path / "et-spor", {"track.nb.md": track, MODULE: module})
    library = load_library(tmp_path).value
    assert library is not None
    publish_library(running.database, tmp_path, library)
    return f"{running.tool_url}/t/forms/et-spor/case"


def _wrong(page: Page, axe: str) -> list[str]:
    page.set_viewport_size(ViewportSize(width=1280, height=900))
    found = [f"1280 px: {text}" for text in violations(page, axe)]
    page.set_viewport_size(ViewportSize(width=320, height=800))
    found += [f"320 px: {text}" for text in violations(page, axe, *LAYOUT)]
    return found + [f"320 px is too narrow for {text}" for text in too_wide(page)]


def test_every_form_for_everybody(new_page: NewPage, running: Running, forms: str, axe: str):
    page = new_page()
    open_in_window(page, running, "sample-22-01", "school-22-home")
    found: dict[str, list[str]] = {}
    for slug in (*FORMS, *OTHERS):
        page.goto(f"{forms}/{slug}")
        found[slug] = _wrong(page, axe)
        if slug in FORMS:
            page.locator("[value=check]").click()
            page.locator("#quiz-problem").wait_for()
            found[f"{slug}, nothing given"] = _wrong(page, axe)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == 16


def test_an_order_is_given_by_keyboard(new_page: NewPage, running: Running, forms: str):
    page = new_page()
    open_in_window(page, running, "sample-22-02", "school-22-home")
    page.goto(f"{forms}/order")
    places = {"Spør": "1", "Mål": "2", "Forklar": "3"}
    for label in page.locator(".quiz .ds-field label").all_inner_texts():
        page.get_by_label(label, exact=True).focus()
        page.keyboard.type(places[label])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.locator("#answer").wait_for()
    assert page.locator("#result").inner_text() == "That is right."
