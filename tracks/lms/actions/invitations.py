"""Writes of invitations: one is made, one LMS answers it, and somebody decides."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

from msgspec import Struct
from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.lms.actions.registrations import approve_deployment
from tracks.lms.models import invitation, registration, registration_request
from tracks.lms.rules import usual_policy

LIFE: Final = timedelta(hours=24)  # R1
# Longer than all that we ask an LMS in one registration can take.
CLAIM: Final = timedelta(minutes=2)


class Invitation(Struct, frozen=True):
    token: str
    expires_at: datetime


class Claimed(Struct, frozen=True):
    invitation_id: int
    municipality_id: int


class Asked(Struct, frozen=True):
    """What an LMS, or its administrator's form, says about itself."""

    name: str
    issuer: str
    client_id: str
    auth_url: str
    token_url: str | None
    jwks_url: str
    platform_family: str = ""
    product: str = ""
    deployment_id: str | None = None
    scopes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    foreign_hosts: tuple[str, ...] = ()


class SeenKeys(Struct, frozen=True):
    """The LMS's keys, (kid, thumbprint), when it asked; or why they could not be had."""

    keys: tuple[tuple[str, str], ...] = ()
    failed: str | None = None


class Decider(Struct, frozen=True):
    role: Literal["invitation", "administrator", "operator"]
    person_id: int | None = None


class NotApproved(Exception):
    """Nothing was changed. `reason`: "decided" already, "changes" an LMS that is connected, or
    "taken": connected for another municipality."""

    def __init__(self, reason: Literal["decided", "changes", "taken"]) -> None:
        super().__init__(reason)
        self.reason = reason


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def register_token(token: str) -> str:
    """What stands in the address given to the LMS. Who reads it there cannot open the page."""
    return urlsafe_b64encode(sha256(b"register:" + token.encode()).digest()).decode().rstrip("=")


def invite(
    session: Session, municipality_id: int, now: datetime, *, made_by: int | None = None
) -> Invitation:
    """The token is in the answer and nowhere else."""
    token = secrets.token_urlsafe(32)
    expires_at = now + LIFE
    session.execute(
        insert(invitation).values(
            municipality_id=municipality_id,
            token_hash=hash_of(token),
            register_hash=hash_of(register_token(token)),
            made_by=made_by,
            made_at=now,
            expires_at=expires_at,
        )
    )
    session.emit(Noted("lms_invited", municipality_id, now, actor_id=made_by))
    return Invitation(token, expires_at)


def claim_invitation(session: Session, registering: str, now: datetime) -> Claimed | None:
    """For the time of one registration, by the token of the LMS's address; one of many gets it."""
    row = session.execute(
        update(invitation)
        .where(
            invitation.c.register_hash == hash_of(registering),
            invitation.c.expires_at > now,
            invitation.c.used_at.is_(None),
            or_(invitation.c.claimed_until.is_(None), invitation.c.claimed_until <= now),
        )
        .values(claimed_until=now + CLAIM)
        .returning(invitation.c.id, invitation.c.municipality_id)
    ).one_or_none()
    return None if row is None else Claimed(row.id, row.municipality_id)


def release_invitation(session: Session, invitation_id: int) -> None:
    session.execute(
        update(invitation).where(invitation.c.id == invitation_id).values(claimed_until=None)
    )


def ask_for_registration(
    session: Session, claimed: Claimed, asked: Asked, keys: SeenKeys, now: datetime
) -> int | None:
    """The id of the pending request; None when the invitation was used meanwhile."""
    used = session.execute(
        update(invitation)
        .where(invitation.c.id == claimed.invitation_id, invitation.c.used_at.is_(None))
        .values(used_at=now, claimed_until=None)
        .returning(invitation.c.id)
    )
    if used.first() is None:
        return None
    made: int = session.execute(
        insert(registration_request)
        .values(
            municipality_id=claimed.municipality_id,
            invitation_id=claimed.invitation_id,
            name=asked.name,
            issuer=asked.issuer,
            client_id=asked.client_id,
            auth_url=asked.auth_url,
            token_url=asked.token_url,
            jwks_url=asked.jwks_url,
            platform_family=asked.platform_family,
            product=asked.product,
            deployment_id=asked.deployment_id,
            scopes=list(asked.scopes),
            messages=list(asked.messages),
            platform_keys=[list(pair) for pair in keys.keys],
            keys_failed=keys.failed,
            foreign_hosts=list(asked.foreign_hosts),
            status="pending",
            requested_at=now,
        )
        .returning(registration_request.c.id)
    ).scalar_one()
    return made


def approve_request(session: Session, request_id: int, by: Decider, now: datetime) -> int:
    """The id of the registration. Raises NotApproved.

    An LMS that is connected already is changed by nobody but an administrator of its own
    municipality, or the operator: not by an invitation (R5).
    """
    asked = _pending(session, request_id)
    registration_id = _new_registration(session, asked, now) or _changed(session, asked, by)
    if asked.deployment_id is not None:
        approve_deployment(session, registration_id, asked.deployment_id, now)
    _decide(session, request_id, "approved", by, now, registration_id=registration_id)
    _note(session, "lms_approved", asked, by, now)
    return registration_id


def refuse_request(session: Session, request_id: int, by: Decider, now: datetime) -> None:
    """The invitation may be answered anew, until it ends. Raises NotApproved."""
    asked = _pending(session, request_id)
    _decide(session, request_id, "refused", by, now)
    _note(session, "lms_refused", asked, by, now)
    session.execute(
        update(invitation).where(invitation.c.id == asked.invitation_id).values(used_at=None)
    )


def _note(session: Session, code: str, asked: Row[Any], by: Decider, now: datetime) -> None:
    session.emit(
        Noted(
            code,
            asked.municipality_id,
            now,
            actor_id=by.person_id,
            parameters={"request": asked.id, "as": by.role},
        )
    )


def _pending(session: Session, request_id: int) -> Row[Any]:
    row = session.execute(
        select(registration_request)
        .where(registration_request.c.id == request_id, registration_request.c.status == "pending")
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotApproved("decided")
    return row


def _new_registration(session: Session, asked: Row[Any], now: datetime) -> int | None:
    """None when there is one of this issuer and client."""
    made: int | None = session.execute(
        insert_or(registration)
        .values(
            municipality_id=asked.municipality_id,
            issuer=asked.issuer,
            client_id=asked.client_id,
            is_active=True,
            registered_at=now,
            score_policy=usual_policy(asked.platform_family),
            **_addresses(asked),
        )
        .on_conflict_do_nothing()
        .returning(registration.c.id)
    ).scalar_one_or_none()
    return made


def _changed(session: Session, asked: Row[Any], by: Decider) -> int:
    existing = session.execute(
        select(registration.c.id, registration.c.municipality_id).where(
            registration.c.issuer == asked.issuer, registration.c.client_id == asked.client_id
        )
    ).one()
    if existing.municipality_id != asked.municipality_id:
        raise NotApproved("taken")
    if by.role == "invitation":
        raise NotApproved("changes")
    session.execute(
        update(registration).where(registration.c.id == existing.id).values(**_addresses(asked))
    )
    return int(existing.id)


def _addresses(asked: Row[Any]) -> dict[str, Any]:
    return {
        "name": asked.name,
        "auth_url": asked.auth_url,
        "token_url": asked.token_url,
        "jwks_url": asked.jwks_url,
        "platform_family": asked.platform_family,
    }


def _decide(
    session: Session,
    request_id: int,
    status: str,
    by: Decider,
    now: datetime,
    *,
    registration_id: int | None = None,
) -> None:
    session.execute(
        update(registration_request)
        .where(registration_request.c.id == request_id)
        .values(
            status=status,
            decided_at=now,
            decided_as=by.role,
            decided_by=by.person_id,
            registration_id=registration_id,
        )
    )
