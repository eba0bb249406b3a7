"""Columns of the gradebook: where the scores of a link go, and all of them sent once more."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from lti.tool.grades import SCOPE_LINEITEM, SCOPE_SCORE
from lti.tool.launch import Launch
from tracks.db import Session
from tracks.events import Noted
from tracks.lms.actions.addresses import called_url
from tracks.lms.actions.scores import queue_column, queue_unsent, send_again
from tracks.lms.models import deployment, registration, resource_link
from tracks.lms.rules import ScorePolicy, score_lane

# A second click on the button, or a second command, adds nothing.
RESENT_RECENTLY = timedelta(minutes=10)


def column_of_launch(launch: Launch, base_url: str, kept: Any) -> dict[str, Any]:
    """What the link's row says of its column now; `kept`: the row so far, or None.

    From the signed launch only, and only where this registration's LMS lives (T37, S11).
    """
    ags = launch.ags
    if ags is None or SCOPE_SCORE not in ags.scope:
        return {"lineitem_url": None, "lineitem_from": None, "lineitems_url": None}
    named = called_url(ags.lineitem, launch.registration, base_url)
    container = None
    if SCOPE_LINEITEM in ags.scope:
        container = called_url(ags.lineitems, launch.registration, base_url)
    if named is not None:
        return {"lineitem_url": named, "lineitem_from": "launch", "lineitems_url": container}
    context_id = launch.context.id if launch.context else ""
    is_same = kept is not None and (kept.lineitems_url, kept.context_id) == (container, context_id)
    if container is not None and is_same and kept.lineitem_from == "made":
        return {
            "lineitem_url": kept.lineitem_url,
            "lineitem_from": "made",
            "lineitems_url": container,
        }
    return {"lineitem_url": None, "lineitem_from": None, "lineitems_url": container}


def column_made(
    session: Session, link_id: int, lineitems_url: str, lineitem_url: str, now: datetime
) -> None:
    """Found or made. A launch that named another meanwhile wins."""
    taken = session.execute(
        update(resource_link)
        .where(
            resource_link.c.id == link_id,
            resource_link.c.lineitem_url.is_(None),
            resource_link.c.lineitems_url == lineitems_url,
        )
        .values(
            lineitem_url=lineitem_url, lineitem_from="made", lineitem_at=now, lineitem_failed=None
        )
        .returning(resource_link.c.id)
    ).first()
    if taken is not None:
        send_again(session, link_id, now)


def column_failed(session: Session, link_id: int, reason: str) -> None:
    session.execute(
        update(resource_link).where(resource_link.c.id == link_id).values(lineitem_failed=reason)
    )


def column_gone(session: Session, link_id: int, lineitem_url: str, now: datetime) -> None:
    """The LMS no longer has the column that we made: it is looked for, and made, once more."""
    gone = session.execute(
        update(resource_link)
        .where(resource_link.c.id == link_id, resource_link.c.lineitem_url == lineitem_url)
        .values(lineitem_url=None)
        .returning(resource_link.c.deployment_id)
    ).first()
    if gone is not None:
        registration_id = session.execute(
            select(deployment.c.registration_id).where(deployment.c.id == gone.deployment_id)
        ).scalar_one()
        queue_column(session, link_id, score_lane(registration_id), now)


def start_new_round(session: Session, resource_link_id: int, now: datetime) -> int:
    """Send every result of this link once more, as to an empty gradebook; how many.

    What people have done, and when, stays as it is. 0 also when it was done a moment ago.
    """
    started = session.execute(
        update(resource_link)
        .where(
            resource_link.c.id == resource_link_id,
            (resource_link.c.resent_at.is_(None))
            | (resource_link.c.resent_at <= now - RESENT_RECENTLY),
        )
        .values(resent_at=now)
        .returning(resource_link.c.id)
    ).first()
    return 0 if started is None else send_again(session, resource_link_id, now)


def start_new_rounds(
    session: Session, registration_id: int, context_id: str | None, now: datetime
) -> int:
    """For every link of an LMS, or of one course in it; how many results."""
    links = (
        select(resource_link.c.id)
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .where(deployment.c.registration_id == registration_id)
    )
    if context_id is not None:
        links = links.where(resource_link.c.context_id == context_id)
    return sum(start_new_round(session, row.id, now) for row in session.execute(links).all())


def set_score_policy(
    session: Session,
    registration_id: int,
    policy: ScorePolicy,
    now: datetime,
    *,
    actor_id: int | None = None,
) -> bool:
    """From now on. What the LMS has already stays there; False: no such registration."""
    known = session.execute(
        update(registration)
        .where(registration.c.id == registration_id)
        .values(score_policy=policy)
        .returning(registration.c.municipality_id)
    ).first()
    if known is None:
        return False
    said: dict[str, int | str | bool | None] = {
        "registration": registration_id,
        "policy": str(policy),
    }
    session.emit(
        Noted("lms_scores_chosen", known.municipality_id, now, actor_id=actor_id, parameters=said)
    )
    queue_unsent(session, registration_id, now)
    return True
