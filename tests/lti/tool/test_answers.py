"""What an answer that is no success means: whether, and when, another try is worth it."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.tool.answers import failure, is_success
from tests.fakes.lti_ports import FixedClock

NOW = FixedClock().now()


@pytest.mark.parametrize(
    ("status", "expected"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_success(status: int, expected: bool):
    assert is_success(HttpAnswer(status, {}, b"")) is expected


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503, 599])
def test_what_the_platform_may_take_back(status: int):
    failed = failure(HttpAnswer(status, {}, b""), NOW)

    assert (type(failed), failed.reason) == (TransientServiceError, f"status_{status}")


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 424, 426, 499])
def test_what_it_will_not(status: int):
    failed = failure(HttpAnswer(status, {"retry-after": "5"}, b""), NOW)

    assert (type(failed), failed.reason) == (PermanentServiceError, f"status_{status}")


def test_a_token_that_was_not_accepted_twice_may_be_later():
    failed = failure(HttpAnswer(401, {}, b""), NOW)

    assert (type(failed), failed.reason) == (TransientServiceError, "token_not_accepted")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("86401", 86_400.0),
        ("999999999", 86_400.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 86_400.0),
        # neither a number nor a date: as if nothing had been said
        ("1000000000", None),
        ("9" * 5000, None),
        ("\u0663\u0660", None),
        ("\u00b2", None),
        ("-5", None),
        ("soon", None),
        ("Sun, 99 Foo 2026", None),
        ("Sat, 21 Nov 2026 12:00:00 -0000", None),  # a date without a zone
        ("", None),
    ],
)
def test_how_long_to_wait(said: str, seconds: float | None):
    failed = failure(HttpAnswer(503, {"retry-after": said}, b""), NOW)

    assert isinstance(failed, TransientServiceError)
    assert failed.retry_after == seconds
