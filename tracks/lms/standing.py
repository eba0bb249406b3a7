"""Reads of how an LMS stands: what its services last did, and its installations."""

from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Row, func, select

from lti.ports import Registration
from lti.tool.service_urls import hosts_of
from tracks.db import Session
from tracks.lms.checkup import Known, NotCalled, Refused, Standing
from tracks.lms.models import (
    deployment,
    refused_address,
    refused_launch,
    registration,
    service_state,
    tool_key,
)
from tracks.lms.queries import as_registration
from tracks.lms.rules import Offer, Service

LAST_DAYS: Final = timedelta(days=7)


class Subject(Struct, frozen=True):
    """An LMS that is to be tested."""

    registration: Registration
    deployment_id: str  # one in use, for asking in its name; "" where there is none
    known: Known


def subject_of_checkup(
    session: Session, registration_id: int, now: datetime, municipality_id: int | None = None
) -> Subject | None:
    """None when there is no such LMS, or it belongs to another municipality than this one."""
    found = session.execute(
        select(registration).where(registration.c.id == registration_id)
    ).one_or_none()
    if found is None or municipality_id not in (None, found.municipality_id):
        return None
    in_use = session.execute(
        select(deployment.c.deployment_id)
        .where(deployment.c.registration_id == registration_id, deployment.c.status == "enabled")
        .order_by(deployment.c.id)
        .limit(1)
    ).scalar_one_or_none()
    known = Known(
        _standing(session, registration_id),
        _deployments(session, registration_id),
        found.is_active,
        _refused(session, registration_id, now),
        tuple(not_called(session, as_registration(found), now)),
    )
    return Subject(as_registration(found), in_use or "", known)


def not_called(session: Session, of: Registration, now: datetime) -> list[NotCalled]:
    """Each once, as last seen; without those whose host has been approved meanwhile."""
    key = (refused_address.c.service, refused_address.c.host, refused_address.c.reason)
    last = func.max(refused_address.c.seen_at, type_=refused_address.c.seen_at.type).label("last")
    rows = session.execute(
        select(*key, last)
        .where(
            refused_address.c.registration_id == of.id,
            refused_address.c.seen_at > now - LAST_DAYS,
        )
        .group_by(*key)
        .order_by(*key)
    )
    return [
        NotCalled(Offer(row.service), row.host, row.reason, row.last)
        for row in rows
        if not (row.reason == "host_not_allowed" and row.host in hosts_of(of))
    ]


def hosts_to_approve(
    session: Session, municipality_id: int, now: datetime
) -> dict[int, dict[str, list[Offer]]]:
    """Of each LMS: hosts that its launches have named, with what for."""
    found: dict[int, dict[str, list[Offer]]] = {}
    rows = session.execute(
        select(registration).where(registration.c.municipality_id == municipality_id)
    )
    for row in rows.all():
        hosts = found.setdefault(row.id, {})
        for each in not_called(session, as_registration(row), now):
            if each.reason == "host_not_allowed":
                hosts.setdefault(each.host, []).append(each.service)
    return found


def key_times(session: Session) -> list[Row[Any]]:
    """Our own keys: kid, active_from, published_until; the oldest first."""
    times = (tool_key.c.kid, tool_key.c.active_from, tool_key.c.published_until)
    return list(session.execute(select(*times).order_by(tool_key.c.active_from)))


def _standing(session: Session, registration_id: int) -> dict[Service, Standing]:
    rows = session.execute(
        select(service_state).where(service_state.c.registration_id == registration_id)
    )
    return {
        Service(row.service): Standing(row.ok_at, row.failed_at, row.reason, row.clock_ahead)
        for row in rows
    }


def _refused(session: Session, registration_id: int, now: datetime) -> tuple[Refused, ...]:
    launches = func.sum(refused_launch.c.launches).label("number")
    rows = session.execute(
        select(
            refused_launch.c.reason,
            launches,
            func.max(refused_launch.c.last_at, type_=refused_launch.c.last_at.type).label("last"),
        )
        .where(
            refused_launch.c.registration_id == registration_id,
            refused_launch.c.last_at > now - LAST_DAYS,
        )
        .group_by(refused_launch.c.reason)
        .order_by(launches.desc(), refused_launch.c.reason)
    )
    return tuple(Refused(row.reason, int(row.number), row.last) for row in rows)


def _deployments(session: Session, registration_id: int) -> dict[str, int]:
    rows = session.execute(
        select(deployment.c.status, func.count().label("number"))
        .where(deployment.c.registration_id == registration_id)
        .group_by(deployment.c.status)
    )
    return {row.status: row.number for row in rows}
