"""Writes of connected LMSs: registrations and their deployments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.lms.models import deployment, registration, used_nonce
from tracks.lms.rules import ScorePolicy, usual_policy
from tracks.people.actions import end_sign_ins_of_deployment


def register(
    session: Session,
    *,
    municipality_id: int,
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str | None,
    jwks_url: str,
    deployment_ids: list[str],
    now: datetime,
    audience: str | None = None,
    platform_family: str = "",
    service_hosts: Sequence[str] | None = None,
    score_policy: ScorePolicy | None = None,
) -> int:
    """An approved registration with enabled deployments; the same again updates its addresses.

    `service_hosts`, `score_policy`: None leaves what is there.
    """
    values: dict[str, Any] = {
        "municipality_id": municipality_id,
        "auth_url": auth_url,
        "token_url": token_url,
        "jwks_url": jwks_url,
        "audience": audience,
        "platform_family": platform_family,
        "is_active": True,
    }
    if service_hosts is not None:
        values["service_hosts"] = [host.lower() for host in service_hosts]
    if score_policy is not None:
        values["score_policy"] = score_policy
    first = {"score_policy": usual_policy(platform_family), **values}
    statement = insert_or(registration).values(
        issuer=issuer, client_id=client_id, registered_at=now, **first
    )
    registration_id: int = session.execute(
        statement.on_conflict_do_update(
            index_elements=["issuer", "client_id"], set_=values
        ).returning(registration.c.id)
    ).scalar_one()
    for deployment_id in deployment_ids:
        approve_deployment(session, registration_id, deployment_id, now)
    session.emit(
        Noted("lms_registered", municipality_id, now, parameters={"registration": registration_id})
    )
    return registration_id


def approve_deployment(
    session: Session, registration_id: int, deployment_id: str, now: datetime
) -> None:
    session.execute(
        insert_or(deployment)
        .values(
            registration_id=registration_id,
            deployment_id=deployment_id,
            status="enabled",
            seen_at=now,
        )
        .on_conflict_do_update(
            index_elements=["registration_id", "deployment_id"], set_={"status": "enabled"}
        )
    )


def note_switched(
    session: Session,
    registration_id: int,
    now: datetime,
    *,
    on: bool,
    deployment_id: int | None = None,
    actor_id: int | None = None,
) -> None:
    """For the audit log: an LMS, or one deployment of it, is on or off from now on."""
    municipality_id = session.execute(
        select(registration.c.municipality_id).where(registration.c.id == registration_id)
    ).scalar_one_or_none()
    if municipality_id is not None:
        said = {"registration": registration_id, "deployment": deployment_id, "on": on}
        session.emit(
            Noted("lms_switched", municipality_id, now, actor_id=actor_id, parameters=said)
        )


def switch_off_deployment(session: Session, registration_id: int, deployment_id: str) -> bool:
    """No more launches, and the sign-ins that came by it end now (T39). False: no such one."""
    row = session.execute(
        update(deployment)
        .where(
            deployment.c.registration_id == registration_id,
            deployment.c.deployment_id == deployment_id,
        )
        .values(status="off")
        .returning(deployment.c.id)
    ).one_or_none()
    if row is None:
        return False
    end_sign_ins_of_deployment(session, row.id)
    return True


def move_registration(
    session: Session, municipality_id: int, client_id: str, issuer: str, addresses: dict[str, str]
) -> int | None:
    """Give a municipality's registration of this client a new issuer and addresses; its id.

    None when there is no such registration.
    """
    row = session.execute(
        update(registration)
        .where(
            registration.c.municipality_id == municipality_id,
            registration.c.client_id == client_id,
        )
        .values(issuer=issuer, **addresses)
        .returning(registration.c.id)
    ).one_or_none()
    return None if row is None else int(row.id)


def forget_used_nonces(session: Session, now: datetime) -> int:
    """Drop nonces whose tokens are too old to be taken anyway; how many."""
    return session.execute(delete(used_nonce).where(used_nonce.c.forget_at <= now)).rowcount
