"""EXECUTED: the product full of payloads in Chromium, page by page, with our own scripts at work.

Our policy is taken off every answer and switched off in the browser: what is tested is that nothing
of it is needed. The control shows the same pages with their text as if nobody had escaped it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Error, Route
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL
from tests.xss.frames import HOOKS_OF_A_PAGE, Frames
from tests.xss.judge import marks_in
from tests.xss.payloads import payloads
from tests.xss.product import Payloads, Product
from tests.xss.walk import walk

pytestmark = pytest.mark.browser
WHO = ("administrator", "author", "leader", "teacher", "spreader", "chooser", "reviewer", "nobody")
LONGEST_MS = 15_000
PAGES = 90  # how many there were at the least
SEEN = 0.5  # of the pages shown unescaped: in how many something ran, at the least


class Visits:
    """Answers the browser in this process, as one role after the other."""

    def __init__(self, frames: Frames, product: Product, *, guarded: bool) -> None:
        self.frames = frames
        self.product = product
        self.guarded = guarded
        self.client: FlaskClient = product.clients["nobody"]
        self.asked: set[str] = set()
        self.files: dict[str, tuple[bytes, str]] = {}

    def answer(self, route: Route) -> None:
        asked = route.request
        if not asked.url.startswith(f"{BASE_URL}/"):
            if asked.url.startswith("http"):
                self.asked.add(asked.url)
            route.abort()
            return
        if asked.method != "GET":
            route.fulfill(status=204)
            return
        path = asked.url.removeprefix(BASE_URL)
        if path in self.files:
            route.fulfill(body=self.files[path][0], content_type=self.files[path][1])
            return
        try:
            answer = self.client.get(path, base_url=BASE_URL, follow_redirects=True)
        except ValueError:  # no address: what an unescaped page asks for
            route.abort()
            return
        body = answer.get_data()
        answer.close()
        if not self.guarded and answer.mimetype == "text/html":
            body = html.unescape(body.decode()).encode()
        kind = answer.headers.get("Content-Type", "")
        if path.startswith("/static/") and answer.status_code == 200:
            self.files[path] = body, kind
        route.fulfill(status=answer.status_code, body=body, content_type=kind)

    def run(self, pages: list[tuple[str, str]]) -> set[tuple[str, str]]:
        """On which of them something ran."""
        hits = set()
        with self.frames.browser.new_context(bypass_csp=True) as context:
            context.add_init_script(HOOKS_OF_A_PAGE)
            context.route("**/*", self.answer)
            for who, path in pages:
                self.client = self.product.clients[who]
                page = context.new_page()
                page.on("dialog", lambda dialog: dialog.dismiss())
                try:
                    page.goto(f"{BASE_URL}{path}", wait_until="load", timeout=LONGEST_MS)
                    page.wait_for_timeout(30)
                    if page.evaluate("[...(window.hits || ['gone'])]"):
                        hits.add((who, path))
                except Error as error:
                    if self.guarded:
                        raise AssertionError(f"{path}: {error}") from error
                    hits.add((who, path))  # it has sent the page elsewhere, or never ends
                page.close()
        return hits


@pytest.fixture
def product(tmp_path: Path, sqlite_template: Path) -> Iterator[Product]:
    copy = tmp_path / "tracks.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    made = Product(f"sqlite:///{copy}", tmp_path)
    made.attack(Payloads(payloads()))
    yield made
    made.close()


def pages_with_payloads(product: Product) -> list[tuple[str, str]]:
    """Each kind once, by the first who sees it with a payload in it."""
    found: dict[str, tuple[str, str]] = {}
    for who in WHO:

        def see(path: str, answer: TestResponse) -> None:
            if answer.status_code == 200 and answer.mimetype == "text/html":
                kind = re.sub(r"\d+|(?<==)[^&]*|[0-9a-f]{32,}", "0", path)
                if marks_in(answer.text) and len(path) < 500:
                    found.setdefault(kind, (who, path))  # noqa: B023

        walk(product, who, see)
    return list(found.values())


def test_nothing_runs_on_any_page(product: Product, frames: Frames) -> None:
    pages = pages_with_payloads(product)
    assert len(pages) >= PAGES
    unguarded = Visits(frames, product, guarded=False).run(pages[::6])
    guarded = Visits(frames, product, guarded=True)
    print(len(pages), len(unguarded), len(pages[::6]))
    assert guarded.run(pages) == set()
    assert guarded.asked == set()
    assert len(unguarded) >= SEEN * len(pages[::6])
