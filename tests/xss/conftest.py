"""Payloads through every place where text comes in (checks 23 and X-06).

A sample in the suite; all of them, which takes half an hour, with

    TRACKS_XSS=all pytest tests/xss

At the end it says how many of the payloads Chromium executed as they are: what shows that the
tests would see.
"""

import logging
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.journeys.chromium import launch
from tests.xss.frames import Frames
from tests.xss.judge import LOGGED

CONTROL = "payloads executed unguarded"


@pytest.fixture(scope="session")
def frames(playwright: Playwright) -> Iterator[Frames]:
    browser = launch(playwright)
    yield Frames(browser)
    browser.close()


@pytest.fixture(autouse=True)
def nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every text of every table, form and address is a canary here, too (check 39)."""
    caplog.set_level(logging.DEBUG)
    yield
    lines = (caplog.handler.format(record) for record in caplog.get_records("call"))
    assert [line[:300] for line in lines if LOGGED.search(line)] == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a worker of xdist recorded comes with its report."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for report in reports:
        told = dict(getattr(report, "user_properties", ())).get(CONTROL)
        if told:
            terminalreporter.write_line(f"control: {CONTROL} by Chromium: {told}", bold=True)
