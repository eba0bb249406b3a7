"""Attackers' drawings in Chromium: as a picture, and opened by themselves, which is worse. What is
left of them does nothing either way; our policy stops what is not made harmless (check 26)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, Route

from content.drawings import NoDrawing, harmless
from tests.xss.drawings import FETCHING, RUNNING
from tests.xss.frames import _HOOKS, HOME, Frames
from tracks.catalogue.views import _DRAWING_POLICY

pytestmark = pytest.mark.browser
_DRAWING = re.compile(rf"{HOME}d/(\d+)\.svg")


class Site:
    """Serves drawings by their number, in one page or one after the other."""

    def __init__(self, frames: Frames, drawings: Sequence[bytes], policy: str = "") -> None:
        self.frames = frames
        self.drawings = drawings
        self.headers = {"Content-Security-Policy": policy} if policy else {}
        self.body = ""
        self.asked: set[str] = set()
        self.served = 0

    def answer(self, route: Route) -> None:
        url = route.request.url
        if url == HOME:
            route.fulfill(body=self.body, content_type="text/html")
        elif named := _DRAWING.fullmatch(url):
            self.served += 1
            route.fulfill(
                body=self.drawings[int(named[1])],
                content_type="image/svg+xml",
                headers=self.headers,
            )
        elif url.startswith(HOME):
            route.fulfill(status=404)
        else:
            self.asked.add(url)
            route.abort()

    def page(self, element: str) -> tuple[set[str], set[str]]:
        """All in one page, each in that element; which ran, which hosts were asked."""
        names = range(len(self.drawings))
        self.body = "<!DOCTYPE html>" + "".join(
            element.format(name=n, src=f"{HOME}d/{n}.svg") for n in names
        )
        with self.frames.browser.new_context() as context:
            context.add_init_script(_HOOKS)
            context.route("**/*", self.answer)
            page = context.new_page()
            page.goto(HOME, wait_until="load")
            page.wait_for_timeout(1000)
            return set(page.evaluate("[...window.hits]")), self.asked

    def one_by_one(self) -> tuple[set[str], set[str]]:
        """Each opened by its address, as somebody does who is sent there."""
        hits: set[str] = set()
        with self.frames.browser.new_context() as context:
            context.add_init_script(_HOOKS)
            context.route("**/*", self.answer)
            page = context.new_page()
            for number in range(len(self.drawings)):
                page.goto(f"{HOME}d/{number}.svg", wait_until="load")
                hits |= self.run_here(page, number)
        return hits, self.asked

    def run_here(self, page: Page, number: int) -> set[str]:
        page.wait_for_timeout(60)
        return {str(number)} if page.evaluate("window.hits && window.hits.size > 0") else set()


IMG, FRAME = '<img src="{src}" alt="">', '<iframe name="{name}" src="{src}"></iframe>'
RAW = [text.encode() for text in (*RUNNING, *FETCHING)]


def left() -> list[bytes]:
    found = []
    for data in RAW:
        try:
            found.append(harmless(data).data)
        except NoDrawing:
            continue
    return found


def test_the_harness_sees_what_runs_and_what_is_fetched(frames: Frames):
    hits, asked = Site(frames, RAW).page(FRAME)
    assert len(hits) >= 10, hits
    assert any("away.test" in url for url in asked)


@pytest.mark.parametrize("element", [IMG, FRAME])
def test_what_is_left_runs_nothing_and_fetches_nothing(frames: Frames, element: str):
    site = Site(frames, left())
    assert site.page(element) == (set(), set())
    assert site.served == len(left()) > 40


def test_as_a_picture_even_what_was_not_cleaned_does_nothing(frames: Frames):
    assert Site(frames, RAW).page(IMG) == (set(), set())


def test_opened_by_itself_our_policy_stops_what_was_not_cleaned(frames: Frames):
    unguarded, asked = Site(frames, RAW).one_by_one()
    assert len(unguarded) >= 5
    assert asked != set()
    assert Site(frames, RAW, _DRAWING_POLICY).one_by_one() == (set(), set())
