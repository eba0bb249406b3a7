"""The browser of the journeys, and what its pages must never report."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Playwright,
    Request,
    WebError,
)

VARIABLE = "TRACKS_TEST_CHROMIUM"
AXE = Path(__file__).resolve().parents[2] / ".cache/web/node_modules/axe-core/axe.min.js"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # As browsers are today or soon: a frame gets no cookies but partitioned ones.
    "--test-third-party-cookie-phaseout",
    # Playwright switches storage partitioning off by this flag; the last one counts.
    "--disable-features=Translate,OptimizationHints",
)
# The last one of its name counts.
_ONE_PROCESS = "--disable-features=Translate,OptimizationHints,IsolateOrigins,site-per-process"
# A refused page is a page: Chromium reports these about the document itself.
_REFUSALS = tuple(f"status of {code}" for code in (400, 401, 403, 404, 409, 413, 422))


class NotInstalled(Exception):
    """One sentence that says what is missing and how to get it."""


def launch(playwright: Playwright) -> Browser:
    return _launch(playwright.chromium)


def launch_in_one_process(browser: Browser) -> Browser:
    """Another one, with all sites of a page in one process.

    A frame that goes to and fro between sites changes its process each time, and Playwright now
    and then looks for it where it was. What sites may do to each other is the same.
    """
    return _launch(browser.browser_type, "--disable-site-isolation-trials", _ONE_PROCESS)


def _launch(chromium: BrowserType, *more: str) -> Browser:
    path = os.environ.get(VARIABLE) or shutil.which("chromium") or "/usr/bin/chromium"
    if not os.access(path, os.X_OK):
        raise NotInstalled(
            f"The browser tests need Chromium and {path} is not there: "
            f"run `make test`, which installs one, or set {VARIABLE} to its path."
        )
    return chromium.launch(executable_path=path, args=[*_FLAGS, *more])


def axe_source() -> str:
    if not AXE.exists():
        raise NotInstalled(
            f"The accessibility tests need axe-core and {AXE} is not there: "
            "run `make test`, which fetches it."
        )
    return AXE.read_text("utf-8")


class Watch:
    """Collects what no page of ours may do: errors, CSP violations, requests to other hosts."""

    def __init__(self, *urls: str) -> None:
        self.hosts = {urlsplit(url).netloc for url in urls}
        # Parts of messages that a test brings about itself: "ERR_INTERNET_DISCONNECTED".
        self.expected: list[str] = []
        self.faults: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        page = message.page
        documents = {frame.url for frame in page.frames} if page else set()
        refused = any(code in message.text for code in _REFUSALS)
        if refused and message.location["url"] in documents:
            return
        if any(text in message.text for text in self.expected):
            return
        self.faults.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc not in self.hosts:
            self.faults.append(f"request to another host: {request.url}")
