"""The browser is the one we mean: without this the journeys would prove little."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.journeys.chromium import Watch
from tests.journeys.running import Running

pytestmark = pytest.mark.browser


def _two_cookies(request: Request) -> Response:
    if "show" in request.args:
        return Response(f"<p>{sorted(request.cookies)}</p>", mimetype="text/html")
    response = Response('<a href="?show">show</a>', mimetype="text/html")
    response.headers.add("Set-Cookie", "plain=1; SameSite=None; Secure; Path=/")
    response.headers.add("Set-Cookie", "split=1; SameSite=None; Secure; Path=/; Partitioned")
    return response


@pytest.fixture
def two_sites() -> Iterator[HTTPServer]:
    # Threads: a browser holds connections open that it does not use yet.
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


def test_a_frame_gets_no_third_party_cookie_unless_it_is_partitioned(
    browser: Browser, two_sites: HTTPServer
) -> None:
    inner = f"http://localhost:{two_sites.port}/inner"
    two_sites.expect_request("/inner").respond_with_handler(_two_cookies)
    two_sites.expect_request("/outer").respond_with_data(
        f'<iframe src="{inner}"></iframe>', content_type="text/html"
    )
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{two_sites.port}/outer")
    page.frame_locator("iframe").locator("a").click()
    expect(page.frame_locator("iframe").locator("p")).to_have_text("['split']")

    page.goto(inner)
    page.locator("a").click()
    # In its own window the site keeps both: only the frame made the difference.
    expect(page.locator("p")).to_have_text("['plain', 'split']")
    page.context.close()


def test_the_watch_sees_what_it_is_there_to_see(browser: Browser, running: Running) -> None:
    watch = Watch(running.tool_url)
    context = browser.new_context()
    watch.follow(context)
    page = context.new_page()
    page.goto(f"{running.tool_url}/catalogue")
    assert watch.faults == []

    page.evaluate("""() => {
        const style = document.createElement("style");
        style.textContent = "p { color: red }";
        document.head.append(style);
        const picture = document.createElement("img");
        picture.src = "http://127.0.0.1:1/picture.png";
        document.body.append(picture);
        setTimeout(() => { throw new Error("planted"); });
    }""")
    page.wait_for_timeout(200)
    context.close()
    found = "\n".join(watch.faults)
    assert "Applying inline style violates" in found
    assert "http://127.0.0.1:1/picture.png' violates" in found
    assert "uncaught: planted" in found
