"""Who may what. One table of permissions; ADR 0001 says why each line is there."""

from dataclasses import dataclass
from enum import StrEnum

from tracks.i18n import N_


class Role(StrEnum):
    NEWCOMER = "newcomer"  # a teacher who has not said yet which school is theirs
    TEACHER = "teacher"
    LEADER = "leader"  # of a change group, at one school
    SCHOOL_LEADER = "school_leader"
    COORDINATOR = "coordinator"  # of the municipality
    AUTHOR = "author"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    PUBLIC = "public"  # anybody, signed in or not
    KNOWN = "known"  # anybody who is signed in: which school, which language
    OWN_WORK = "own_work"  # one's own progress and answers
    LEAD = "lead"  # leader scripts; record joint work at one's school
    SEE_SCHOOL_NUMBERS = "see_school_numbers"  # aggregates of one's own school
    SEE_MUNICIPALITY = "see_municipality"  # aggregates of every school of one's municipality
    CONNECT_LMS = "connect_lms"  # connect LMSs of one's municipality
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


SCHOOL_KIND_NAMES = {
    SchoolKind.PRIMARY: N_("Years 1-7"),
    SchoolKind.LOWER_SECONDARY: N_("Years 8-10"),
    SchoolKind.COMBINED: N_("Years 1-10"),
    SchoolKind.UPPER_SECONDARY: N_("Upper secondary"),
    SchoolKind.SPECIAL: N_("Special school"),
    SchoolKind.ADULT: N_("Adult education"),
    SchoolKind.PRESCHOOL: N_("Preschool"),
}

GIVES: dict[Role, frozenset[Permission]] = {
    Role.NEWCOMER: frozenset({Permission.OWN_WORK}),
    Role.TEACHER: frozenset({Permission.OWN_WORK, Permission.SEE_SCHOOL_NUMBERS}),
    Role.LEADER: frozenset({Permission.OWN_WORK, Permission.SEE_SCHOOL_NUMBERS, Permission.LEAD}),
    Role.SCHOOL_LEADER: frozenset({Permission.OWN_WORK, Permission.SEE_SCHOOL_NUMBERS}),
    Role.COORDINATOR: frozenset(
        {Permission.OWN_WORK, Permission.SEE_SCHOOL_NUMBERS, Permission.SEE_MUNICIPALITY}
    ),
    Role.AUTHOR: frozenset({Permission.OWN_WORK, Permission.WRITE_TRACKS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.OWN_WORK,
            Permission.SEE_SCHOOL_NUMBERS,
            Permission.SEE_MUNICIPALITY,
            Permission.CONNECT_LMS,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, with what they may do where."""

    person_id: int
    municipality_id: int
    school_id: int | None
    roles: frozenset[tuple[Role, int | None]]  # (role, school id; None = the whole municipality)
    name: str | None = None
    language: str | None = None

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


def natural_key(name: str) -> tuple[object, ...]:
    """Sort key that puts "Sample school 3" before "Sample school 12"."""
    digits = "".join(c if c.isdigit() else " " for c in name).split()
    letters = "".join(" " if c.isdigit() else c for c in name.casefold()).split()
    return (" ".join(letters), *(int(d) for d in digits))
