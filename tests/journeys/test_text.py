"""What an author's text becomes in a browser: device tabs, footnotes and formulas."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from content.loader import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.journeys.axe import LAYOUT, too_wide, violations
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import open_in_window
from tests.tracks.progress.test_answer_forms import LIBRARY
from tracks.cli.content import publish_library

pytestmark = pytest.mark.browser
TEXT = r"""
### Del målingene {#tabs}

Enheten avgjør[^deling] hvordan.

:::: device {ipad}
Trykk på *Del*.

1. Velg bildet.
2. Velg **Kopier lenke**.
::::

::: device {chromebook}
Hold inne **Ctrl** og klikk.
:::

::: device {pc}
Velg **Fil** og **Del**.
:::

Alle gjør dette til slutt: regn ut farten $v = \frac{s}{t}$, som regel omtrent $1,4$ m/s[^fart].

$$
\bar{v} = \frac{v_1 + v_2 + v_3 + v_4 + v_5 + v_6 + v_7 + v_8}{8} \quad \sigma = \sqrt{\frac{1}{N}\sum_{i=1}^{N}(x_i-\mu)^2}
$$

[^deling]: Del bare med egen klasse.
[^fart]: Det er vanlig gangfart; se oppgaven[^deling].

### En gang til {#again}

::: device {chromebook}
Andre Chromebook.
:::

::: device {pc}
Andre PC.
:::
"""  # noqa: E501


@pytest.fixture
def text(running: Running, tmp_path: Path) -> str:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n{TEXT}{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    track = TRACK_FILE.replace("---\ntitle", "---\nlifecycle: open\ntitle")
    write(tmp_path / "en-tekst", {"track.nb.md": track, MODULE: module})
    loaded = load_library(tmp_path)
    assert loaded.value is not None, loaded.problems
    publish_library(running.database, tmp_path, loaded.value)
    return f"{running.tool_url}/t/forms/en-tekst/case"


def _shown(page: Page) -> list[bool]:
    return [page.locator(f".device-{name}").is_visible() for name in ("ipad", "chromebook", "pc")]


def test_nothing_for_axe_and_nothing_sideways(
    new_page: NewPage, running: Running, text: str, axe: str
):
    page = new_page()
    open_in_window(page, running, "sample-22-01", "school-22-home")
    page.goto(f"{text}/tabs")
    page.set_viewport_size(ViewportSize(width=1280, height=900))
    assert violations(page, axe) == []
    page.set_viewport_size(ViewportSize(width=320, height=800))
    assert violations(page, axe, *LAYOUT) == []
    assert too_wide(page) == []


@pytest.mark.parametrize("has_script", [True, False])
def test_a_device_is_chosen_by_keyboard(
    new_page: NewPage, running: Running, text: str, has_script: bool
):
    page = new_page(java_script_enabled=has_script)
    if has_script:
        open_in_window(page, running, "sample-22-01", "school-22-home")
    else:
        page.goto(running.door("sample-22-01", "school-22-home"), wait_until="commit")
        page.goto(f"{page.url}/start?target=window")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{running.tool_url}/**")
    page.goto(f"{text}/tabs")
    assert _shown(page) == [True, False, False]
    page.get_by_role("radio", name="iPad").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Chromebook")).to_be_focused()
    assert _shown(page) == [False, True, False]
    page.get_by_text("PC", exact=True).first.click()
    assert _shown(page) == [False, False, True]
    page.emulate_media(media="print")
    assert _shown(page) == [True, True, True]
    assert page.locator(".device-name").first.bounding_box()["height"] > 10
    page.emulate_media(media="screen")
    page.goto(f"{text}/again")
    assert _shown_again(page) == ([False, True] if has_script else [True, False])


def _shown_again(page: Page) -> list[bool]:
    return [page.locator(f".device-{name}").is_visible() for name in ("chromebook", "pc")]


def test_a_browser_without_has_shows_all(new_page: NewPage, running: Running, text: str):
    page = new_page()
    page.route(
        "**/app*.css",
        lambda route: route.fulfill(
            body=route.fetch().text().replace("selector(:has(*))", "selector(:nobody(*))"),
            content_type="text/css",
        ),
    )
    open_in_window(page, running, "sample-22-01", "school-22-home")
    page.goto(f"{text}/tabs")
    assert _shown(page) == [True, True, True]
    expect(page.locator(".device-picker")).to_be_hidden()


def test_a_note_leads_there_and_back(new_page: NewPage, running: Running, text: str):
    page = new_page(viewport={"width": 760, "height": 400})
    open_in_window(page, running, "sample-22-01", "school-22-home")
    page.goto(f"{text}/tabs")
    mark = page.locator("[role=doc-noteref][aria-label='Fotnote 1']").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Del bare med egen klasse.")).to_be_in_viewport()
    page.locator("[role=doc-backlink]").first.click()
    expect(mark).to_be_in_viewport()
    assert page.locator("math").count() == 3
    assert page.locator("math mfrac").first.bounding_box()["height"] > 20
