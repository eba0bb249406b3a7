"""Four languages: texts from gettext catalogues, dates and numbers from CLDR.

The message ids are the English texts. Flask-Babel is left out on purpose: mail and jobs need
texts too, and they know no web (docs/architecture.md).
"""

import gettext
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, localedata
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_decimal

from content.compiled_texts import compiled_texts

LANGUAGES = {"nb": "Norsk bokmål", "nn": "Norsk nynorsk", "sv": "Svenska", "en": "English"}
DEFAULT_LANGUAGE = "nb"
# What a reader of a language reads most easily when a text is missing in it.
NEAREST = {
    "nb": ("nb", "nn", "sv", "en"),
    "nn": ("nn", "nb", "sv", "en"),
    "sv": ("sv", "nb", "nn", "en"),
    "en": ("en", "nb", "sv", "nn"),
}
_ZONE = ZoneInfo("Europe/Oslo")  # the same clock as Europe/Stockholm
_one_at_a_time = Lock()
CATALOGUES = Path(__file__).parent / "catalogues"


def N_(text: str) -> str:  # noqa: N802  # the name gettext's extractors know
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


@cache
def translations(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return compiled_texts(CATALOGUES, language)


def nearest(language: str, offered: Iterable[str]) -> str:
    """The offered language that a reader of `language` reads best. `offered` is not empty."""
    offered = list(offered)
    for candidate in NEAREST.get(language, NEAREST[DEFAULT_LANGUAGE]):
        if candidate in offered:
            return candidate
    return offered[0]


def language_of(tag: str | None) -> str | None:
    """Ours for a BCP 47 tag as LMSs send it ("nb-NO", "no", "sv_SE"); None if none fits."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    primary = "nb" if primary == "no" else primary
    return primary if primary in LANGUAGES else None


def local_day(moment: datetime) -> date:
    """Which day it is in Oslo and Stockholm."""
    return moment.astimezone(_ZONE).date()


def local_moment(wall_clock: datetime) -> datetime:
    """The moment when clocks in Oslo and Stockholm show that."""
    return wall_clock.replace(tzinfo=_ZONE).astimezone(UTC)


_SHOWN = frozenset({"locale_id", "days", "months", "number_symbols", "decimal_formats"})
_SHOWN |= {"default_numbering_system", "numbering_systems"}


@cache
def _locale(language: str) -> Locale:
    with _one_at_a_time:  # they inherit from the same data, which this changes
        return _small_locale(language)


def _small_locale(language: str) -> Locale:
    """Of what Babel reads for a language, 1 to 4 MB, days, months and numbers stay in memory."""
    kept = [localedata.load(name) for name in (language, "no", "root")]  # it inherits from these
    for names in kept:
        for name in names.keys() - _SHOWN:
            del names[name]
    # To guess at tags: ours are known.
    guesses: list[Any] = [get_global("likely_subtags"), get_global("territory_languages")]
    for names in guesses:
        names.clear()
    return Locale.parse(language)


def day(value: date | datetime, language: str) -> str:
    """ "Thu 14 Nov" in the reader's words; with the year when it is long ago or far ahead.

    It may end a sentence, so it ends in no full stop of its own: Norwegian and Swedish write the
    month in full.
    """
    if isinstance(value, datetime):
        value = local_day(value)
    far = abs((value - local_day(datetime.now(_ZONE))).days) > 180
    # Norwegian writes the day as an ordinal: "tor. 26. november".
    pattern = {"nb": "EEE d. MMMM", "nn": "EEE d. MMMM", "sv": "EEE d MMMM"}.get(
        language, "EEE d MMM"
    )
    return format_date(value, f"{pattern} y" if far else pattern, locale=_locale(language))


def month(value: datetime, language: str) -> str:
    """ "november 2026": for what must not be told to the day."""
    return format_date(local_day(value), "LLLL y", locale=_locale(language))


def clock(value: datetime, language: str) -> str:
    """ "14:02" in Oslo and Stockholm."""
    return f"{value.astimezone(_ZONE):%H:%M}"


def number(value: float, language: str) -> str:
    return format_decimal(value, locale=_locale(language))
