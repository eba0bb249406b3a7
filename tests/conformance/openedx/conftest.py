"""One platform and one tool a worker; without the platform's packages a skip that is seen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from tests.conformance.openedx.platform import OpenEdx
from tests.conformance.openedx.site import Site
from tests.journeys.chromium import Watch, launch
from tracks.cli.setup.openedx import OpenEdx as Packages

_ROOT = Path(__file__).resolve().parents[3]
_MISSING = (
    "NOT RUN: Open edX's LTI consumer is not in .cache/openedx, or is another version than "
    ".locks/openedx.txt pins: run `make test`, which installs it."
)


@pytest.fixture(scope="session")
def openedx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenEdx]:
    packages = Packages(_ROOT)
    if not packages.is_there():
        if os.environ.get("CI"):
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)
    made = OpenEdx(packages.python, tmp_path_factory.mktemp("openedx"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def site(
    openedx: OpenEdx, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "tracks.sqlite").write_bytes(sqlite_template.read_bytes())
    # Started while the platform starts, too.
    made = Site(folder, openedx)
    openedx.wait_until_up()
    yield made
    made.close()


@pytest.fixture
def context(site: Site, playwright: Playwright) -> Iterator[BrowserContext]:
    watch = Watch(site.url, site.openedx.url)
    browser = launch(playwright)
    made = browser.new_context(locale="en")
    made.set_default_timeout(10_000)
    watch.follow(made)
    yield made
    browser.close()
    assert watch.faults == []
