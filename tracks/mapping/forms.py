"""What the form of a school's devices holds. Problems are message ids, by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tracks.i18n import N_, local_day
from tracks.mapping.actions import Counting
from tracks.mapping.lists import NOT_A_DAY, SOURCE_TOO_LONG, BadCell, a_count
from tracks.mapping.rules import Count
from tracks.organisation.days import a_day

SOURCE_MISSING: Final = N_("Write where the numbers come from, such as a count or a register.")


@dataclass(slots=True)
class Typed:
    """What stands in the fields, and what is wrong with it."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)


def read_counting(
    form: Mapping[str, str], grades: Sequence[str], now: datetime
) -> tuple[Counting | None, Typed]:
    """None when something is wrong."""
    pairs = [(f"{what}-{grade}", what, grade) for grade in grades for what in ("pupils", "devices")]
    names = ["counted_on", "source", *(name for name, _, _ in pairs)]
    typed = Typed({name: form.get(name, "").strip() for name in names})
    numbers: dict[str, int | None] = {}
    for name, what, _grade in pairs:
        try:
            numbers[name] = a_count(typed.values[name], what)
        except BadCell as bad:
            typed.problems[name] = bad.problem
    try:
        day = a_day(typed.values["counted_on"])
    except ValueError:
        day = None
    if day is None or day > local_day(now):
        typed.problems["counted_on"] = NOT_A_DAY
    source = typed.values["source"]
    if len(source) > 100 or not source.isprintable():
        typed.problems["source"] = SOURCE_TOO_LONG
    elif not source:
        typed.problems["source"] = SOURCE_MISSING
    if typed.problems or day is None:
        return None, typed
    found: dict[str, Count | None] = {}
    for grade in grades:
        pupils, devices = numbers[f"pupils-{grade}"], numbers[f"devices-{grade}"]
        is_unknown = pupils is None and devices is None
        found[grade] = None if is_unknown else Count(pupils, devices, day, source)
    return Counting(day, source, found), typed


def as_typed(counts: Mapping[str, Count]) -> Typed:
    """Of the newest day: what was counted earlier is not of that day."""
    newest = max((each.counted_on for each in counts.values()), default=None)
    if newest is None:
        return Typed({})
    values = {"counted_on": newest.isoformat()}
    for grade, count in counts.items():
        if count.counted_on == newest:
            values["source"] = count.source
            values[f"pupils-{grade}"] = "" if count.pupils is None else str(count.pupils)
            values[f"devices-{grade}"] = "" if count.devices is None else str(count.devices)
    return Typed(values)
