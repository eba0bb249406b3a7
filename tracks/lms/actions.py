"""Writes of the LMS side: registrations, what a launch brings, what scores should be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.tool.launch import Launch
from lti.tool.service_urls import is_allowed_service_url
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address, parse_address, units_of
from tracks.db import Prepared, Session
from tracks.jobs.actions import enqueue
from tracks.lms.models import deployment, registration, resource_link, score, used_nonce
from tracks.lms.rules import MAXIMUM, part_of, percent
from tracks.people.actions import Person, end_sign_ins_of_deployment
from tracks.progress.events import WorkChanged
from tracks.progress.queries import UNITS_DONE, done_work, is_step_done_anyhow
from tracks.progress.rules import units_done

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCORE_JOB = "send_score"


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
) -> int:
    """An approved registration with enabled deployments; the same again updates its addresses."""
    values = {
        "municipality_id": municipality_id,
        "auth_url": auth_url,
        "token_url": token_url,
        "jwks_url": jwks_url,
        "audience": audience,
        "platform_family": platform_family,
        "is_active": True,
    }
    statement = insert_or(registration).values(
        issuer=issuer, client_id=client_id, registered_at=now, **values
    )
    registration_id: int = session.execute(
        statement.on_conflict_do_update(
            index_elements=["issuer", "client_id"], set_=values
        ).returning(registration.c.id)
    ).scalar_one()
    for deployment_id in deployment_ids:
        approve_deployment(session, registration_id, deployment_id, now)
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


@dataclass(frozen=True, slots=True)
class Link:
    """The LMS's link that a launch came by, and what it leads to here."""

    id: int
    edition: Edition
    address: Address
    is_changed: bool  # new, or it leads or reports to somewhere else than before


_LINK = Prepared(
    select(resource_link).where(
        resource_link.c.deployment_id == bindparam("deployment_id"),
        resource_link.c.link_id == bindparam("link_id"),
    )
)
_NEW_LINK = insert_or(resource_link)
_KEEP_LINK = Prepared(
    _NEW_LINK.on_conflict_do_update(
        index_elements=["deployment_id", "link_id"],
        set_={
            name: getattr(_NEW_LINK.excluded, name)
            for name in ("context_id", "address", "track_id", "lineitem_url", "scopes")
        },
    ).returning(resource_link.c.id)
)


def link_of_launch(
    session: Session,
    shelf: Shelf,
    launch: Launch,
    address: Address | None,
    municipality_id: int,
    base_url: str,
    now: datetime,
) -> Link | None:
    """Remember the link with its line item. None when it leads to nothing published here."""
    if address is None or launch.resource_link is None:
        return None
    edition = shelf.current(session, address.publisher, address.track)
    if edition is None or not part_of(edition.steps, address):
        return None
    wanted = {
        "context_id": launch.context.id if launch.context else "",
        "address": str(address),
        "track_id": edition.track_id,
        "lineitem_url": _lineitem(launch, base_url),
        "scopes": sorted(launch.ags.scope) if launch.ags else [],
    }
    key = {"deployment_id": launch.deployment.id, "link_id": launch.resource_link.id}
    row = session.execute(_LINK, key).one_or_none()
    if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
        return Link(row.id, edition, address, is_changed=False)
    found = session.execute(_KEEP_LINK, {**key, **wanted, "municipality_id": municipality_id})
    link_id = found.scalar_one()
    if row is not None and row.lineitem_url != wanted["lineitem_url"]:
        _send_again(session, link_id, now)
    return Link(link_id, edition, address, is_changed=True)


def _send_again(session: Session, link_id: int, now: datetime) -> None:
    """The link has another gradebook column: what the old one took has to go to the new one."""
    rows = session.execute(
        update(score)
        .where(score.c.resource_link_id == link_id, score.c.wanted.is_not(None))
        .values(sent=None, sent_at=None, failed=None)
        .returning(score.c.person_id)
    )
    for row in rows:
        _queue(session, row.person_id, link_id, now)


def _queue(session: Session, person_id: int, link_id: int, now: datetime) -> None:
    payload = {"person_id": person_id, "resource_link_id": link_id}
    enqueue(session, SCORE_JOB, f"{person_id}:{link_id}", payload, now=now)


def _lineitem(launch: Launch, base_url: str) -> str | None:
    """From the signed launch only, and only where this registration's LMS lives (T37, S11)."""
    ags = launch.ags
    if ags is None or ags.lineitem is None or SCORE_SCOPE not in ags.scope:
        return None
    allowed = is_allowed_service_url(ags.lineitem, launch.registration, base_url=base_url)
    return ags.lineitem if allowed else None


_SCORE = Prepared(insert_or(score).on_conflict_do_nothing())
_KNOWN_SCORE = Prepared(
    select(score.c.person_id).where(
        score.c.person_id == bindparam("person_id"),
        score.c.resource_link_id == bindparam("resource_link_id"),
    )
)


def expect_score(session: Session, who: Person, link: Link, sub: str, now: datetime) -> None:
    """From now on this person's work counts at this link; what is done already is sent too."""
    key = {"person_id": who.id, "resource_link_id": link.id}
    known = not who.is_new and session.execute(_KNOWN_SCORE, key).first() is not None
    if known and not link.is_changed:
        return
    if not known:
        session.execute(
            _SCORE,
            {**key, "municipality_id": who.municipality_id, "sub": sub, "wanted": None},
        )
    if not who.is_new:  # who has done nothing yet
        want_scores(session, who.id, link.edition, now)


_MY_LINKS = Prepared(
    select(score.c.resource_link_id, resource_link.c.address, UNITS_DONE.label("units_done"))
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        resource_link.c.track_id == bindparam("track_id"),
        resource_link.c.lineitem_url.is_not(None),
    )
)
_WANT = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("person"),
        score.c.resource_link_id == bindparam("link"),
        # Never down: done stays done, also when a new version has more to do.
        or_(score.c.wanted.is_(None), score.c.wanted < bindparam("percent")),
    )
    .values(wanted=bindparam("percent"), wanted_at=bindparam("at"), failed=None)
    .returning(score.c.person_id)
)


def queue_scores(shelf: Shelf, session: Session, event: WorkChanged) -> None:
    """The reaction to done work."""
    want_scores(session, event.person_id, shelf.edition(session, event.version_id), event.at)


def want_scores(session: Session, person_id: int, edition: Edition, now: datetime) -> None:
    """Bring every gradebook column of this person and track up to date, by the outbox."""
    links = session.execute(
        _MY_LINKS,
        {"person_id": person_id, "track_id": edition.track_id, "version_id": edition.version_id},
    )
    for row in links:
        address = parse_address(row.address)
        if address is None or address.module is None:
            value = percent(row.units_done, edition.units)
        else:
            value = _percent_of_part(session, person_id, edition, address)
        if value is None:
            continue
        changed = session.execute(
            _WANT,
            {"person": person_id, "link": row.resource_link_id, "percent": value, "at": now},
        ).first()
        if changed is not None:
            _queue(session, person_id, row.resource_link_id, now)


def _percent_of_part(
    session: Session, person_id: int, edition: Edition, address: Address
) -> float | None:
    """For a link to one module or one step."""
    steps = part_of(edition.steps, address)
    if address.step is None:
        work = done_work(session, person_id, edition.track_id)
        return percent(units_done(steps, work), units_of(steps))
    done = bool(steps) and is_step_done_anyhow(
        session, person_id, edition.track_id, steps[0].step_id
    )
    return MAXIMUM if done else None


def score_sent(
    session: Session,
    person_id: int,
    resource_link_id: int,
    *,
    given: float,
    timestamp: datetime,
    now: datetime,
) -> None:
    _note(
        session,
        person_id,
        resource_link_id,
        sent=given,
        sent_at=now,
        last_timestamp=timestamp,
        failed=None,
    )


def score_posted(
    session: Session, person_id: int, resource_link_id: int, timestamp: datetime
) -> None:
    """A try whose outcome is not known: its timestamp must not be used again (S9)."""
    _note(session, person_id, resource_link_id, last_timestamp=timestamp)


def score_failed(session: Session, person_id: int, resource_link_id: int, reason: str) -> None:
    _note(session, person_id, resource_link_id, failed=reason)


def _note(session: Session, person_id: int, resource_link_id: int, **values: Any) -> None:
    session.execute(
        update(score)
        .where(and_(score.c.person_id == person_id, score.c.resource_link_id == resource_link_id))
        .values(**values)
    )


def forget_used_nonces(session: Session, now: datetime) -> int:
    """Drop nonces whose tokens are too old to be taken anyway; how many."""
    return session.execute(delete(used_nonce).where(used_nonce.c.forget_at <= now)).rowcount


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
