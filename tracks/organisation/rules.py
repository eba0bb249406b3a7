"""Units' numbers, and who may give which role where. Pure (ADR 0031)."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracks.i18n import N_
from tracks.people.rules import BY_OWN_LOGIN, GIVES, Actor, OwnerKind, Permission, Role

_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)


def is_organisation_number(digits: str) -> bool:
    """A Norwegian one: nine digits, the last of which is checked by the others (mod 11)."""
    if not re.fullmatch("[0-9]{9}", digits):
        return False
    rest = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    check = (11 - rest) % 11
    return check != 10 and check == int(digits[8])


def unit_code(country: str, typed: str) -> str | None:
    """What is stored of a typed number; None when it is none of that country's."""
    digits = re.sub(r"[\s.-]", "", typed)
    if country == "SE":
        return digits if re.fullmatch("[0-9]{8}", digits) else None
    return digits if is_organisation_number(digits) else None


class Scope(StrEnum):
    """Where a role holds."""

    SCHOOL = "school"
    TEAM = "team"
    MUNICIPALITY = "municipality"


# The roles that are given here; what a launch gives stands in people.rules.
SCOPES: Final[dict[Role, Scope]] = {
    Role.TEACHER: Scope.SCHOOL,
    Role.ASSISTANT: Scope.SCHOOL,
    Role.SPECIAL_EDUCATOR: Scope.SCHOOL,
    Role.LEADER: Scope.SCHOOL,
    Role.SPREADER: Scope.SCHOOL,
    Role.LEAD_SPREADER: Scope.TEAM,
    Role.SCHOOL_LEADER: Scope.SCHOOL,
    Role.COORDINATOR: Scope.MUNICIPALITY,
    Role.AUTHOR: Scope.MUNICIPALITY,
    Role.MODERATOR: Scope.MUNICIPALITY,
    Role.REGISTRAR: Scope.MUNICIPALITY,
    Role.PEDAGOGICAL_REVIEWER: Scope.MUNICIPALITY,
    Role.TECHNICAL_REVIEWER: Scope.MUNICIPALITY,
    Role.DIRECTOR: Scope.MUNICIPALITY,
    Role.RESEARCHER: Scope.MUNICIPALITY,
    Role.PRIVACY_OFFICER: Scope.MUNICIPALITY,
    Role.ADMINISTRATOR: Scope.MUNICIPALITY,
}
ROLE_NAMES: Final[dict[Role, str]] = {
    Role.TEACHER: N_("Teacher"),
    Role.ASSISTANT: N_("Assistant"),
    Role.SPECIAL_EDUCATOR: N_("Special educator"),
    Role.LEADER: N_("Change-group leader"),
    Role.SPREADER: N_("Spreader"),
    Role.LEAD_SPREADER: N_("Lead spreader"),
    Role.SCHOOL_LEADER: N_("School leader"),
    Role.COORDINATOR: N_("Coordinator of the municipality"),
    Role.AUTHOR: N_("Author"),
    Role.MODERATOR: N_("Moderator"),
    Role.REGISTRAR: N_("Plans: registrar"),
    Role.PEDAGOGICAL_REVIEWER: N_("Plans: pedagogical reviewer"),
    Role.TECHNICAL_REVIEWER: N_("Plans: technical reviewer"),
    Role.DIRECTOR: N_("Plans: director"),
    Role.RESEARCHER: N_("Researcher"),
    Role.PRIVACY_OFFICER: N_("Data protection officer"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
OWNER_NAMES: Final[dict[OwnerKind, str]] = {
    OwnerKind.MUNICIPALITY: N_("Municipality"),
    OwnerKind.COUNTY: N_("County"),
    OwnerKind.PRIVATE: N_("Private school owner"),
}
# Roles that always end by themselves, and the time that may be set aside for the others.
FOR_A_TIME: Final = frozenset({Role.RESEARCHER, Role.MODERATOR})
LONGEST: Final = timedelta(days=366)
WITH_TIME: Final = frozenset({Role.LEADER, Role.SPREADER, Role.LEAD_SPREADER})

_AT_A_SCHOOL = frozenset(role for role, scope in SCOPES.items() if scope is Scope.SCHOOL)
MAY_GIVE: Final[dict[Role, frozenset[Role]]] = {
    Role.ADMINISTRATOR: frozenset(SCOPES),
    Role.COORDINATOR: frozenset(SCOPES) - {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER},
    Role.SCHOOL_LEADER: _AT_A_SCHOOL - {Role.SCHOOL_LEADER},
    Role.LEAD_SPREADER: frozenset({Role.SPREADER}),
}


def may_give(actor: Actor, role: Role, school_id: int | None) -> bool:
    """Give or end `role` at this school; None: for a team or the municipality.

    The caller has checked that the school is one of the actor's municipality.
    """
    return any(
        role in MAY_GIVE.get(own, ()) and (scope is None or scope == school_id)
        for own, scope in actor.roles
    )


def is_protected(role: Role) -> bool:
    """It opens what an LMS must not open by itself: given and taken by a login of one's own."""
    return bool(BY_OWN_LOGIN & GIVES[role])


# For how many days somebody may be invited, and to a role that is protected.
INVITED_FOR: Final = (1, 7, 14, 30)
INVITED_TO_PROTECTED_FOR: Final = 1
ONE_DAY_ONLY: Final = N_("A link to this role works for one day only.")


def may_suspend(actor: Actor, person_id: int, theirs: Iterable[Role]) -> bool:
    """Nobody themselves, and nobody who has a role that one could not give or end."""
    return (
        actor.may(Permission.ORGANISE)
        and actor.person_id != person_id
        and all(may_give(actor, role, None) for role in theirs)
    )


class Wanted(Struct, frozen=True):
    """A role as somebody asks for it in a form."""

    role: Role
    school_id: int | None
    team_id: int | None
    starts: datetime | None
    until: datetime | None
    percent: int | None


ROLE_MISSING: Final = N_("Choose a role.")
NOT_YOURS_TO_GIVE: Final = N_("You may not give this role here.")
NOT_TO_YOURSELF: Final = N_("Nobody gives a role to themselves. Ask somebody else to do it.")
WHERE_MISSING: Final = N_("Choose where the role holds.")
ENDS_BEFORE: Final = N_("The last day must come after the first, and after today.")
MUST_END: Final = N_("This role needs a last day, at most a year from its first.")
NOT_A_PERCENTAGE: Final = N_("Time is a whole number from 1 to 100, for roles that have time.")


def shape_problem(wanted: Wanted, now: datetime) -> str | None:
    """Why nobody can be given such a role, as a message id."""
    scope = SCOPES.get(wanted.role)
    begins = max(wanted.starts or now, now)
    is_elsewhere = (wanted.school_id is not None) != (scope is Scope.SCHOOL) or (
        wanted.team_id is not None
    ) != (scope is Scope.TEAM)
    is_endless = wanted.until is None or wanted.until - begins > LONGEST
    has_odd_time = wanted.percent is not None and (
        wanted.role not in WITH_TIME or not 1 <= wanted.percent <= 100
    )
    problems = (
        (scope is None, ROLE_MISSING),
        (is_elsewhere, WHERE_MISSING),
        (wanted.until is not None and wanted.until <= begins, ENDS_BEFORE),
        (wanted.role in FOR_A_TIME and is_endless, MUST_END),
        (has_odd_time, NOT_A_PERCENTAGE),
    )
    return next((text for is_so, text in problems if is_so), None)


def field_of(problem: str, role: Role) -> str:
    """Of a form that gives a role: beside which field it is said."""
    if problem == WHERE_MISSING:
        return "team" if SCOPES.get(role) is Scope.TEAM else "school"
    return _FIELDS.get(problem, "role")


_FIELDS: Final = {ENDS_BEFORE: "last", MUST_END: "last", NOT_A_PERCENTAGE: "percent"}


def problem_of(actor: Actor, person_id: int, wanted: Wanted, now: datetime) -> str | None:
    """Why this actor cannot give it to this person, as a message id."""
    if not may_give(actor, wanted.role, wanted.school_id):
        return NOT_YOURS_TO_GIVE
    if person_id == actor.person_id:
        return NOT_TO_YOURSELF
    return shape_problem(wanted, now)


class Cover(StrEnum):
    """How a unit stands with spreaders."""

    NONE = "none"
    INVITED = "invited"
    ONE = "one"
    SEVERAL = "several"


def cover_of(spreaders: int, invited: int) -> Cover:
    if spreaders:
        return Cover.ONE if spreaders == 1 else Cover.SEVERAL
    return Cover.INVITED if invited else Cover.NONE


def is_in_branch(actor: Actor, school_id: int) -> bool:
    return actor.may_at(Permission.SEE_BRANCH, school_id)


def known_sum(counts: Iterable[int | None]) -> int | None:
    """None as soon as one is unknown, and of nothing: a part would look like the whole."""
    listed = list(counts)
    if not listed or None in listed:
        return None
    return sum(each or 0 for each in listed)


class TeacherCount(Struct, frozen=True):
    counted_on: date
    teachers: int
    source: str  # of teacher_count
    said_source: str | None

    @property
    def source_name(self) -> str:
        """Where nobody has said it in words: a message id."""
        return _SOURCES.get(self.source, self.source)


_SOURCES: Final = {
    "hand": N_("typed here"),
    "merge": N_("added up"),
    "list": N_("a list"),
    "oneroster": "OneRoster",
    "ss12000": "SS 12000",
}


def school_year(day: date) -> int:
    """The calendar year in which it began, on the first of August."""
    return day.year if day.month >= 8 else day.year - 1


def by_school_year(
    counts: Iterable[TeacherCount], today: date
) -> list[tuple[int, TeacherCount | None]]:
    """The newest count of each school year, from this one back to the first that is known.

    None: unknown, which is not 0. Nothing where no year is known.
    """
    newest: dict[int, TeacherCount] = {}
    for count in sorted(counts, key=lambda each: each.counted_on):
        newest[school_year(count.counted_on)] = count
    if not newest:
        return []
    last = max(school_year(today), *newest)
    return [(year, newest.get(year)) for year in range(last, min(newest) - 1, -1)]
