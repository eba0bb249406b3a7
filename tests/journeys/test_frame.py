"""The tool in the LMS's frame: one scrollbar, nobody else may move it, never blank."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from content.model import Phase
from tests.journeys.chromium import Watch
from tests.journeys.conftest import NewPage
from tests.journeys.running import Running
from tests.journeys.visits import (
    LMS_MARGIN,
    heading,
    open_in_frame,
    show_in_frame,
    title,
    tool_frame,
)
from tracks.demo_lms import DEPLOYMENT_ID
from tracks.lms.actions import approve_deployment, switch_off_deployment
from tracks.web.requests import now

pytestmark = pytest.mark.browser

_FITS = """() => {
    const page = document.documentElement;
    return Math.abs(page.getBoundingClientRect().height - window.innerHeight) <= 1
        && page.scrollHeight <= page.clientHeight && page.scrollWidth <= page.clientWidth;
}"""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The files of a folder, at another port of the LMS's host."""
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))
    )
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _height(page: Page) -> float:
    box = page.locator("iframe").bounding_box()
    assert box is not None
    return box["height"]


def _wait_until_it_fits(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('iframe').style.height !== ''")
    tool_frame(page).wait_for_function(_FITS)


@pytest.mark.parametrize("width", [760, 320])
def test_the_frame_is_as_high_as_the_page_in_it(
    new_page: NewPage, running: Running, width: int
) -> None:
    page = new_page(viewport={"width": width + LMS_MARGIN, "height": 700})
    frame = open_in_frame(page, running, "sample-24-01", "school-24-track")
    assert page.locator("iframe").bounding_box()["width"] == width  # type: ignore[index]  # it is there
    _wait_until_it_fits(page)
    long_page = _height(page)
    assert long_page > 700

    quiz = running.steps(0, Phase.PREPARE)[-2]
    show_in_frame(page, running.step_url(0, quiz))
    expect(heading(frame)).to_have_text(title(quiz))
    _wait_until_it_fits(page)
    closed = _height(page)
    assert closed < long_page
    frame.get_by_text("Hint", exact=True).click()
    tool_frame(page).wait_for_function(_FITS)
    page.wait_for_function(
        "(was) => document.querySelector('iframe').clientHeight > was", arg=closed
    )
    frame.get_by_text("Hint", exact=True).click()
    page.wait_for_function(
        "(was) => document.querySelector('iframe').clientHeight === was", arg=closed
    )


def test_nobody_else_may_set_its_height(new_page: NewPage, running: Running, watch: Watch) -> None:
    watch.hosts.add("stranger.example")
    page = new_page(viewport={"width": 800, "height": 700})
    open_in_frame(page, running, "sample-24-02", "school-24-track")
    _wait_until_it_fits(page)
    before = _height(page)
    message = {"subject": "lti.frameResize", "height": 3333}

    # From the LMS's own page, from a stranger's window, and from the tool's site in another window.
    page.evaluate("(message) => window.postMessage(message, '*')", message)
    page.context.route("http://stranger.example/", lambda route: route.fulfill(body="stranger"))
    for url in ("http://stranger.example/", f"{running.tool_url}/catalogue"):
        with page.expect_popup() as opened:
            page.evaluate("(url) => { window.open(url) }", url)
        opened.value.wait_for_load_state()
        opened.value.evaluate("(message) => window.opener.postMessage(message, '*')", message)
    page.wait_for_timeout(200)
    assert _height(page) == before

    # The very same message from the frame is heard, so the silence above means something.
    tool_frame(page).evaluate("(message) => window.parent.postMessage(message, '*')", message)
    page.wait_for_function("() => document.querySelector('iframe').style.height === '3333px'")


def _is_readable(page: Page, title_of_page: str) -> None:
    frame = page.frame_locator("iframe")
    expect(heading(frame)).to_have_text(title_of_page)
    expect(heading(frame)).to_be_in_viewport()
    expect(frame.locator("code")).to_have_count(2)  # error id and reason code


def test_a_connection_that_is_switched_off_says_so_in_the_frame(
    new_page: NewPage, running: Running
) -> None:
    with running.database.writing() as session:
        assert switch_off_deployment(session, running.registration_id, DEPLOYMENT_ID)
    try:
        page = new_page()
        page.goto(running.door("sample-24-03", "school-24-track"))
        _is_readable(page, "This connection is not open")
    finally:
        with running.database.writing() as session:
            approve_deployment(session, running.registration_id, DEPLOYMENT_ID, now())


def test_a_browser_without_our_cookie_is_told_what_to_do(
    new_page: NewPage, running: Running
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(running.door("sample-24-04", "school-24-track"))
    # Between the login and the launch, where a browser would have dropped it.
    heading(page.frame_locator("iframe")).wait_for()
    page.context.clear_cookies(domain="localhost")
    page.frame_locator("iframe").get_by_role("button", name="Continue").click()
    _is_readable(page, "Your browser did not let us recognise you")


def test_a_launch_that_is_sent_again_leads_to_its_page_while_the_sign_in_lasts(
    new_page: NewPage, running: Running
) -> None:
    page = new_page()
    # The LMS's page in between waits for a click, so that there is something to go back to.
    page.context.route("**/post.js", lambda route: route.fulfill(body=""))
    page.goto(running.door("sample-24-05", "school-24-track"))
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Continue").click()
    expect(heading(frame)).to_have_text(title(running.steps(0, Phase.PREPARE)[0]))
    page.evaluate("history.back()")
    frame.get_by_role("button", name="Continue").click()
    expect(heading(frame)).to_have_text(title(running.steps(0, Phase.PREPARE)[0]))
    page.evaluate("history.back()")
    frame.get_by_role("button", name="Continue").wait_for()
    page.context.clear_cookies(domain="localhost", name="__Host-tracks")
    frame.get_by_role("button", name="Continue").click()
    _is_readable(page, "This link has been used already")


def test_another_page_cannot_frame_what_a_launch_opened(
    new_page: NewPage, running: Running, watch: Watch, tmp_path: Path
) -> None:
    """T40. On the LMS's own host, so that the sign-in comes along: only the port is another."""
    page = new_page()
    open_in_frame(page, running, "sample-24-03", "school-24-track")
    (tmp_path / "index.html").write_text(f'<iframe src="{running.track_url}"></iframe>')

    with _served(tmp_path) as stranger:
        watch.hosts.add(stranger.removeprefix("http://"))
        watch.expected += ["frame-ancestors", "status of 404"]
        with page.expect_request(running.track_url) as asked:
            page.goto(stranger)

        assert "__Host-" in asked.value.all_headers()["cookie"]
        assert tool_frame(page).url.startswith("chrome-error:")
    # Control: in the LMS's page the same address is shown, with the same sign-in.
    frame = open_in_frame(page, running, "sample-24-03", "school-24-track")
    show_in_frame(page, running.track_url)
    expect(heading(frame)).to_have_text(running.track.texts["nb"].title)
