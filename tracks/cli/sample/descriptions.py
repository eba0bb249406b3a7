"""What some of the sample's schools say of themselves: who helps there, and how many devices."""

from collections.abc import Iterable, Mapping
from datetime import date
from random import Random

from tracks.cli.sample.people import SampleSchool
from tracks.db import Session
from tracks.mapping.actions import Counting, write_counting
from tracks.mapping.rules import Count, grades_of
from tracks.organisation.actions.units import Doer
from tracks.support.actions import write_check, write_lines
from tracks.support.rules import FIRST, LINES, SECOND, STATEMENTS, Answer, Kind, Line

_DESCRIBED = range(1, 13)  # the others are as a municipality begins: nothing is known of them
_ONLY_TECHNICAL = frozenset({3, 8})
_NOT_CHECKED = frozenset({2, 5, 9})
_NOT_COUNTED = frozenset({6})
_HELPS = {
    (Kind.PEDAGOGICAL, FIRST): Line(
        "Lærsprederen", "Personalrommet", "Tirsdag og torsdag 14 til 15", "to dager", ""
    ),
    (Kind.PEDAGOGICAL, SECOND): Line("Veilederne i kommunen", "Skjemaet på ansattsidene"),
    (Kind.TECHNICAL, FIRST): Line(
        "IKT-kontakten", "Rom 12", "Hver dag 8 til 10", "ti minutter", "Kontoret"
    ),
    (Kind.TECHNICAL, SECOND): Line("IKT-avdelingen i kommunen", "Telefon 00 00 00 00", "8 til 15"),
}


def describe(
    session: Session,
    municipality_id: int,
    plan: Iterable[SampleSchool],
    schools: Mapping[int, int],
    counted_on: date,
    doer: Doer,
) -> None:
    """`schools`: ids by the sample's numbers."""
    for school in plan:
        if school.number not in _DESCRIBED:
            continue
        school_id = schools[school.number]
        kinds = [Kind.TECHNICAL] if school.number in _ONLY_TECHNICAL else list(Kind)
        lines = {(kind, line): _HELPS[kind, line] for kind in kinds for line in LINES}
        write_lines(session, municipality_id, school_id, lines, doer)
        chances = Random(school.number)  # noqa: S311  # no secret
        if school.number not in _NOT_CHECKED:
            answers = {
                (statement, kind): chances.choice(list(Answer))
                for statement in STATEMENTS
                for kind in Kind
            }
            write_check(session, municipality_id, school_id, answers, doer)
        if school.number not in _NOT_COUNTED:
            grades = {
                grade: _counted(chances, counted_on) for grade in grades_of(school.kind, "NO")
            }
            write_counting(
                session,
                municipality_id,
                school_id,
                Counting(counted_on, "Telt av kontaktlærerne", grades),
                doer,
            )


def _counted(chances: Random, counted_on: date) -> Count | None:
    """Now and then a grade that nobody has counted."""
    if chances.random() < 0.1:
        return None
    pupils = chances.randint(18, 56)
    devices = min(pupils, round(pupils * chances.choice([0.5, 0.75, 1, 1])))
    return Count(pupils, devices, counted_on, "Telt av kontaktlærerne")
