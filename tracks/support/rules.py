"""Kinds and lines of a school's support, and the self-check of the guide. Pure (ADR 0037)."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracks.i18n import N_


class Kind(StrEnum):
    PEDAGOGICAL = "pedagogical"
    TECHNICAL = "technical"


KIND_NAMES: Final = {
    Kind.PEDAGOGICAL: N_("Pedagogical support"),
    Kind.TECHNICAL: N_("Technical support"),
}
# What somebody who needs it would say.
KIND_QUESTIONS: Final = {
    Kind.PEDAGOGICAL: N_("How should I use it, and should I?"),
    Kind.TECHNICAL: N_("Why does it not work?"),
}
FIRST, SECOND = 1, 2
LINES: Final = (FIRST, SECOND)
LINE_NAMES: Final = {FIRST: N_("First line"), SECOND: N_("Second line")}
PLACES: Final = tuple((kind, line) for kind in Kind for line in LINES)
# What nobody has written anew for so long is right no more, and may name somebody who has left.
KEPT_FOR: Final = timedelta(days=730)


class Line(Struct, frozen=True):
    """Who answers, as the school writes it; "" for what it has not written."""

    who: str
    reach: str = ""
    hours: str = ""
    answer_within: str = ""
    stand_in: str = ""


class Written(StrEnum):
    """What of the two somebody wrote."""

    LINES = "lines"
    CHECK = "check"


class Answer(StrEnum):
    """As the guide's self-check has it: 0, 1, 2."""

    NO = "0"
    PARTLY = "1"
    YES = "2"


ANSWER_NAMES: Final = {Answer.NO: N_("no"), Answer.PARTLY: N_("partly"), Answer.YES: N_("yes")}
STATEMENTS: Final = {
    "known": N_("Everybody who works here knows whom to ask, without searching"),
    "time": N_("Whoever helps has time set aside for it in a plan"),
    "stand-in": N_("There is a stand-in"),
    "at-once": N_("Somebody can come or answer while the pupils wait"),
    "handed-on": N_("We know what goes on to the second line, and how"),
    "told": N_("Whoever asked is told what happened"),
    "causes": N_("We look at what keeps coming back, and do something about its cause"),
    "newcomers": N_("New staff and substitutes are told this on their first day"),
    "unsure": N_("The support is used also by those who are unsure"),
}

Answers = Mapping[tuple[str, Kind], Answer]


def points(answers: Answers, kind: Kind) -> int | None:
    """None until every statement has an answer: no answer is not "no"."""
    given = [answers.get((statement, kind)) for statement in STATEMENTS]
    if None in given:
        return None
    return sum(int(each) for each in given if each)


MOST_POINTS: Final = 2 * len(STATEMENTS)


def widest_apart(answers: Answers) -> list[str]:
    """Statements at which the two kinds of support differ most; none where none differs."""
    apart = {}
    for statement in STATEMENTS:
        pair = [answers.get((statement, kind)) for kind in Kind]
        if pair[0] and pair[1]:
            apart[statement] = abs(int(pair[0]) - int(pair[1]))
    most = max(apart.values(), default=0)
    return [statement for statement, by in apart.items() if by == most] if most else []


class Cover(StrEnum):
    """Which lines of one kind of support somebody stands in."""

    NONE = "none"
    FIRST_ONLY = "first"
    SECOND_ONLY = "second"
    BOTH = "both"


def cover_of(lines: Mapping[tuple[Kind, int], Line], kind: Kind) -> Cover:
    first, second = ((kind, line) in lines for line in LINES)
    if first:
        return Cover.BOTH if second else Cover.FIRST_ONLY
    return Cover.SECOND_ONLY if second else Cover.NONE
