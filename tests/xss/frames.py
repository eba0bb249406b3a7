"""Many texts in one page of Chromium, each in a frame of its own."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playwright.sync_api import Browser, Route

MOST = 50  # frames in a page: each is a document of its own in memory
HOME = "http://frames.test/"
# in each frame: whatever of these is called has been executed
_HOOKS = """
(() => {
  const hit = () => { try { window.top.hits.add(window.name || "top"); } catch (_) {} return 1; };
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = hit;
  if (window === window.top) window.hits = new Set();
})();
"""


class Frames:
    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()
        self.context.add_init_script(_HOOKS)
        self.context.route("**/*", self.answer)
        self.body = ""
        self.asked: list[str] = []

    def run(self, texts: Sequence[str]) -> tuple[set[int], list[str]]:
        """Which of them executed something, and which other hosts were asked."""
        hits: set[int] = set()
        asked: list[str] = []
        for first in range(0, len(texts), MOST):
            here, elsewhere = self.page(texts[first : first + MOST])
            hits |= {first + number for number in here}
            asked += elsewhere
        return hits, asked

    def page(self, texts: Sequence[str]) -> tuple[set[int], list[str]]:
        sources = (html.escape(f"<!DOCTYPE html><body>{text}") for text in texts)
        frames = (f'<iframe name="{n}" srcdoc="{text}"></iframe>' for n, text in enumerate(sources))
        self.body = f"<!DOCTYPE html><meta charset=utf-8>{''.join(frames)}"
        self.asked = []
        page = self.context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(HOME, wait_until="load")
        page.wait_for_timeout(1000)
        hits: list[str] = page.evaluate("[...window.hits]")
        page.close()
        return {int(name) for name in hits if name.isdigit()}, self.asked

    def answer(self, route: Route) -> None:
        url = route.request.url
        if url == HOME:
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")
        elif url.startswith(HOME):
            route.fulfill(status=404)
        else:
            self.asked.append(url)
            route.abort()
