"""What a teacher may say of a session, and what may become of it. Pure (ADR 0050)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tracks.i18n import N_


class Kind(StrEnum):
    TOO_LONG = "long"
    TOO_HARD = "hard"
    WRONG = "wrong"
    WORKS = "works"
    OTHER = "other"


KIND_NAMES: Final = {
    Kind.TOO_LONG: N_("Too long"),
    Kind.TOO_HARD: N_("Too hard to understand"),
    Kind.WRONG: N_("Something is wrong"),
    Kind.WORKS: N_("Works well"),
    Kind.OTHER: N_("Something else"),
}


class State(StrEnum):
    OPEN = "open"
    DONE = "done"  # in the next version, or in the one that `done_in` names
    NOT_NOW = "not-now"
    REMOVED = "removed"  # it named somebody: its words are gone


class Show(StrEnum):
    """Which of them an author looks at."""

    OPEN = "open"
    ANSWERED = "answered"


STATES: Final = {Show.OPEN: (State.OPEN,), Show.ANSWERED: (State.DONE, State.NOT_NOW)}
LONGEST: Final = 1000
LONGEST_ANSWER: Final = 300  # it may become a line of the front matter (content.reading.forms)
MOST_A_DAY: Final = 20
A_DAY: Final = timedelta(days=1)
# After the last thing that happened to it: said, answered, or in a published version.
KEPT_FOR: Final = timedelta(days=365)
# As long as an answer is news to whoever asked for it.
NEWS_FOR: Final = timedelta(days=30)


def is_news_from(today: date) -> date:
    """What is kept until then or longer was answered, or came with a version, not long ago."""
    return today - NEWS_FOR + KEPT_FOR
