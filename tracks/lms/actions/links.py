"""The links that launches come by, and what each leads to here."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.tool.launch import Launch
from tracks.catalogue.events import Renamed
from tracks.catalogue.moved import where_now
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address
from tracks.db import Prepared, Session
from tracks.lms.actions.columns import column_of_launch
from tracks.lms.actions.life_cycle import come_back, move_on
from tracks.lms.actions.scores import send_again, want_scores
from tracks.lms.models import resource_link, score
from tracks.lms.rules import part_of, renamed_address
from tracks.people.actions import Person

# What a launch says of its link.
_OF_LAUNCH = (
    "context_id",
    "address",
    "track_id",
    "scopes",
    "lineitem_url",
    "lineitem_from",
    "lineitems_url",
)


class Link(Struct, frozen=True):
    """The LMS's link that a launch came by, and what it leads to here."""

    id: int
    edition: Edition
    address: Address
    is_changed: bool  # new, or it leads or reports to somewhere else than before
    known: "_KnownScore | None"  # of the person who came


class _KnownScore(Struct, frozen=True):
    has_moved_on: bool
    leads: bool


# The link as it is kept, with the score that the person has there already.
_LINK = Prepared(
    select(
        resource_link.c.id,
        *(resource_link.c[name] for name in _OF_LAUNCH),
        score.c.person_id.label("scored"),
        score.c.moved_on_at,
        score.c.leads,
    )
    .outerjoin(
        score,
        and_(
            score.c.resource_link_id == resource_link.c.id,
            score.c.person_id == bindparam("person_id"),
        ),
    )
    .where(
        resource_link.c.deployment_id == bindparam("deployment_id"),
        resource_link.c.link_id == bindparam("link_id"),
    )
)
_NEW_LINK = insert_or(resource_link)
_KEEP_LINK = Prepared(
    _NEW_LINK.on_conflict_do_update(
        index_elements=["deployment_id", "link_id"],
        set_={name: getattr(_NEW_LINK.excluded, name) for name in (*_OF_LAUNCH, "lineitem_failed")},
    ).returning(resource_link.c.id)
)


def link_of_launch(
    session: Session,
    shelf: Shelf,
    launch: Launch,
    address: Address | None,
    who: Person,
    base_url: str,
    now: datetime,
) -> Link | None:
    """Remember the link with its line item. None when it leads to nothing published here."""
    if address is None or launch.resource_link is None:
        return None
    edition = shelf.current(session, address.publisher, address.track)
    if edition is None or not part_of(edition.steps, address):
        # The LMS keeps the id that its course was made with.
        address = where_now(session, address)
        edition = shelf.current(session, address.publisher, address.track) if address else None
        if address is None or edition is None or not part_of(edition.steps, address):
            return None
    key = {"deployment_id": launch.deployment.id, "link_id": launch.resource_link.id}
    row = session.execute(_LINK, {**key, "person_id": who.id}).one_or_none()
    known = None
    if row is not None and row.scored is not None:
        known = _KnownScore(row.moved_on_at is not None, row.leads)
    wanted = {
        "context_id": launch.context.id if launch.context else "",
        "address": str(address),
        "track_id": edition.track_id,
        "scopes": sorted(launch.ags.scope) if launch.ags else [],
        **column_of_launch(launch, base_url, row),
    }
    if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
        return Link(row.id, edition, address, is_changed=False, known=known)
    # What failed before may work as the link is now.
    values = {**key, **wanted, "lineitem_failed": None, "municipality_id": who.municipality_id}
    found = session.execute(_KEEP_LINK, values)
    link_id = found.scalar_one()
    if row is not None and _is_other_column(row, wanted):
        send_again(session, link_id, now)
    return Link(link_id, edition, address, is_changed=True, known=known)


def leads_to_leaders(session: Session, shelf: Shelf, address: Address) -> bool:
    """A session for leaders: a page that is there, though nothing of it is counted (ADR 0057)."""
    at = where_now(session, address) or address
    edition = shelf.current(session, at.publisher, at.track)
    return (
        edition is not None
        and at.step is None
        and any(each.slug == at.module for each in edition.leader_modules)
    )


def _is_other_column(row: Any, wanted: dict[str, Any]) -> bool:
    named, container = wanted["lineitem_url"], wanted["lineitems_url"]
    if named is not None:
        return bool(row.lineitem_url != named)
    return container is not None and (row.lineitem_url, row.lineitems_url) != (None, container)


_SCORE = Prepared(insert_or(score).on_conflict_do_nothing())
_LEADS = Prepared(
    update(score)
    .where(score.c.person_id == bindparam("person"), score.c.resource_link_id == bindparam("link"))
    .values(leads=bindparam("does_lead"))
    .returning(score.c.person_id)
)


def expect_score(
    session: Session,
    shelf: Shelf,
    who: Person,
    link: Link,
    sub: str,
    now: datetime,
    *,
    leads: bool = False,
) -> None:
    """From now on this person's work counts at this link; what is done already is sent too.

    `leads`: they came as the course's instructor.
    """
    key = {"person_id": who.id, "resource_link_id": link.id}
    known = link.known
    if known is not None and known.leads != leads:
        session.execute(_LEADS, {"person": who.id, "link": link.id, "does_lead": leads})
    if known is not None and not known.has_moved_on and not link.is_changed:
        return
    if known is None:
        session.execute(
            _SCORE,
            {**key, "municipality_id": who.municipality_id, "sub": sub, "leads": leads},
        )
    elif known.has_moved_on:
        come_back(session, who.id, link.id)
    if known is None and not who.is_new:
        move_on(session, who.id, link.id, now)
    if not who.is_new:  # who has done nothing yet
        want_scores(session, shelf, who.id, link.edition, now)


def follow_renamed(session: Session, event: Renamed) -> None:
    """The reaction: links lead to the same thing under its new name, before anybody comes by them
    again; scores that wait are of it too."""
    links = session.execute(
        select(resource_link.c.id, resource_link.c.address).where(
            resource_link.c.track_id == event.track_id
        )
    ).all()
    for row in links:
        new = renamed_address(row.address, event.old, event.new)
        if new is not None:
            session.execute(
                update(resource_link).where(resource_link.c.id == row.id).values(address=new)
            )
