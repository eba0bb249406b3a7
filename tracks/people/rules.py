"""Who may what. One table of permissions; ADR 0001 says why each line is there."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracks.i18n import N_, local_day


class Role(StrEnum):
    NEWCOMER = "newcomer"  # a teacher who has not said yet which school is theirs
    TEACHER = "teacher"
    ASSISTANT = "assistant"
    SPECIAL_EDUCATOR = "special_educator"
    LEADER = "leader"  # of a change group, at one school
    SPREADER = "spreader"  # helps the staff of one school
    LEAD_SPREADER = "lead_spreader"  # helps the spreaders of one team's schools
    SCHOOL_LEADER = "school_leader"
    COORDINATOR = "coordinator"  # of the municipality
    AUTHOR = "author"
    MODERATOR = "moderator"
    REGISTRAR = "registrar"  # reads plans in: these four, in this order
    PEDAGOGICAL_REVIEWER = "pedagogical_reviewer"
    TECHNICAL_REVIEWER = "technical_reviewer"
    DIRECTOR = "director"
    RESEARCHER = "researcher"  # counts of many, for a time
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    PUBLIC = "public"  # anybody, signed in or not
    KNOWN = "known"  # anybody who is signed in: which school, which language
    OWN_WORK = "own_work"  # one's own progress and answers
    LEAD = "lead"  # leader scripts; record joint work at one's school
    READ_LEADERS = "read_leaders"  # sessions of a track that are for leaders
    SEE_SCHOOL_NUMBERS = "see_school_numbers"  # aggregates of one's own school
    SEE_MUNICIPALITY = "see_municipality"  # aggregates of every school of one's municipality
    DESCRIBE_SCHOOL = "describe_school"  # what a school says of itself: support, devices
    SEE_BRANCH = "see_branch"  # who are spreaders at the schools of one's branch, by name
    SEE_ROLES = "see_roles"  # who has which role in the municipality
    GIVE_ROLES = "give_roles"  # give and end roles: which, organisation.rules says
    ORGANISE = "organise"  # the municipality's schools, teams and settings
    CONNECT_LMS = "connect_lms"  # connect LMSs of one's municipality
    SEE_AUDIT = "see_audit"  # who did what in one's municipality
    PROTECT_DATA = "protect_data"  # what is set and agreed on about people's data, and its record
    TAKE_OUT = "take_out"  # all data of the municipality out of here, and the end of it
    WRITE_TRACKS = "write_tracks"  # the library of this installation: edit it and publish from it


class SchoolKind(StrEnum):
    """Words of requirement F-09 and O-01; labels per country live in the catalogues of i18n."""

    PRIMARY = "1-7"
    LOWER_SECONDARY = "8-10"
    COMBINED = "1-10"
    UPPER_SECONDARY = "upper-secondary"
    SPECIAL = "special"
    ADULT = "adult"
    PRESCHOOL = "preschool"


class OwnerKind(StrEnum):
    """Who answers for the units."""

    MUNICIPALITY = "municipality"
    COUNTY = "county"
    PRIVATE = "private"


_KIND_NAMES = {
    SchoolKind.PRIMARY: N_("Years 1-7"),
    SchoolKind.LOWER_SECONDARY: N_("Years 8-10"),
    SchoolKind.COMBINED: N_("Years 1-10"),
    SchoolKind.UPPER_SECONDARY: N_("Upper secondary"),
    SchoolKind.SPECIAL: N_("Special school"),
    SchoolKind.ADULT: N_("Adult education"),
    SchoolKind.PRESCHOOL: N_("Preschool"),
}

# Years are counted from the preschool class there, and are nine.
_IN_SWEDEN = {
    SchoolKind.PRIMARY: N_("Years F-6"),
    SchoolKind.LOWER_SECONDARY: N_("Years 7-9"),
    SchoolKind.COMBINED: N_("Years F-9"),
}


def kind_names(country: str) -> dict[SchoolKind, str]:
    """As the types of units are called there: message ids."""
    return _KIND_NAMES | _IN_SWEDEN if country == "SE" else _KIND_NAMES


_ALONE = frozenset({Permission.OWN_WORK})
_STAFF = _ALONE | {Permission.SEE_SCHOOL_NUMBERS}
_OFFICE = _STAFF | {
    Permission.READ_LEADERS,
    Permission.SEE_MUNICIPALITY,
    Permission.DESCRIBE_SCHOOL,
    Permission.SEE_BRANCH,
    Permission.SEE_ROLES,
    Permission.GIVE_ROLES,
    Permission.ORGANISE,
}
GIVES: dict[Role, frozenset[Permission]] = {
    Role.NEWCOMER: _ALONE,
    Role.TEACHER: _STAFF,
    Role.ASSISTANT: _STAFF,
    Role.SPECIAL_EDUCATOR: _STAFF,
    Role.LEADER: _STAFF | {Permission.LEAD, Permission.READ_LEADERS},
    Role.SPREADER: _STAFF | {Permission.READ_LEADERS, Permission.SEE_BRANCH},
    Role.LEAD_SPREADER: _STAFF
    | {Permission.READ_LEADERS, Permission.SEE_BRANCH, Permission.GIVE_ROLES},
    Role.SCHOOL_LEADER: _STAFF
    | {
        Permission.READ_LEADERS,
        Permission.DESCRIBE_SCHOOL,
        Permission.SEE_BRANCH,
        Permission.GIVE_ROLES,
    },
    Role.COORDINATOR: _OFFICE,
    Role.AUTHOR: _ALONE | {Permission.WRITE_TRACKS, Permission.READ_LEADERS},
    Role.MODERATOR: _ALONE,
    Role.REGISTRAR: _ALONE,
    Role.PEDAGOGICAL_REVIEWER: _ALONE,
    Role.TECHNICAL_REVIEWER: _ALONE,
    Role.DIRECTOR: _ALONE,
    Role.RESEARCHER: _STAFF | {Permission.SEE_MUNICIPALITY},
    Role.PRIVACY_OFFICER: _ALONE
    | {Permission.SEE_ROLES, Permission.SEE_AUDIT, Permission.PROTECT_DATA},
    Role.ADMINISTRATOR: _OFFICE
    | {
        Permission.CONNECT_LMS,
        Permission.SEE_AUDIT,
        Permission.PROTECT_DATA,
        Permission.TAKE_OUT,
    },
}
# Opened by a login of one's own only: whoever runs an LMS can be anybody in it (check 40).
BY_OWN_LOGIN: Final = frozenset(
    {
        Permission.CONNECT_LMS,
        Permission.SEE_AUDIT,
        Permission.PROTECT_DATA,
        Permission.TAKE_OUT,
    }
)
# How long ago somebody may have shown who they are where much can be lost (check 40).
FRESH: Final = timedelta(minutes=15)


class Way(StrEnum):
    """How somebody has signed in."""

    LTI = "lti"
    OIDC = "oidc"
    PASSKEY = "passkey"
    CODE = "code"


class Context(Struct, frozen=True):
    """A course of an LMS, by the names of LTI."""

    deployment_id: int
    context_id: str


NOWHERE = 0  # in a school id's place, for a team without schools: no school has this number


class Actor(Struct, frozen=True):
    """The person behind a request, with what they may do where."""

    person_id: int
    municipality_id: int
    school_id: int | None
    roles: frozenset[tuple[Role, int | None]]  # (role, school id; None = the whole municipality)
    name: str | None = None
    language: str | None = None
    device: str | None = None
    way: Way = Way.LTI
    proved_at: datetime | None = None
    # When all data of the municipality is deleted, if that is announced.
    ends_at: datetime | None = None
    # Nobody here made them a leader, their LMS says so: of those who came from this course.
    leads_only: Context | None = None

    @property
    def has_own_login(self) -> bool:
        """They came by a login of their own, not by an LMS."""
        return self.way is not Way.LTI

    @property
    def is_trusted(self) -> bool:
        """A role of theirs opens what an LMS must not open by itself."""
        return any(BY_OWN_LOGIN & GIVES[role] for role, _ in self.roles)

    def has_just_proved(self, now: datetime) -> bool:
        return self.proved_at is not None and now - FRESH < self.proved_at <= now

    def may(self, permission: Permission) -> bool:
        """True if some role gives it somewhere."""
        if permission in (Permission.PUBLIC, Permission.KNOWN):
            return True
        return any(permission in GIVES[role] for role, _ in self.roles)

    def may_at(self, permission: Permission, school_id: int) -> bool:
        """True if a role gives it at this school. The caller has checked the municipality."""
        return any(
            permission in GIVES[role] and scope in (None, school_id) for role, scope in self.roles
        )

    def schools_where(self, permission: Permission) -> frozenset[int] | None:
        """The schools at which a role gives it; None: everywhere in the municipality."""
        scopes = {scope for role, scope in self.roles if permission in GIVES[role]}
        if None in scopes:
            return None
        return frozenset(scope for scope in scopes if scope)


def roles_at_sign_in(
    granted: frozenset[tuple[Role, int | None]], school_id: int | None, *, leads_here: bool
) -> frozenset[tuple[Role, int | None]]:
    """What was granted here, and what the launch itself gives: teacher, or leader, at one school.

    LTI roles never give more than that (security rule T29).
    """
    if school_id is None:
        # They may work before they have said which school it counts for.
        return granted | {(Role.NEWCOMER, None)}
    return granted | {(Role.LEADER if leads_here else Role.TEACHER, school_id)}


def month_of(moment: datetime) -> date:
    """Its first day."""
    return local_day(moment).replace(day=1)


def natural_key(name: str) -> tuple[object, ...]:
    """Sort key that puts "Sample school 3" before "Sample school 12"."""
    digits = "".join(c if c.isdigit() else " " for c in name).split()
    letters = "".join(" " if c.isdigit() else c for c in name.casefold()).split()
    return (" ".join(letters), *(int(d) for d in digits))


def sees_names(actor: Actor, school_id: int) -> bool:
    """Those who would ask there, and those who answer for it; never who only counts."""
    return (
        actor.school_id == school_id
        or actor.may_at(Permission.DESCRIBE_SCHOOL, school_id)
        or actor.may_at(Permission.SEE_BRANCH, school_id)
    )
