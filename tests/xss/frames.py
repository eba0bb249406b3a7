"""Many texts in one page of Chromium, each in a frame of its own. What waits for a person, a mouse
over it or a click on a link that is a script, gets it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playwright.sync_api import Browser, Route
from playwright.sync_api import TimeoutError as TakesTooLong

LONGEST_MS = 20_000
MOST = 50  # frames in a page: each is a document of its own in memory
HOME = "http://frames.test/"
# All places where an unsafe page may put what somebody wrote.
UNSAFE = """<body>{0}
<input value="{0}"><input value='{0}'><a href="{0}">k</a><img alt={0}>
<script>var a = "{0}";</script><script>var a = '{0}';</script><script>{0}</script>"""
# in each frame: whatever of these is called has been executed
_HOOKS = """
(() => {
  const hit = () => { try { window.top.hits.add(window.name || "top"); } catch (_) {} return 1; };
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = hit;
  if (window === window.top) window.hits = new Set();
  const events = ["mouseover", "mouseenter", "click", "focus", "blur", "input", "keydown",
    "pointerover", "pointerrawupdate", "toggle", "animationstart", "scroll", "drag", "copy"];
  const poke = () => {
    for (const element of document.querySelectorAll("body, body *")) {
      for (const name of events) {
        try { element.dispatchEvent(new Event(name, { bubbles: false })); } catch (_) {}
      }
      const isLink = element instanceof HTMLAnchorElement || element instanceof HTMLAreaElement;
      if (isLink && /^(javascript|vbscript|data):/.test(element.protocol)) element.click();
    }
  };
  if (window !== window.top) addEventListener("load", () => setTimeout(poke, 0));
})();
"""
# The same where the page is looked at by itself.
HOOKS_OF_A_PAGE = _HOOKS.replace("if (window !== window.top) add", "add")


class Frames:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser
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

    def run_unguarded(self, texts: Sequence[str]) -> int:
        """How many executed something. A few load themselves without an end: they are not
        counted, nor may they hide the others."""
        if len(texts) > MOST:
            parts = (texts[at : at + MOST] for at in range(0, len(texts), MOST))
            return sum(self.run_unguarded(part) for part in parts)
        try:
            return len(self.page([UNSAFE.format(text) for text in texts])[0])
        except TakesTooLong:
            half = len(texts) // 2
            return sum(self.run_unguarded(part) for part in (texts[:half], texts[half:]) if half)

    def page(self, texts: Sequence[str]) -> tuple[set[int], list[str]]:
        """Raises TakesTooLong if one of them does not come to an end."""
        sources = (html.escape(f"<!DOCTYPE html><body>{text}") for text in texts)
        frames = (f'<iframe name="{n}" srcdoc="{text}"></iframe>' for n, text in enumerate(sources))
        self.body = f"<!DOCTYPE html><meta charset=utf-8>{''.join(frames)}"
        self.asked = []
        with self.browser.new_context() as context:
            context.add_init_script(_HOOKS)
            context.route("**/*", self.answer)
            page = context.new_page()
            page.on("dialog", lambda dialog: dialog.dismiss())
            page.goto(HOME, wait_until="load", timeout=LONGEST_MS)
            page.wait_for_timeout(1000)
            hits: list[str] = page.evaluate("[...window.hits]")
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
