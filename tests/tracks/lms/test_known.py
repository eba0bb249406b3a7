"""What is remembered of an LMS between launches, and for how long."""

import pytest

from lti.ports import Registration
from tracks.lms import known
from tracks.lms.known import KnownRegistrations


def registration(number: int) -> Registration:
    return Registration(number, f"https://{number}.example", "c", "", None, "")


def keep(kept: KnownRegistrations, number: int) -> None:
    kept.keep_at_login(f"https://{number}.example", None, [registration(number)])


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(known, "monotonic", lambda: now[0])
    return now


def test_two_seconds_and_no_longer(seconds: list[float]):
    kept = KnownRegistrations()
    keep(kept, 1)

    seconds[0] += 1.9
    assert kept.at_login("https://1.example", None) == [registration(1)]
    assert kept.by_id(1) == registration(1)
    seconds[0] += 0.2
    assert (kept.at_login("https://1.example", None), kept.by_id(1)) == (None, None)


def test_only_for_who_asks_with_the_same_words(seconds: list[float]):
    kept = KnownRegistrations()
    keep(kept, 1)

    assert kept.at_login("https://1.example", "c") is None
    assert kept.at_login("https://1.example/", None) is None
    assert kept.by_id(2) is None


def test_what_is_not_there_is_asked_for_again(seconds: list[float]):
    kept = KnownRegistrations()
    kept.keep_at_login("https://1.example", None, [])

    assert kept.at_login("https://1.example", None) is None


def test_any_number_of_lmss_takes_no_more_room(seconds: list[float]):
    kept = KnownRegistrations()
    for number in range(3 * known.MOST):
        keep(kept, number)

    assert len(kept._at_login) <= known.MOST
    assert len(kept._by_id) <= known.MOST
    assert kept.by_id(3 * known.MOST - 1) is not None
