"""Which language a reader meets, and how days, hours and numbers are written in it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import time_machine
from babel import Locale

from tracks import i18n
from tracks.i18n import LANGUAGES, clock, day, language_of, nearest, number


@pytest.mark.parametrize(
    ("tag", "ours"),
    [
        ("nb", "nb"),
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("NO-no", "nb"),
        ("nn_NO", "nn"),
        ("sv-SE", "sv"),
        ("en-GB", "en"),
        ("de", None),
        ("", None),
        (None, None),
        ("../sv", None),
    ],
)
def test_a_tag_of_an_lms_or_browser_is_understood(tag: str | None, ours: str | None):
    assert language_of(tag) == ours


@pytest.mark.parametrize(
    ("reader", "offered", "met"),
    [
        ("nb", ["sv", "nn"], "nn"),
        ("nn", ["sv", "nb"], "nb"),
        ("sv", ["en", "nn"], "nn"),
        ("en", ["sv"], "sv"),
        ("xx", ["sv", "nb"], "nb"),
        ("nb", ["se"], "se"),
    ],
)
def test_a_reader_meets_the_nearest_language(reader: str, offered: list[str], met: str):
    assert nearest(reader, offered) == met


def test_hours_are_those_of_oslo_and_stockholm():
    assert clock(datetime(2026, 11, 14, 12, 2, tzinfo=UTC), "nb") == "13:02"
    assert clock(datetime(2026, 7, 14, 12, 2, tzinfo=UTC), "sv") == "14:02"


def test_days_name_the_year_when_it_is_far():
    with time_machine.travel(datetime(2026, 11, 14, tzinfo=UTC)):
        assert day(date(2026, 11, 12), "en") == "Thu 12 Nov"
        assert day(date(2025, 11, 12), "en") == "Wed 12 Nov 2025"
        assert day(datetime(2026, 11, 14, 23, 30, tzinfo=UTC), "en") == "Sun 15 Nov"
        # It may end a sentence: no "des..".
        assert day(date(2026, 12, 27), "nb") == "søn. 27. desember"
        assert day(date(2026, 12, 27), "sv") == "sön 27 december"


def test_numbers_have_the_readers_comma():
    assert {language: number(2.5, language) for language in LANGUAGES} == {
        "nb": "2,5",
        "nn": "2,5",
        "sv": "2,5",
        "en": "2.5",
    }


def test_languages_that_inherit_from_the_same_data_are_read_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two first pages at once took from it what the other was taking."""
    reads, at_once = 0, []
    real = i18n._small_locale

    def counted(language: str) -> Locale:
        nonlocal reads
        reads += 1
        at_once.append(reads)
        time.sleep(0.05)
        try:
            return real(language)
        finally:
            reads -= 1

    monkeypatch.setattr(i18n, "_small_locale", counted)
    i18n._locale.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(lambda language: number(1.5, language), ("nb", "nn", "sv", "en")))

    assert at_once == [1, 1, 1, 1]
    assert shown == ["1,5", "1,5", "1,5", "1.5"]
