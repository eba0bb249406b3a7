"""The links that launches come by, and what each leads to here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.tool.launch import Launch
from lti.tool.service_urls import is_allowed_service_url
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address
from tracks.db import Prepared, Session
from tracks.lms.actions.scores import SCORE_SCOPE, send_again, want_scores
from tracks.lms.models import resource_link, score
from tracks.lms.rules import part_of
from tracks.people.actions import Person


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
        send_again(session, link_id, now)
    return Link(link_id, edition, address, is_changed=True)


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
