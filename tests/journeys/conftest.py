"""One running product and one Chromium a worker; each test brings its own browser context."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.journeys.chromium import NotInstalled, Watch, axe_source, launch
from tests.journeys.running import Running, start


@contextmanager
def _said_in_one_sentence() -> Iterator[None]:
    """What is not installed fails the tests: a skipped journey would look like a finished one."""
    try:
        yield
    except NotInstalled as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = start(tmp_path_factory.mktemp("running"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def browser(running: Running, playwright: Playwright) -> Iterator[Browser]:
    # After `running`: closed before it, so that no connection keeps a server waiting.
    with _said_in_one_sentence():
        made = launch(playwright)
    yield made
    made.close()


@pytest.fixture(scope="session")
def axe() -> str:
    with _said_in_one_sentence():
        return axe_source()


@pytest.fixture
def watch(running: Running) -> Watch:
    return Watch(running.tool_url, running.lms.url)


class NewPage(Protocol):
    def __call__(self, **options: Any) -> Page: ...


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """Each call is another person's browser, in English unless told otherwise.

    At the end no page of theirs may have reported an error or asked another host.
    """
    contexts = []

    def made(**options: Any) -> Page:
        # What opens by growing would be looked at half-way.
        context = browser.new_context(**{"locale": "en", "reduced_motion": "reduce", **options})
        context.set_default_timeout(10_000)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield made
    for context in contexts:
        context.close()
    assert watch.faults == []
