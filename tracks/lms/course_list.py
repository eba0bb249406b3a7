"""What the list of a course's members changes here. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from lti.roles import Roles
from lti.tool.roster import Member

MOST_LOST_PERCENT = 30  # of the active members, in one list
MISSING_BEFORE_INACTIVE = 2
LONGEST_NAME = 200


class CourseRole(StrEnum):
    """All we keep of the roles that an LMS gives in a course."""

    LEADER = "leader"
    PARTICIPANT = "participant"
    OTHER = "other"  # an observer, an administrator, a test user, nobody knows


def course_role(roles: Roles) -> CourseRole:
    if leads_course(roles):
        return CourseRole.LEADER
    if roles.is_learner and not roles.is_test_user:
        return CourseRole.PARTICIPANT
    return CourseRole.OTHER


def leads_course(roles: Roles) -> bool:
    return roles.is_instructor or roles.is_teaching_assistant


class Enrolled(NamedTuple):
    """A member of a course, as we keep them."""

    role: str
    name: str | None
    is_active: bool = True
    missing: int = 0  # whole lists in a row


def enrolled(member: Member) -> Enrolled:
    """Whoever is not active (any more) leaves no name here."""
    is_active = member.status == "Active"
    name = member.name[:LONGEST_NAME] if is_active and member.name else None
    return Enrolled(course_role(member.roles), name, is_active)


class Held(NamedTuple):
    """A list that shrank too much to be believed at once (S15)."""

    listed: int
    known: int


def changes_by_whole_list(
    known: Mapping[str, Enrolled], listed: Mapping[str, Enrolled], *, accepted: int | None = None
) -> dict[str, Enrolled] | Held:
    """The members that are to be written, by `sub`. Nobody is ever left out for good.

    `accepted`: a leader has said that a list with so many is right; one with fewer is held again.
    Then who is missing has left. Else only who is missing for the second time in a row.
    """
    before = sum(member.is_active for member in known.values())
    now = sum(member.is_active for member in listed.values())
    is_shrunken = now == 0 or 100 * (before - now) > MOST_LOST_PERCENT * before
    if is_shrunken and (accepted is None or now < accepted):
        return Held(now, before)
    changed = changes_by_differences(known, listed)
    for sub, member in known.items():
        if member.is_active and sub not in listed:
            changed[sub] = _missing(member, has_left=is_shrunken)
    return changed


def changes_by_differences(
    known: Mapping[str, Enrolled], listed: Mapping[str, Enrolled]
) -> dict[str, Enrolled]:
    """The same for a list of those only who changed: about the others it says nothing."""
    return {
        sub: member
        for sub, member in listed.items()
        if known.get(sub) != member and (member.is_active or sub in known)
    }


def _missing(member: Enrolled, *, has_left: bool) -> Enrolled:
    times = member.missing + 1
    if has_left or times >= MISSING_BEFORE_INACTIVE:
        return Enrolled(member.role, None, is_active=False)
    return member._replace(missing=times)
