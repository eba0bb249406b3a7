"""What a first visit weighs, as it comes over the line: under 150 KB without media, and nothing
from another host (`new_page` asks for that). No proxy stands in front."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Response

from content.arranging import steps_of
from content.model import Phase
from tests.journeys.author_tour import author
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import open_in_window
from tracks.settings import Settings

MOST = 150_000  # bytes, headers included
pytestmark = pytest.mark.browser


def weigh(page: Page, url: str) -> dict[str, int]:
    """Each file of that page by its path, media left out, as if the browser had none yet."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        answers.append(answer)

    page.on("response", heard)
    page.goto(url, wait_until="networkidle")
    page.remove_listener("response", heard)
    weights: dict[str, int] = {}
    for answer in answers:
        answer.finished()
        # an icon is asked for when the browser pleases, and may come from its own store
        if "/media/" not in answer.url and not answer.url.endswith("icon.svg"):
            sizes = answer.request.sizes()
            size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
            # The author's preview is a page in the page: it has again what came a moment ago.
            weights[answer.url] = weights.get(answer.url, 0) + size
    assert any(address.endswith(".css") for address in weights)
    assert min(weights.values()) > 0
    return weights


def test_the_catalogue(new_page: NewPage, running: Running) -> None:
    weights = weigh(new_page(), f"{running.tool_url}/catalogue")
    assert sum(weights.values()) < MOST, weights


def test_every_step_of_a_module_for_a_teacher(new_page: NewPage, running: Running) -> None:
    page = new_page()
    open_in_window(page, running, "sample-22-01", "school-22-home")
    steps = [
        (0, step) for phase in (Phase.PREPARE, Phase.TRY_OUT) for step in running.steps(0, phase)
    ]
    assert len(steps) > 4
    heaviest = 0
    for module, step in steps:
        weights = weigh(page, running.step_url(module, step))
        heaviest = max(heaviest, sum(weights.values()))
        assert sum(weights.values()) < MOST, weights
    # the style sheets alone are more than that before they are compressed
    assert heaviest > 20_000


def test_a_resource_for_everybody(new_page: NewPage, running: Running) -> None:
    step = next(step for step in running.steps(0, Phase.PREPARE) if step.is_resource)
    weights = weigh(new_page(), running.resource_url(0, step))
    assert sum(weights.values()) < MOST, weights


PAGES_OF_AN_AUTHOR = (
    "",
    "/{track}",
    "/{track}/people",
    "/{track}/media",
    "/{track}/publish",
    "/{track}/track.nb.md",
    "/{track}/track.nb.md/about",
    "/{track}/{module}",
    "/{track}/{module}/about",
    "/{track}/{module}/steps",
    "/{track}/{module}/steps?step={step}",
    "/{track}/{module}/history",
    "/{track}/{module}/translation",
    "/{track}/{module}/preview?view=leader",
)


def test_every_page_of_an_author(new_page: NewPage, running: Running) -> None:
    """Of the largest session that we ship, and its translation where it has one."""
    page = new_page()
    page.set_default_timeout(30_000)  # the first check starts the process that reads
    author(page, running)
    folder = Settings(data_dir=Path()).library
    weights: dict[str, int] = {}
    for language in ("nb", "sv"):
        files = sorted(folder.glob(f"*/[0-9]*.{language}.md"), key=lambda f: f.stat().st_size)
        track, module = files[-1].parent.name, files[-1].name
        step = steps_of(files[-1].read_text("utf-8"))[0]
        for path in PAGES_OF_AN_AUTHOR:
            here = path.format(track=track, module=module, step=step)
            if language == "nb" and path.endswith("/translation"):
                continue  # it is the original
            found = weigh(page, f"{running.tool_url}/authoring{here}")
            weights[f"{language} {here}"] = sum(found.values())
    too_heavy = {path: weight for path, weight in weights.items() if weight >= MOST}
    assert too_heavy == {}
    # What grows with the session has room for one of twice the size.
    assert max(weight for path, weight in weights.items() if "/steps" in path) < MOST * 2 // 3
    assert len(weights) == 2 * len(PAGES_OF_AN_AUTHOR) - 1
