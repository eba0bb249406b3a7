"""Reads of links and scores."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from lti.ports import Registration
from tracks.db import Session
from tracks.lms.models import deployment, registration, resource_link, score
from tracks.people.models import municipality

_ACTIVE = (
    select(registration)
    .join(municipality, municipality.c.id == registration.c.municipality_id)
    .where(registration.c.is_active.is_(True), municipality.c.is_active.is_(True))
)
BY_ISSUER = _ACTIVE.where(registration.c.issuer == bindparam("issuer")).limit(10)
BY_CLIENT = BY_ISSUER.where(registration.c.client_id == bindparam("client_id"))
_BY_ID = _ACTIVE.where(registration.c.id == bindparam("registration_id"))


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
    row = session.execute(_BY_ID, {"registration_id": registration_id}).one_or_none()
    return None if row is None else as_registration(row)


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


_TRANSFERS = (
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


def score_to_send(session: Session, person_id: int, resource_link_id: int) -> ToSend | None:
    """None when there is nothing to send, or nowhere (link gone, deployment off)."""
    row: Row[Any] | None = session.execute(
        _TO_SEND, {"person_id": person_id, "resource_link_id": resource_link_id}
    ).one_or_none()
    if row is None or row.wanted is None or not row.lineitem_url or row.status != "enabled":
        return None
    found = active_registration(session, row.registration_id)
    if found is None:
        return None
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


def people_in_context(session: Session, deployment_id: int, context_id: str) -> list[int]:
    """Who has launched from this course before."""
    rows = session.execute(
        select(score.c.person_id)
        .join(resource_link, resource_link.c.id == score.c.resource_link_id)
        .where(
            resource_link.c.deployment_id == deployment_id,
            resource_link.c.context_id == context_id,
        )
        .distinct()
        .limit(200)
    )
    return [r.person_id for r in rows]


def registrations(session: Session) -> list[Row[Any]]:
    return list(
        session.execute(
            select(registration, deployment.c.deployment_id, deployment.c.status)
            .outerjoin(deployment, deployment.c.registration_id == registration.c.id)
            .order_by(registration.c.id, deployment.c.id)
        )
    )


_MUNICIPALITY = select(registration.c.municipality_id).where(
    registration.c.id == bindparam("registration_id")
)


def municipality_of_registration(session: Session, registration_id: int) -> int:
    found: int = session.execute(_MUNICIPALITY, {"registration_id": registration_id}).scalar_one()
    return found
