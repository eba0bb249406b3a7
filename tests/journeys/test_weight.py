"""What a first visit weighs, as it comes over the line: under 150 KB without media, and nothing
from another host (`new_page` asks for that). No proxy stands in front."""

import pytest
from playwright.sync_api import Page, Response

from content.model import Phase
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import open_in_window

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
    weights = {}
    for answer in answers:
        answer.finished()
        # an icon is asked for when the browser pleases, and may come from its own store
        if "/media/" not in answer.url and not answer.url.endswith("icon.svg"):
            sizes = answer.request.sizes()
            weights[answer.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
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
