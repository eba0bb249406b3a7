"""Reads of courses: for the worker that fetches their lists, and for those who lead them."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, case, distinct, func, select

from lti.ports import Registration
from tracks.catalogue.models import track
from tracks.db import Prepared, Session
from tracks.lms.course_list import CourseRole
from tracks.lms.models import (
    course,
    course_group,
    course_group_member,
    course_lead,
    course_member,
    deployment,
    resource_link,
)
from tracks.lms.queries import active_registration
from tracks.people.models import account, person, sign_in
from tracks.people.rules import natural_key
from tracks.progress.models import track_work


class ToFetch(Struct, frozen=True):
    """What the fetching of one list needs."""

    course_id: int
    municipality_id: int
    registration: Registration
    deployment_id: str  # the LMS's
    context_id: str
    memberships_url: str
    groups_url: str | None
    group_sets_url: str | None
    differences_url: str | None
    whole_at: datetime | None


def course_to_fetch(session: Session, course_id: int) -> ToFetch | None:
    """None when the LMS offers no list, or is switched off."""
    row = session.execute(
        select(course, deployment.c.registration_id, deployment.c.deployment_id.label("named"))
        .join(deployment, deployment.c.id == course.c.deployment_id)
        .where(course.c.id == course_id, deployment.c.status == "enabled")
    ).one_or_none()
    if row is None or row.memberships_url is None:
        return None
    found = active_registration(session, row.registration_id)
    if found is None:
        return None
    return ToFetch(
        course_id=row.id,
        municipality_id=row.municipality_id,
        registration=found,
        deployment_id=row.named,
        context_id=row.context_id,
        memberships_url=row.memberships_url,
        groups_url=row.groups_url,
        group_sets_url=row.group_sets_url,
        differences_url=row.differences_url,
        whole_at=row.whole_at,
    )


class Course(Struct, frozen=True):
    """As its leader sees it."""

    id: int
    registration_id: int
    title: str
    has_list: bool  # the LMS offers one
    asked_at: datetime | None
    synced_at: datetime | None
    reason: str | None
    held_listed: int | None
    held_known: int | None

    @property
    def is_waiting(self) -> bool:
        """Asked for, and not heard of since."""
        asked, got = self.asked_at, self.synced_at
        is_open = self.reason is None and self.held_listed is None
        return is_open and asked is not None and (got is None or got < asked)


# Who may see a course: whoever has led it by a launch since this very sign-in began.
_LED = (
    select(course, deployment.c.registration_id)
    .join(deployment, deployment.c.id == course.c.deployment_id)
    .join(course_lead, course_lead.c.course_id == course.c.id)
    .join(
        sign_in,
        and_(
            sign_in.c.person_id == course_lead.c.person_id,
            sign_in.c.created_at <= course_lead.c.led_at,
            sign_in.c.municipality_id == course.c.municipality_id,
        ),
    )
    .where(sign_in.c.token_hash == bindparam("token_hash"))
)
_LED_COURSE = Prepared(_LED.where(course.c.id == bindparam("course_id")))
_LED_COURSES = Prepared(_LED.order_by(course.c.title, course.c.id))


def led_course(session: Session, course_id: int, token_hash: str) -> Course | None:
    """None for a course that the one who is signed in so does not lead, as for none at all."""
    key = {"course_id": course_id, "token_hash": token_hash}
    row = session.execute(_LED_COURSE, key).one_or_none()
    return None if row is None else _course(row)


def led_courses(session: Session, token_hash: str) -> list[Course]:
    return [_course(row) for row in session.execute(_LED_COURSES, {"token_hash": token_hash})]


def _course(row: Any) -> Course:
    return Course(
        id=row.id,
        registration_id=row.registration_id,
        title=row.title,
        has_list=row.memberships_url is not None,
        asked_at=row.asked_at,
        synced_at=row.synced_at,
        reason=row.reason,
        held_listed=row.held_listed,
        held_known=row.held_known,
    )


class Participant(Struct, frozen=True):
    number: int  # in the order of the list, from 1
    name: str | None
    has_arrived: bool
    sub: str


_ARRIVED = and_(
    account.c.registration_id == bindparam("registration_id"),
    account.c.sub == course_member.c.sub,
)
_OF_COURSE = and_(
    course_member.c.course_id == bindparam("course_id"), course_member.c.is_active.is_(True)
)
_IS_PARTICIPANT = and_(_OF_COURSE, course_member.c.role == CourseRole.PARTICIPANT)


def participants(session: Session, found: Course, *, skip: int, most: int) -> list[Participant]:
    """Those with names first, by name: "Person 3" before "Person 12", as no database sorts."""
    rows = session.execute(
        select(
            course_member.c.sub,
            # Who has become protected since the list came has no name in it either.
            case((person.c.protected_by.is_(None), course_member.c.name)).label("name"),
            account.c.person_id,
        )
        .outerjoin(account, _ARRIVED)
        .outerjoin(person, person.c.id == account.c.person_id)
        .where(_IS_PARTICIPANT),
        {"course_id": found.id, "registration_id": found.registration_id},
    )
    ordered = sorted(rows, key=lambda row: (not row.name, natural_key(row.name or ""), row.sub))
    return [
        Participant(number, row.name, row.person_id is not None, row.sub)
        for number, row in enumerate(ordered[skip : skip + most], skip + 1)
    ]


class Heads(Struct, frozen=True):
    """How many participants, how many of them have been here, and how many lead."""

    participants: int
    arrived: int
    leaders: int


def heads(session: Session, found: Course) -> Heads:
    row = session.execute(
        select(
            func.count()
            .filter(course_member.c.role == CourseRole.PARTICIPANT)
            .label("participants"),
            func.count(account.c.person_id)
            .filter(course_member.c.role == CourseRole.PARTICIPANT)
            .label("arrived"),
            func.count().filter(course_member.c.role == CourseRole.LEADER).label("leaders"),
        )
        .select_from(course_member)
        .outerjoin(account, _ARRIVED)
        .where(_OF_COURSE),
        {"course_id": found.id, "registration_id": found.registration_id},
    ).one()
    return Heads(row.participants, row.arrived, row.leaders)


def started(session: Session, found: Course) -> dict[int, int]:
    """By track the course links to (its version's id): how many participants have started it."""
    tracks = (
        select(resource_link.c.track_id)
        .join(
            course,
            and_(
                course.c.deployment_id == resource_link.c.deployment_id,
                course.c.context_id == resource_link.c.context_id,
            ),
        )
        .where(course.c.id == bindparam("course_id"))
        .distinct()
        .subquery()
    )
    begun = (
        select(track_work.c.track_id, track_work.c.person_id)
        .join(account, account.c.person_id == track_work.c.person_id)
        .join(course_member, _ARRIVED)
        .where(_IS_PARTICIPANT, track_work.c.started_at.is_not(None))
        .subquery()
    )
    rows = session.execute(
        select(track.c.version_id, func.count(distinct(begun.c.person_id)).label("people"))
        .select_from(tracks)
        .join(track, track.c.id == tracks.c.track_id)
        .outerjoin(begun, begun.c.track_id == tracks.c.track_id)
        .group_by(track.c.id, track.c.version_id)
        .order_by(track.c.publisher, track.c.slug),
        {"course_id": found.id, "registration_id": found.registration_id},
    )
    return {row.version_id: row.people for row in rows}


class CourseGroup(Struct, frozen=True):
    name: str  # "" where the LMS gives none
    set_name: str
    members: int


def groups_of(session: Session, found: Course) -> list[CourseGroup]:
    rows = session.execute(
        select(
            course_group.c.name,
            course_group.c.set_name,
            func.count(course_member.c.sub).label("members"),
        )
        .outerjoin(course_group_member, course_group_member.c.course_group_id == course_group.c.id)
        .outerjoin(
            course_member, and_(_OF_COURSE, course_member.c.sub == course_group_member.c.sub)
        )
        .where(course_group.c.course_id == bindparam("course_id"))
        .group_by(course_group.c.id, course_group.c.name, course_group.c.set_name)
        .order_by(course_group.c.set_name, course_group.c.name, course_group.c.id),
        {"course_id": found.id},
    )
    return [CourseGroup(row.name, row.set_name, row.members) for row in rows]
