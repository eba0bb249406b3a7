"""Reads of links and scores."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, select

from lti.ports import Registration
from tracks.db import Prepared, Session
from tracks.lms.models import deployment, registration, resource_link, score
from tracks.people.models import municipality, person

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
    )


def active_registration(session: Session, registration_id: int) -> Registration | None:
    """None when it, or its municipality, is switched off."""
    found = registration_and_owner(session, registration_id)
    return found and found[0]


def registration_and_owner(
    session: Session, registration_id: int
) -> tuple[Registration, int] | None:
    """The active registration with the id of its municipality."""
    row = session.execute(_BY_ID, {"registration_id": registration_id}).one_or_none()
    return None if row is None else (as_registration(row), row.municipality_id)


@dataclass(frozen=True, slots=True)
class Transfer:
    """How a person's work in one track stands in the gradebook of the LMS."""

    wanted: float | None
    sent: float | None
    sent_at: datetime | None
    failed: str | None
    wanted_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        return self.wanted is not None and self.wanted != self.sent and self.failed is None


_TRANSFERS = Prepared(
    select(score.c.wanted, score.c.sent, score.c.sent_at, score.c.failed, score.c.wanted_at)
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        resource_link.c.track_id == bindparam("track_id"),
        resource_link.c.lineitem_url.is_not(None),
    )
)


def transfers(session: Session, person_id: int, track_id: int) -> list[Transfer]:
    rows = session.execute(_TRANSFERS, {"person_id": person_id, "track_id": track_id})
    return [Transfer(r.wanted, r.sent, r.sent_at, r.failed, r.wanted_at) for r in rows]


@dataclass(frozen=True, slots=True)
class ToSend:
    """Everything one score needs on its way."""

    registration: Registration
    deployment_id: str
    lineitem_url: str
    sub: str
    wanted: float
    wanted_at: datetime
    sent: float | None
    last_timestamp: datetime | None


_TO_SEND = (
    select(
        score.c.sub,
        score.c.wanted,
        score.c.wanted_at,
        score.c.sent,
        score.c.last_timestamp,
        resource_link.c.lineitem_url,
        deployment.c.deployment_id,
        deployment.c.status,
        deployment.c.registration_id,
    )
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .join(deployment, deployment.c.id == resource_link.c.deployment_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        score.c.resource_link_id == bindparam("resource_link_id"),
    )
)


SwitchedOff = Literal["switched_off"]


def score_to_send(
    session: Session, person_id: int, resource_link_id: int
) -> ToSend | SwitchedOff | None:
    """None when there is nothing to send, or no column for it."""
    row: Row[Any] | None = session.execute(
        _TO_SEND, {"person_id": person_id, "resource_link_id": resource_link_id}
    ).one_or_none()
    if row is None or row.wanted is None or not row.lineitem_url:
        return None
    found = active_registration(session, row.registration_id)
    if found is None or row.status != "enabled":
        return "switched_off"
    return ToSend(
        registration=found,
        deployment_id=row.deployment_id,
        lineitem_url=row.lineitem_url,
        sub=row.sub,
        wanted=row.wanted,
        wanted_at=row.wanted_at,
        sent=row.sent,
        last_timestamp=row.last_timestamp,
    )


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
    select(person.c.school_id)
    .join(_FROM_CONTEXT, _FROM_CONTEXT.c.person_id == person.c.id)
    .where(person.c.school_id.is_not(None))
    .group_by(person.c.school_id)
    .order_by(func.count().desc(), person.c.school_id)
    .limit(1)
)


def likely_school(session: Session, deployment_id: int, context_id: str) -> int | None:
    """The school most people of this course belong to: a guess for a newcomer in it."""
    found: int | None = session.execute(
        _LIKELY_SCHOOL, {"deployment_id": deployment_id, "context_id": context_id}
    ).scalar_one_or_none()
    return found


def registrations(session: Session) -> list[Row[Any]]:
    return list(
        session.execute(
            select(registration, deployment.c.deployment_id, deployment.c.status)
            .outerjoin(deployment, deployment.c.registration_id == registration.c.id)
            .order_by(registration.c.id, deployment.c.id)
        )
    )
