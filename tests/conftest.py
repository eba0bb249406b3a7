"""Every test that asks for a database runs on SQLite and on PostgreSQL."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.factories.databases import close_connections, empty_postgres, published_sqlite
from tests.factories.tool import Tool
from tests.postgres import fresh_database, start_postgres
from tests.tenancy import Hook
from tracks.db import Database

POSTGRES = "TRACKS_TEST_POSTGRES_URL"
# A busy machine is no bug; and CI should meet the same examples each time.
hypothesis.settings.register_profile(
    "tracks", deadline=None, derandomize=bool(os.environ.get("CI")), database=None
)
hypothesis.settings.load_profile("tracks")
os.environ["LC_ALL"] = "C.UTF-8"  # what programs say does not depend on whose machine it is
_TENANCY = Hook()
_TENANCY.install()
_STOP = pytest.StashKey[object]()


@pytest.fixture(autouse=True)
def _every_query_carries_its_tenant() -> Iterator[None]:
    """Over the whole suite (check 15): what is missing is said by function and table."""
    _TENANCY.taken()
    yield
    assert sorted(set(_TENANCY.taken())) == []


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one of this process: it refuses to be started a second time."""
    with sync_playwright() as made:
        yield made


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for all workers, started by the process that starts them."""
    if hasattr(config, "workerinput") or os.environ.get(POSTGRES):
        return
    url, stop = start_postgres(Path(tempfile.mkdtemp(prefix="tracks-tests-")))
    os.environ[POSTGRES] = url
    config.stash[_STOP] = stop
    config.add_cleanup(lambda: os.environ.pop(POSTGRES, None))
    config.add_cleanup(stop)


# Here a test takes up to a minute: none of them may be the one that all wait for in the end.
_FIRST = (
    "tests/journeys/",
    "tests/crash/",
    "tests/xss/",
    "tests/conformance/openedx/",
    "tests/bombs/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


def pytest_collection_finish() -> None:
    """Nine thousand tests are no garbage: collectors need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skip that leaves a part of the product untested is said at the end, once a reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = {report.longrepr[2].removeprefix("Skipped: ") for report in skipped}
    for reason in sorted(reason for reason in reasons if "NOT " in reason):
        terminalreporter.write_line(reason, yellow=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    url = fresh_database(os.environ[POSTGRES], f"tracks_test_{worker_id}")
    yield url
    close_connections(url)


@pytest.fixture(scope="session")
def worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_sqlite(tmp_path_factory.mktemp("template"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database with the test library published, on each engine in turn."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        copy = tmp_path / "tracks.sqlite"
        copy.write_bytes(template.read_bytes())
        return f"sqlite:///{copy}"
    url: str = request.getfixturevalue("postgres_url")
    empty_postgres(url)
    return url


@pytest.fixture
def tool(database_url: str, tmp_path: Path) -> Iterator[Tool]:
    """The whole tool on a database, with one LMS registered."""
    made = Tool(database_url, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def database(tool: Tool) -> Database:
    return tool.database
