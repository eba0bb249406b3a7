"""Every kind of page in every language: nothing for axe to find, nothing sideways, nothing loud.

Our content security policy stays on: axe comes in by the debugger, which it does not bind.
"""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.journeys.axe import COLOURS, LAYOUT, too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.tour import PARTS, Part, in_the_frame
from tests.journeys.visits import People, tool_frame

pytestmark = pytest.mark.browser
NARROW = ViewportSize(width=320, height=800)
WIDE = ViewportSize(width=1280, height=900)
PEOPLE = {
    "nb": People("sample-13-01", 13),
    "nn": People("sample-14-01", 14),
    "sv": People("sample-15-01", 15),
    "en": People("sample-19-01", 19),
}


def _look(page: Page, axe: str, *, in_the_dark: bool) -> list[str]:
    page.set_viewport_size(WIDE)
    found = [f"1280 px: {text}" for text in violations(page, axe)]
    if in_the_dark:
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {text}" for text in violations(page, axe, *COLOURS)]
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    found += [f"320 px: {text}" for text in violations(page, axe, *LAYOUT)]
    return found + [f"320 px is too narrow for {text}" for text in too_wide(page)]


@pytest.mark.parametrize("language", PEOPLE)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_no_violation_and_nothing_sideways(
    new_page: NewPage, running: Running, axe: str, part: Part, language: str
) -> None:
    page = new_page(locale=language)
    page.context.add_init_script(axe)
    found: dict[str, list[str]] = {}
    seen: list[str] = []
    for name in part(page, running, PEOPLE[language]):
        seen.append(name)
        if wrong := _look(page, axe, in_the_dark=language == "nb"):
            found[name] = wrong
        assert page.evaluate("document.documentElement.lang") == language, name
    assert found == {}
    assert len(seen) == len(set(seen)) == PARTS[part]


def test_in_the_frame_of_the_lms(new_page: NewPage, running: Running, axe: str) -> None:
    page = new_page()
    page.context.add_init_script(axe)
    found: dict[str, list[str]] = {}
    for name in in_the_frame(page, running, People("sample-21-01", 21)):
        page.set_viewport_size({"width": 352, "height": 800})
        for place in (page, tool_frame(page)):
            wrong = violations(place, axe) + too_wide(place)
            page.emulate_media(color_scheme="dark")
            wrong += violations(place, axe, *COLOURS)
            page.emulate_media(color_scheme="light")
            if wrong:
                found[name] = wrong
    assert found == {}


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_opens_does_so_at_once_for_who_wants_no_motion(
    new_page: NewPage, running: Running, motion: str
) -> None:
    page = new_page(reduced_motion=motion)
    page.goto(running.track_url.replace("/t/", "/catalogue/", 1))
    closed, opened, at_rest = page.evaluate("""async () => {
        const height = () => document.documentElement.scrollHeight;
        const closed = height();
        document.querySelectorAll("details").forEach((each) => { each.open = true });
        const opened = height();
        await new Promise((on) => setTimeout(on, 1000));
        return [closed, opened, height()];
    }""")
    assert closed < at_rest
    assert (opened == at_rest) == (motion == "reduce")


def test_axe_and_the_ruler_find_what_is_planted(
    new_page: NewPage, running: Running, axe: str
) -> None:
    page = new_page(viewport=NARROW)
    page.goto(f"{running.tool_url}/help")
    page.evaluate("""() => {
        const planted = document.createElement("div");
        planted.innerHTML = "<img src='/static/icon.svg'><input><b>pale</b>";
        planted.style.cssText = "width: 400px; color: #ccc";
        document.querySelector("main").append(planted);
    }""")
    found = {text.split(":")[0] for text in violations(page, axe)}
    assert found == {"image-alt", "label", "color-contrast"}
    assert violations(page, axe, *COLOURS)
    assert any("DIV" in text for text in too_wide(page))
