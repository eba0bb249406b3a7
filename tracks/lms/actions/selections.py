"""A choice of content that an LMS waits for: begun by its launch, answered once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from lti.tool.deep_linking import DeepLinkingSettings
from lti.tool.launch import Launch
from tracks.db import Prepared, Session
from tracks.lms.models import deep_link_selection, deployment
from tracks.people.actions import Person, token_hash

OPEN_FOR = timedelta(hours=1)
_NOW = bindparam("now", type_=deep_link_selection.c.used_at.type)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the LMS waits for, and where the answer goes."""

    registration_id: int
    deployment_id: str
    settings: DeepLinkingSettings = field(repr=False)
    course: str | None


def start_selection(
    session: Session, message: Launch, settings: DeepLinkingSettings, who: Person, now: datetime
) -> str:
    """The secret that opens the page."""
    secret = secrets.token_urlsafe(32)
    wanted = {
        "types": settings.accept_types,
        "targets": settings.document_targets,
        "multiple": settings.accept_multiple,
        "line_items": settings.accept_lineitem,
        "course": message.context.title if message.context else None,
    }
    session.execute(
        deep_link_selection.insert().values(
            id=token_hash(secret),
            municipality_id=who.municipality_id,
            person_id=who.id,
            deployment_id=message.deployment.id,
            return_url=settings.return_url,
            data=settings.data,
            settings=wanted,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
    )
    return secret


_OPEN = (
    deep_link_selection.c.id == bindparam("key"),
    deep_link_selection.c.person_id == bindparam("by_person"),
    deep_link_selection.c.used_at.is_(None),
    deep_link_selection.c.expires_at > _NOW,
)
_OPEN_ONE = Prepared(
    select(
        deep_link_selection,
        deployment.c.registration_id,
        deployment.c.deployment_id.label("deployment_name"),
    )
    .join(deployment, deployment.c.id == deep_link_selection.c.deployment_id)
    .where(*_OPEN, deployment.c.status == "enabled")
)
# Of any number of equal forms one gets its row: the others find it used (D8).
_USE = Prepared(
    update(deep_link_selection)
    .where(*_OPEN)
    .values(used_at=_NOW)
    .returning(deep_link_selection.c.id)
)


def open_selection(
    session: Session, secret: str, person_id: int, now: datetime
) -> Selection | None:
    """None when there is none, or it is somebody else's, used or too old."""
    key = {"key": token_hash(secret), "by_person": person_id, "now": now}
    row = session.execute(_OPEN_ONE, key).one_or_none()
    return None if row is None else _selection(row)


def use_selection(session: Session, secret: str, person_id: int, now: datetime) -> bool:
    """False when somebody, or the same person, was there before."""
    key = {"key": token_hash(secret), "by_person": person_id, "now": now}
    return session.execute(_USE, key).first() is not None


def forget_selections(session: Session, now: datetime) -> int:
    """Drop those that nobody can use any more; how many."""
    old = delete(deep_link_selection).where(deep_link_selection.c.expires_at <= now)
    return session.execute(old).rowcount


def _selection(row: Row[Any]) -> Selection:
    wanted = row.settings
    return Selection(
        registration_id=row.registration_id,
        deployment_id=row.deployment_name,
        settings=DeepLinkingSettings(
            return_url=row.return_url,
            accept_types=tuple(wanted["types"]),
            document_targets=tuple(wanted["targets"]),
            accept_multiple=wanted["multiple"],
            accept_lineitem=wanted["line_items"],
            data=row.data,
        ),
        course=wanted["course"],
    )
