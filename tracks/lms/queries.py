"""Reads of links and scores."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Join, Row, Table, and_, bindparam, exists, func, select

from lti.ports import Registration
from lti.tool.launch import Launch
from tracks.db import Prepared, Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.lms.models import (
    course,
    course_group,
    course_group_member,
    course_lead,
    course_member,
    deep_link_selection,
    deployment,
    invitation,
    notice_handler,
    registration,
    registration_request,
    resource_link,
    score,
)
from tracks.people.models import account, municipality, person, school

_ACTIVE = (
    select(registration)
    .join(municipality, municipality.c.id == registration.c.municipality_id)
    .where(registration.c.is_active.is_(True), municipality.c.is_active.is_(True))
)
_OF_ISSUER = _ACTIVE.where(registration.c.issuer == bindparam("issuer")).limit(10)
BY_ISSUER = Prepared(_OF_ISSUER)
BY_CLIENT = Prepared(_OF_ISSUER.where(registration.c.client_id == bindparam("client_id")))
_BY_ID = Prepared(_ACTIVE.where(registration.c.id == bindparam("registration_id")))


def as_registration(row: Row[Any]) -> Registration:
    return Registration(
        id=row.id,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        audience=row.audience,
        platform_family=row.platform_family,
        service_hosts=tuple(row.service_hosts),
    )


def active_registration(session: Session, registration_id: int) -> Registration | None:
    """None when it, or its municipality, is switched off."""
    row = session.execute(_BY_ID, {"registration_id": registration_id}).one_or_none()
    return None if row is None else as_registration(row)


_FROM_CONTEXT = (
    select(score.c.person_id)
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .where(
        resource_link.c.deployment_id == bindparam("deployment_id"),
        resource_link.c.context_id == bindparam("context_id"),
    )
    .distinct()
    .limit(200)
    .subquery()
)
_LIKELY_SCHOOL = Prepared(
    select(
        select(person.c.school_id)
        .join(_FROM_CONTEXT, _FROM_CONTEXT.c.person_id == person.c.id)
        .where(person.c.school_id.is_not(None))
        .group_by(person.c.school_id)
        .order_by(func.count().desc(), person.c.school_id)
        .limit(1)
        .scalar_subquery()
        .label("guess"),
        exists()
        .where(
            school.c.municipality_id == bindparam("municipality_id"), school.c.closed_on.is_(None)
        )
        .label("has_schools"),
    )
)


def likely_school(
    session: Session, municipality_id: int, deployment_id: int, context_id: str | None
) -> tuple[int | None, bool]:
    """The school most people of this course belong to, a guess for a newcomer in it; are there any?

    Links of launches without a course are of none together: no guess.
    """
    row = session.execute(
        _LIKELY_SCHOOL,
        {
            "municipality_id": municipality_id,
            "deployment_id": deployment_id,
            "context_id": context_id,
        },
    ).one()
    return row.guess, bool(row.has_schools)


def registrations(session: Session) -> list[Row[Any]]:
    return list(
        session.execute(
            select(registration, deployment.c.deployment_id, deployment.c.status)
            .outerjoin(deployment, deployment.c.registration_id == registration.c.id)
            .order_by(registration.c.id, deployment.c.id)
        )
    )


class HandlerToRegister(Struct, frozen=True):
    registration: Registration
    deployment_id: str
    url: str


def handler_to_register(session: Session, deployment_id: int) -> HandlerToRegister | None:
    """None when it, its LMS or its municipality is switched off."""
    row = session.execute(
        select(deployment.c.registration_id, deployment.c.deployment_id, notice_handler.c.url)
        .join(notice_handler, notice_handler.c.deployment_id == deployment.c.id)
        .where(deployment.c.id == deployment_id, deployment.c.status == "enabled")
    ).one_or_none()
    found = None if row is None else active_registration(session, row.registration_id)
    if row is None or found is None:
        return None
    return HandlerToRegister(found, row.deployment_id, row.url)


def reviewed_link(session: Session, message: Launch, person_id: int) -> int | None:
    """The link of this course whose column the LMS shows, if that person has come by it."""
    if message.ags is None or message.ags.lineitem is None:
        return None
    wanted = [
        resource_link.c.deployment_id == message.deployment.id,
        resource_link.c.context_id == (message.context.id if message.context else ""),
        resource_link.c.lineitem_url == message.ags.lineitem,
        score.c.person_id == person_id,
    ]
    if message.resource_link is not None:
        wanted.append(resource_link.c.link_id == message.resource_link.id)
    found: int | None = session.execute(
        select(resource_link.c.id)
        .join(score, score.c.resource_link_id == resource_link.c.id)
        .where(*wanted)
        .limit(1)
    ).scalar_one_or_none()
    return found


class Review(Struct, frozen=True):
    address: str
    name: str | None


def review(session: Session, municipality_id: int, link_id: int, person_id: int) -> Review | None:
    """None where the person has not come by the link, or the link is another municipality's."""
    row = session.execute(
        select(resource_link.c.address, person.c.name)
        .join(score, score.c.resource_link_id == resource_link.c.id)
        .join(person, person.c.id == score.c.person_id)
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .where(
            resource_link.c.id == link_id,
            resource_link.c.municipality_id == municipality_id,
            deployment.c.status == "enabled",
            person.c.id == person_id,
        )
    ).one_or_none()
    return None if row is None else Review(row.address, row.name)


def _with_account(listed: Table, rows: Join) -> Join:
    """Lists of an LMS know people by `sub`, as does the account of whoever has been here."""
    of_lms = rows.join(deployment, deployment.c.id == course.c.deployment_id)
    return of_lms.join(
        account,
        and_(
            account.c.registration_id == deployment.c.registration_id,
            account.c.sub == listed.c.sub,
        ),
    )


KEPT = (
    Kept(
        score.c.person_id,
        N_("Links of courses by which the person came, with the score that the LMS should have"),
        N_("to send the score to the gradebook"),
    ),
    Kept(
        deep_link_selection.c.person_id,
        N_("Choices of content begun for a course"),
        N_("so that only the one who began can finish"),
        N_("an hour, then it is deleted"),
    ),
    Kept(
        course_lead.c.person_id,
        N_("Courses the person leads, as the LMS says"),
        N_("so that the list of the course opens for those who lead it"),
        active=course_lead.c.led_at,
    ),
    Kept(
        account.c.person_id,
        N_("Places on a course's list of participants, as the LMS has it"),
        N_("so that whoever leads the course sees who is in it"),
        N_("until the LMS says that the person has left"),
        among=_with_account(course_member, course_member.join(course)),
    ),
    Kept(
        account.c.person_id,
        N_("Places in a group of a course, as the LMS has it"),
        N_("so that whoever leads the course sees the groups"),
        N_("until the LMS says that the person has left"),
        among=_with_account(
            course_group_member, course_group_member.join(course_group).join(course)
        ),
    ),
    Kept(
        invitation.c.made_by,
        N_("Invitations made to connect an LMS"),
        N_("so that it can be seen who invited"),
        N_("as long as the connection is kept; only a number is left of you"),
        fate=Fate.LEAVE,
    ),
    Kept(
        registration_request.c.decided_by,
        N_("Connections of LMSs decided upon"),
        N_("so that it can be seen who decided"),
        N_("as long as the connection is kept; only a number is left of you"),
        fate=Fate.LEAVE,
    ),
)
