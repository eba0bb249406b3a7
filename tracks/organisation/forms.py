"""What the forms of units, roles and settings hold. Problems are message ids, by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from werkzeug.datastructures import MultiDict

from content.devices import DEVICES
from tracks.i18n import LANGUAGES, N_, local_day
from tracks.organisation.actions.units import NewUnit
from tracks.organisation.days import a_day, beginning_of, end_of
from tracks.organisation.queries.choices import FRAMEWORKS, OWN_WORDS, Choices
from tracks.organisation.queries.units import Unit
from tracks.organisation.rules import INVITED_FOR, ROLE_MISSING, SCOPES, Scope, Wanted, unit_code
from tracks.people.queries import Support
from tracks.people.rules import OwnerKind, SchoolKind
from tracks.web.requests import row_id

MOST_TEACHERS: Final = 10_000
MOST_PARTS: Final = 6

NAME_MISSING: Final = N_("Write a name of at most 200 characters.")
CODES: Final = {
    "NO": N_("This is not an organisation number: nine digits, the last one checks the others."),
    "SE": N_("This is not a school unit code: eight digits."),
}
KIND_MISSING: Final = N_("Choose a type.")
DAYS_MISSING: Final = N_("Choose how long the link works.")
NOT_A_DAY: Final = N_("Write a day as year-month-day, such as 2026-08-01.")
AFTER_IT_CLOSED: Final = N_("That is after it closed.")
NOT_A_COUNT: Final = N_("Write a whole number, or nothing when it is unknown.")
DAY_OF_COUNT: Final = N_("A number needs the day it was counted, not one to come.")
SMALL_NUMBER: Final = N_("Write a whole number from %(least)s to 50, or nothing.")
TOO_LONG: Final = N_("At most 60 characters.")
TEXT_TOO_LONG: Final = N_("That is too long, or not plain text.")
NOT_A_PHONE: Final = N_("Write a telephone number with digits, spaces and perhaps a + first.")
NOT_AN_EMAIL: Final = N_("Write one e-mail address, such as support@example.org.")
SUPPORT_NAME_MISSING: Final = N_("Write who answers: the name of the desk.")

SUPPORT: Final = {  # field -> longest
    "support-name": 100,
    "support-phone": 40,
    "support-email": 254,
    "support-hours": 200,
    "support-visiting": 200,
}
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ]{2,}")
_EMAIL: Final = re.compile(r"[^\s@<>\"'?&]+@[^\s@<>\"'?&]+\.[a-zA-Z]{2,}")


@dataclass(slots=True)
class Typed:
    """What stands in the fields, and what is wrong with it."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)


def read_unit(
    form: Mapping[str, str],
    country: str,
    now: datetime,
    *,
    prefix: str = "",
    known: Unit | None = None,
) -> tuple[NewUnit | None, Typed]:
    """None when something is wrong. `known`: the unit that is changed; what a form does not name
    stays, and so does a number that is no number of that country's.
    """
    names = ("code", "name", "kind", "teachers", "as_of", "source", "device")
    typed = Typed({f"{prefix}{n}": form.get(f"{prefix}{n}", "").strip() for n in names})
    values = {n: typed.values[f"{prefix}{n}"] for n in names}
    if known is not None and f"{prefix}code" not in form:
        values["code"] = known.code
    is_same = known is not None and values["code"] == known.code
    code = values["code"] if is_same else unit_code(country, values["code"])
    teachers, as_of = _count(values["teachers"]), _day_or_none(values["as_of"])
    wrong = {
        "code": code is None and CODES.get(country, CODES["NO"]),
        "name": not 0 < len(values["name"]) <= 200 and NAME_MISSING,
        "kind": values["kind"] not in set(SchoolKind) and KIND_MISSING,
        "teachers": teachers is None and values["teachers"] and NOT_A_COUNT,
        "as_of": (
            (as_of is None and values["as_of"] and NOT_A_DAY)
            or (teachers is not None and (as_of is None or as_of > local_day(now)) and DAY_OF_COUNT)
        ),
        "device": values["device"] not in ("", *DEVICES) and KIND_MISSING,
        "source": len(values["source"]) > 100 and TOO_LONG,
    }
    typed.problems = {f"{prefix}{n}": str(text) for n, text in wrong.items() if text}
    if typed.problems or code is None:
        return None, typed
    made = NewUnit(
        code=code,
        name=values["name"],
        kind=SchoolKind(values["kind"]),
        teachers=teachers,
        teachers_as_of=as_of if teachers is not None else None,
        teachers_source=(values["source"] or None) if teachers is not None else None,
        device=values["device"] or None,
        opened_on=known.opened_on if known else None,
    )
    return made, typed


def _count(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) if int(text) <= MOST_TEACHERS else None


def _day_or_none(text: str) -> date | None:
    try:
        return a_day(text)
    except ValueError:
        return None


def read_day(form: Mapping[str, str], name: str, typed: Typed) -> date | None:
    """A day that must be there; else a problem is noted."""
    found = _day_or_none(form.get(name, ""))
    if found is None:
        typed.problems[name] = NOT_A_DAY
    return found


def read_opening(form: Mapping[str, str], known: Unit, typed: Typed) -> date | None:
    """When a unit that we know opened, which may be unknown; a problem is noted."""
    if "opened_on" not in form:
        return known.opened_on
    text = form["opened_on"].strip()
    typed.values = {**typed.values, "opened_on": text}
    found = _day_or_none(text)
    if text and found is None:
        typed.problems["opened_on"] = NOT_A_DAY
    elif found is not None and known.closed_on is not None and found > known.closed_on:
        typed.problems["opened_on"] = AFTER_IT_CLOSED
    return found


def read_parts(
    form: MultiDict[str, str], country: str, now: datetime
) -> tuple[list[NewUnit], Typed]:
    """The parts of a split; rows in which nothing is typed are none."""
    made: list[NewUnit] = []
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    for number in range(1, MOST_PARTS + 1):
        prefix = f"part{number}-"
        if not any(form.get(f"{prefix}{n}", "").strip() for n in ("code", "name")):
            continue
        new, typed = read_unit(form, country, now, prefix=prefix)
        values |= typed.values
        problems |= typed.problems
        if new is not None:
            made.append(new)
    return made, Typed(values, problems)


def read_role(form: Mapping[str, str]) -> tuple[Wanted | None, Typed]:
    names = ("role", "school", "team", "first", "last", "percent")
    typed = Typed({n: form.get(n, "").strip() for n in names})
    values = typed.values
    role = next((r for r in SCOPES if r == values["role"]), None)
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        try:
            days[name] = a_day(values[name])
        except ValueError:
            typed.problems[name] = NOT_A_DAY
    percent = _count(values["percent"])
    if percent is None and values["percent"]:
        typed.problems["percent"] = NOT_A_COUNT
    if role is None:
        typed.problems["role"] = ROLE_MISSING
    if typed.problems or role is None:
        return None, typed
    first, last = days["first"], days["last"]
    scope = SCOPES[role]
    wanted = Wanted(
        role=role,
        school_id=_row(values["school"]) if scope is Scope.SCHOOL else None,
        team_id=_row(values["team"]) if scope is Scope.TEAM else None,
        starts=beginning_of(first) if first else None,
        until=end_of(last) if last else None,
        percent=percent,
    )
    return wanted, typed


def read_days(form: Mapping[str, str], typed: Typed) -> int | None:
    """For how long somebody is invited; a problem is noted."""
    text = form.get("days", "")
    typed.values = {**typed.values, "days": text}
    found = next((days for days in INVITED_FOR if str(days) == text), None)
    if found is None:
        typed.problems["days"] = DAYS_MISSING
    return found


def _row(text: str) -> int | None:
    try:
        return row_id(text)
    except ValueError:
        return None


def read_choices(
    form: Mapping[str, str], least: int
) -> tuple[tuple[Choices, OwnerKind] | None, Typed]:
    words = {f"{thing}-{lang}" for thing in OWN_WORDS for lang in LANGUAGES}
    names = {"small_number", "framework", "kind", *words, *SUPPORT}
    typed = Typed({n: form.get(n, "").strip() for n in names})
    values = typed.values
    small = _count(values["small_number"])
    if values["small_number"] and (small is None or not least <= small <= 50):
        typed.problems["small_number"] = SMALL_NUMBER
    for name in sorted(words):
        if len(values[name]) > 60 or not values[name].isprintable():
            typed.problems[name] = TOO_LONG
    typed.problems |= _wrong_in_support(values)
    if values["framework"] not in FRAMEWORKS:
        typed.problems["framework"] = KIND_MISSING
    if values["kind"] not in set(OwnerKind):
        typed.problems["kind"] = KIND_MISSING
    if typed.problems:
        return None, typed
    by_language = {
        lang: {t: values[f"{t}-{lang}"] for t in OWN_WORDS if values[f"{t}-{lang}"]}
        for lang in LANGUAGES
    }
    chosen = Choices(
        small,
        {lang: w for lang, w in by_language.items() if w},
        values["framework"],
        Support(**{name.removeprefix("support-"): values[name] for name in SUPPORT}),
    )
    return (chosen, OwnerKind(values["kind"])), typed


def _wrong_in_support(values: Mapping[str, str]) -> dict[str, str]:
    wrong = {
        name: TEXT_TOO_LONG
        for name, longest in SUPPORT.items()
        if len(values[name]) > longest or not values[name].isprintable()
    }
    if values["support-phone"] and not _PHONE.fullmatch(values["support-phone"]):
        wrong["support-phone"] = NOT_A_PHONE
    if values["support-email"] and not _EMAIL.fullmatch(values["support-email"]):
        wrong["support-email"] = NOT_AN_EMAIL
    if not values["support-name"] and any(values[name] for name in SUPPORT):
        wrong["support-name"] = SUPPORT_NAME_MISSING
    return wrong
