"""Reads of connected LMSs, of those that ask to be, and of invitations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, Select, func, select

from lti.jose import import_public
from tracks.db import Session
from tracks.lms.models import (
    deployment,
    invitation,
    platform_key_set,
    registration,
    registration_request,
)
from tracks.people.models import account, municipality, person


class Invited(Struct, frozen=True):
    """A live invitation, and how far it has come."""

    id: int
    municipality_id: int
    municipality: str
    expires_at: datetime
    is_used: bool


class Request(Struct, frozen=True):
    """What an administrator compares before saying yes."""

    id: int
    municipality_id: int
    registration_id: int | None
    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str | None
    jwks_url: str
    product: str
    deployment_id: str | None
    scopes: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]  # kid and thumbprint
    keys_failed: str | None
    foreign_hosts: tuple[str, ...]
    status: str
    requested_at: datetime
    changes: bool  # an LMS with this issuer and client is connected here already


class Installation(Struct, frozen=True):
    """A deployment of an LMS."""

    id: int
    deployment_id: str
    status: str
    seen_at: datetime


class Connection(Struct, frozen=True):
    id: int
    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str | None
    jwks_url: str
    is_active: bool
    registered_at: datetime
    first_launch_at: datetime | None
    deployments: tuple[Installation, ...]
    service_hosts: tuple[str, ...]
    score_policy: str
    keys: tuple[tuple[str, str], ...]  # kid and thumbprint, as last read

    @property
    def waiting(self) -> list[Installation]:
        return [each for each in self.deployments if each.status == "pending"]


def live_invitation(session: Session, token_hash: str, now: datetime) -> Invited | None:
    row = session.execute(
        select(invitation, municipality.c.name.label("municipality"))
        .join(municipality, municipality.c.id == invitation.c.municipality_id)
        .where(
            invitation.c.token_hash == token_hash,
            invitation.c.expires_at > now,
            municipality.c.is_active.is_(True),
        )
    ).one_or_none()
    if row is None:
        return None
    return Invited(
        row.id, row.municipality_id, row.municipality, row.expires_at, row.used_at is not None
    )


_REQUEST = (
    select(registration_request, registration.c.id.label("existing_id"))
    .outerjoin(
        registration,
        (registration.c.issuer == registration_request.c.issuer)
        & (registration.c.client_id == registration_request.c.client_id)
        & (registration.c.municipality_id == registration_request.c.municipality_id),
    )
    .order_by(registration_request.c.id.desc())
)


def request_of_invitation(session: Session, invitation_id: int) -> Request | None:
    """The newest that was not refused."""
    return _first_request(
        session,
        _REQUEST.where(
            registration_request.c.invitation_id == invitation_id,
            registration_request.c.status != "refused",
        ),
    )


def request_of_municipality(
    session: Session, municipality_id: int, request_id: int
) -> Request | None:
    """None for another municipality's too: no id and a foreign id look the same."""
    return _first_request(
        session,
        _REQUEST.where(
            registration_request.c.municipality_id == municipality_id,
            registration_request.c.id == request_id,
        ),
    )


def pending_requests(session: Session, municipality_id: int | None = None) -> list[Request]:
    """Of one municipality, or of all."""
    statement = _REQUEST.where(registration_request.c.status == "pending")
    if municipality_id is not None:
        statement = statement.where(registration_request.c.municipality_id == municipality_id)
    return [_request(row) for row in session.execute(statement)]


def _first_request(session: Session, statement: Select[Any]) -> Request | None:
    row = session.execute(statement.limit(1)).one_or_none()
    return None if row is None else _request(row)


def _request(row: Row[Any]) -> Request:
    return Request(
        id=row.id,
        municipality_id=row.municipality_id,
        registration_id=row.registration_id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        product=row.product,
        deployment_id=row.deployment_id,
        scopes=tuple(row.scopes),
        keys=tuple((kid, thumbprint) for kid, thumbprint in row.platform_keys),
        keys_failed=row.keys_failed,
        foreign_hosts=tuple(row.foreign_hosts),
        status=row.status,
        requested_at=row.requested_at,
        changes=row.existing_id is not None and row.existing_id != row.registration_id,
    )


_FIRST_LAUNCH = (
    select(func.min(person.c.created_at))
    .join(account, account.c.person_id == person.c.id)
    .where(account.c.registration_id == registration.c.id)
    .correlate(registration)
    .scalar_subquery()
    .label("first_launch_at")
)


def connections(session: Session, municipality_id: int) -> list[Connection]:
    rows = session.execute(
        select(registration, _FIRST_LAUNCH)
        .where(registration.c.municipality_id == municipality_id)
        .order_by(registration.c.id)
    ).all()
    installed = _deployments(session, municipality_id)
    keys = _keys(session, municipality_id)
    return [_connection(row, installed, keys.get(row.id, ())) for row in rows]


def connection(session: Session, municipality_id: int, registration_id: int) -> Connection | None:
    """None for another municipality's too."""
    found = connections(session, municipality_id)
    return next((each for each in found if each.id == registration_id), None)


def _deployments(session: Session, municipality_id: int) -> dict[int, list[Installation]]:
    rows = session.execute(
        select(deployment)
        .join(registration, registration.c.id == deployment.c.registration_id)
        .where(registration.c.municipality_id == municipality_id)
        .order_by(deployment.c.id)
    )
    found: dict[int, list[Installation]] = {}
    for row in rows:
        found.setdefault(row.registration_id, []).append(
            Installation(row.id, row.deployment_id, row.status, row.seen_at)
        )
    return found


def _keys(session: Session, municipality_id: int) -> dict[int, tuple[tuple[str, str], ...]]:
    """Those that launches are checked with; before the first one, those that were approved."""
    asked = session.execute(
        select(registration_request.c.registration_id, registration_request.c.platform_keys)
        .where(
            registration_request.c.municipality_id == municipality_id,
            registration_request.c.registration_id.is_not(None),
        )
        .order_by(registration_request.c.id)
    )
    found = {
        row.registration_id: tuple((kid, seen) for kid, seen in row.platform_keys) for row in asked
    }
    kept = session.execute(
        select(platform_key_set.c.registration_id, platform_key_set.c.jwks)
        .join(
            registration,
            (registration.c.id == platform_key_set.c.registration_id)
            & (registration.c.jwks_url == platform_key_set.c.url),
        )
        .where(registration.c.municipality_id == municipality_id)
    )
    for row in kept:
        keys = [import_public(jwk) for jwk in row.jwks]
        found[row.registration_id] = tuple(
            (key.kid, key.thumbprint or str(key.flaw)) for key in keys
        )
    return found


def _connection(
    row: Row[Any],
    installed: Mapping[int, list[Installation]],
    keys: tuple[tuple[str, str], ...],
) -> Connection:
    return Connection(
        id=row.id,
        name=row.name or row.issuer,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        is_active=row.is_active,
        registered_at=row.registered_at,
        first_launch_at=row.first_launch_at,
        deployments=tuple(installed.get(row.id, ())),
        service_hosts=tuple(row.service_hosts),
        score_policy=row.score_policy,
        keys=keys,
    )
