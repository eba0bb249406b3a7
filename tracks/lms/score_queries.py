"""What a score, or a column for it, needs on its way to the LMS."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, bindparam, select

from lti.ports import Registration
from lti.quirks import quirks_of
from lti.tool.grades import SCOPE_RESULT
from tracks.catalogue.rules import Address, parse_address
from tracks.db import Session
from tracks.lms.models import deployment, link_copy, registration, resource_link, score
from tracks.lms.queries import active_registration
from tracks.lms.rules import progress_note, sendable
from tracks.people.models import municipality


class Off(Struct, frozen=True):
    """The whole LMS, or the one installation that this is for, is switched off."""

    deployment_id: int  # of the row


class ToSend(Struct, frozen=True):
    """Everything one score needs on its way."""

    registration: Registration
    deployment_id: str
    lineitem_url: str
    is_our_column: bool
    column_at: datetime | None
    sub: str
    given: float | None  # None: nothing yet, by the LMS's policy
    note: float | None  # progress to tell of without points
    country: str
    wanted_at: datetime | None
    sent: float | None
    last_timestamp: datetime | None
    is_unsure: bool
    may_read_back: bool
    leads: bool


_TO_SEND = (
    select(
        score,
        resource_link.c.lineitem_url,
        resource_link.c.lineitem_from,
        resource_link.c.lineitem_at,
        resource_link.c.scopes,
        deployment.c.deployment_id,
        deployment.c.id.label("installation"),
        deployment.c.status,
        deployment.c.registration_id,
        registration.c.score_policy,
        municipality.c.country,
    )
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .join(deployment, deployment.c.id == resource_link.c.deployment_id)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .join(municipality, municipality.c.id == score.c.municipality_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        score.c.resource_link_id == bindparam("resource_link_id"),
    )
)


def score_to_send(session: Session, person_id: int, resource_link_id: int) -> ToSend | Off | None:
    """None when there is nothing to send, or no column for it."""
    row: Row[Any] | None = session.execute(
        _TO_SEND, {"person_id": person_id, "resource_link_id": resource_link_id}
    ).one_or_none()
    if row is None or row.wanted is None or not row.lineitem_url or row.moved_on_at is not None:
        return None
    found = active_registration(session, row.registration_id)
    if found is None or row.status != "enabled":
        return Off(row.installation)
    return ToSend(
        registration=found,
        deployment_id=row.deployment_id,
        lineitem_url=row.lineitem_url,
        is_our_column=row.lineitem_from == "made",
        column_at=row.lineitem_at,
        sub=row.sub,
        given=sendable(row.wanted, row.score_policy),
        note=progress_note(
            row.wanted, row.score_policy, quirks_of(found), sent=row.sent, noted=row.noted
        ),
        country=row.country,
        wanted_at=row.wanted_at,
        sent=row.sent,
        last_timestamp=row.last_timestamp,
        is_unsure=row.is_unsure,
        may_read_back=SCOPE_RESULT in row.scopes,
        leads=row.leads,
    )


class ToMake(Struct, frozen=True):
    """A column that a link needs in the gradebook."""

    registration: Registration
    deployment_id: str
    lineitems_url: str
    link_id: str  # the LMS's
    address: Address
    country: str
    copied_from: frozenset[str]  # the LMS's ids of links elsewhere that lead to the same


def column_to_make(session: Session, resource_link_id: int) -> ToMake | Off | None:
    row = session.execute(
        select(
            resource_link,
            deployment.c.deployment_id.label("installation"),
            deployment.c.status,
            deployment.c.registration_id,
            municipality.c.country,
        )
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .join(municipality, municipality.c.id == resource_link.c.municipality_id)
        .where(resource_link.c.id == resource_link_id)
    ).one_or_none()
    if row is None or row.lineitem_url is not None or row.lineitems_url is None:
        return None
    found = active_registration(session, row.registration_id)
    if found is None or row.status != "enabled":
        return Off(row.deployment_id)
    address = parse_address(row.address)
    if address is None:
        return None
    return ToMake(
        registration=found,
        deployment_id=row.installation,
        lineitems_url=row.lineitems_url,
        link_id=row.link_id,
        address=address,
        country=row.country,
        copied_from=_copied_from(session, row),
    )


def _copied_from(session: Session, row: Any) -> frozenset[str]:
    elsewhere = select(resource_link.c.link_id).where(
        resource_link.c.deployment_id == row.deployment_id,
        resource_link.c.address == row.address,
        resource_link.c.context_id != row.context_id,
    )
    told = select(link_copy.c.origin_id).where(link_copy.c.resource_link_id == row.id)
    found = [*session.execute(elsewhere), *session.execute(told)]
    return frozenset(one[0] for one in found) - {row.link_id}
