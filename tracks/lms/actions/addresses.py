"""Addresses of services that launches name: which we call, and which are noted as refused (T37)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.origins import origin_of
from lti.ports import Registration
from lti.tool.grades import SCOPE_LINEITEM, SCOPE_SCORE
from lti.tool.groups import SCOPE_GROUPS
from lti.tool.launch import Launch
from lti.tool.notices import wants_handler
from lti.tool.service_urls import is_allowed_service_url, why_not_called
from tracks.db import Session
from tracks.events import Noted
from tracks.lms.models import refused_address, registration
from tracks.lms.rules import Offer

_HOST: Final = re.compile(r"[a-z0-9.:-]{1,253}")
_LONGEST_IN_LOG: Final = 80  # of a code in the audit log


class NotCalled(Struct, frozen=True):
    service: Offer
    host: str
    reason: str


def called_url(url: str | None, registration: Registration, base_url: str) -> str | None:
    """Only where this registration's LMS lives (T37)."""
    if url is None or not is_allowed_service_url(url, registration, base_url=base_url):
        return None
    return url


def note_refused_addresses(
    session: Session, launch: Launch, base_url: str, now: datetime
) -> list[NotCalled]:
    """Those that have not been noted today."""
    named = dict.fromkeys(_named(launch))
    refused = [
        _not_called(service, url, reason)
        for service, url in named
        if (reason := why_not_called(url, launch.registration, base_url=base_url))
    ]
    day = now.astimezone(UTC).date()
    return [
        each
        for each in dict.fromkeys(refused)
        if _note(session, launch.registration.id, each, day=day, seen_at=now)
    ]


def note_refused_answer(
    session: Session, registration_id: int, url: str, reason: str, now: datetime
) -> None:
    """Where chosen content would have gone (deep linking)."""
    found = _not_called(Offer.CONTENT, url, reason)
    _note(session, registration_id, found, day=now.astimezone(UTC).date(), seen_at=now)


def _named(launch: Launch) -> Iterator[tuple[Offer, str]]:
    """What we would call."""
    ags, nrps, groups, pns = launch.ags, launch.nrps, launch.groups, launch.pns
    if ags is not None and SCOPE_SCORE in ags.scope:
        columns = ags.lineitems if SCOPE_LINEITEM in ags.scope else None
        yield from ((Offer.SCORES, url) for url in (ags.lineitem, columns) if url)
    if nrps is not None and nrps.context_memberships_url:
        yield Offer.ROSTER, nrps.context_memberships_url
    if groups is not None and SCOPE_GROUPS in groups.scope:
        urls = groups.context_groups_url, groups.context_group_sets_url
        yield from ((Offer.GROUPS, url) for url in urls if url)
    if pns is not None and wants_handler(pns):
        yield Offer.NOTICES, pns.url


def _not_called(service: Offer, url: str, reason: str) -> NotCalled:
    origin = origin_of(url)
    if origin is None or not _HOST.fullmatch(origin.host):
        return NotCalled(service, "", "url_not_plain")
    return NotCalled(service, origin.host, reason)


def _note(session: Session, registration_id: int, found: NotCalled, **when: object) -> bool:
    values = {"service": found.service, "host": found.host, "reason": found.reason, **when}
    statement = insert_or(refused_address).values(registration_id=registration_id, **values)
    # Not an update: launches of one LMS would wait for each other at the row.
    done = session.execute(
        statement.on_conflict_do_nothing().returning(refused_address.c.registration_id)
    )
    return done.first() is not None


def change_service_host(
    session: Session,
    municipality_id: int,
    registration_id: int,
    host: str,
    now: datetime,
    *,
    approved: bool,
    actor_id: int | None,
) -> None:
    """From the next launch on its addresses there are taken, or no longer."""
    own = (
        registration.c.id == registration_id,
        registration.c.municipality_id == municipality_id,
    )
    before = session.execute(
        select(registration.c.service_hosts).where(*own).with_for_update()
    ).scalar_one()
    hosts = [each for each in before if each != host]
    session.execute(
        update(registration).where(*own).values(service_hosts=[*hosts, host] if approved else hosts)
    )
    parameters: dict[str, int | str | bool | None] = {
        "registration": registration_id,
        "host": host[:_LONGEST_IN_LOG],
        "on": approved,
    }
    session.emit(
        Noted("lms_host_changed", municipality_id, now, actor_id=actor_id, parameters=parameters)
    )
