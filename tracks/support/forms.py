"""What the forms of a school's support hold. Problems are message ids, by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tracks.i18n import N_
from tracks.support.rules import PLACES, STATEMENTS, Answer, Answers, Kind, Line

FIELDS: Final = {"who": 120, "reach": 200, "hours": 200, "answer_within": 100, "stand_in": 120}
WHO_MISSING: Final = N_("Write who answers, or empty this line.")
TOO_LONG: Final = N_("That is too long, or not plain text.")
NOT_AN_ANSWER: Final = N_("Choose yes, partly or no, or leave it open.")


@dataclass(slots=True)
class Typed:
    """What stands in the fields, and what is wrong with it."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)


def name_of(kind: Kind, line: int, field_name: str) -> str:
    return f"{kind.value}-{line}-{field_name}"


def read_lines(form: Mapping[str, str]) -> tuple[dict[tuple[Kind, int], Line] | None, Typed]:
    """None when something is wrong."""
    names = [name_of(*place, each) for place in PLACES for each in FIELDS]
    typed = Typed({name: form.get(name, "").strip() for name in names})
    found = {}
    for kind, line in PLACES:
        said = {each: typed.values[name_of(kind, line, each)] for each in FIELDS}
        for each, longest in FIELDS.items():
            if len(said[each]) > longest or not said[each].isprintable():
                typed.problems[name_of(kind, line, each)] = TOO_LONG
        if said["who"]:
            found[kind, line] = Line(**said)
        elif any(said.values()):
            typed.problems[name_of(kind, line, "who")] = WHO_MISSING
    return (None if typed.problems else found), typed


def as_typed(lines: Mapping[tuple[Kind, int], Line]) -> Typed:
    return Typed(
        {
            name_of(kind, line, each): getattr(said, each)
            for (kind, line), said in lines.items()
            for each in FIELDS
        }
    )


def check_name(kind: Kind, statement: str) -> str:
    return f"{kind.value}-{statement}"


def read_check(form: Mapping[str, str]) -> tuple[Answers | None, Typed]:
    pairs = [(statement, kind) for statement in STATEMENTS for kind in Kind]
    typed = Typed({check_name(k, s): form.get(check_name(k, s), "") for s, k in pairs})
    found = {}
    for statement, kind in pairs:
        given = typed.values[check_name(kind, statement)]
        if given in set(Answer):
            found[statement, kind] = Answer(given)
        elif given:
            typed.problems[check_name(kind, statement)] = NOT_AN_ANSWER
    return (None if typed.problems else found), typed
