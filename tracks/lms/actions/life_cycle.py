"""What becomes of courses and links: notices kept once, and who goes on in a copied course."""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.claims import COURSE_HISTORY, LINK_HISTORY, read_history
from lti.tool.launch import Launch
from lti.tool.notices import Notice, wants_handler
from lti.tool.service_urls import is_allowed_service_url
from tracks.db import Prepared, Session
from tracks.jobs.actions import enqueue
from tracks.lms.models import (
    context_copy,
    link_copy,
    notice,
    notice_handler,
    resource_link,
    score,
)
from tracks.lms.rules import notice_lane

HANDLER_JOB = "register_notice_handler"
# A refused handler is asked for again, should somebody have allowed it since.
ASK_AGAIN = timedelta(days=7)
KEPT_FOR = timedelta(days=30)  # tokens are too old to be taken after hours

_REMEMBER = Prepared(insert_or(notice).on_conflict_do_nothing().returning(notice.c.notice_id))


class NoticeStore:
    """lti.tool.notices.SeenNotices: an insert that only the first of many equal ones can do."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def remember(self, registration_id: int, told: Notice) -> bool:
        row = self._session.execute(
            _REMEMBER,
            {
                "registration_id": registration_id,
                "notice_id": told.id,
                "deployment_id": told.deployment.id,
                "type": told.type,
                "sent_at": told.sent_at,
                "received_at": self._now,
            },
        )
        return row.first() is not None


def forget_notices(session: Session, now: datetime) -> int:
    """Drop what no LMS can send again; how many."""
    return session.execute(delete(notice).where(notice.c.received_at <= now - KEPT_FOR)).rowcount


_COPIED = Prepared(insert_or(context_copy).on_conflict_do_nothing())
_LINK_COPIED = Prepared(insert_or(link_copy).on_conflict_do_nothing())


def note_course_copy(
    session: Session, deployment_id: int, context_id: str, origins: tuple[str, ...], now: datetime
) -> None:
    for origin in origins:
        if origin != context_id:
            key = {"deployment_id": deployment_id, "context_id": context_id, "origin_id": origin}
            session.execute(_COPIED, {**key, "noted_at": now})


def note_history(session: Session, message: Launch, link_id: int, now: datetime) -> None:
    """What the launch itself says its link and course were copied from."""
    for origin in read_history(message.custom.get(LINK_HISTORY)):
        if message.resource_link is None or origin != message.resource_link.id:
            key = {"resource_link_id": link_id, "origin_id": origin}
            session.execute(_LINK_COPIED, {**key, "noted_at": now})
    if message.context is not None:
        origins = read_history(message.custom.get(COURSE_HISTORY))
        note_course_copy(session, message.deployment.id, message.context.id, origins, now)


_COPY = resource_link.alias("copy")
# Links of the same installation that this one was copied from: by name, or, where the LMS tells of
# courses only, those in the older course that lead to the same.
_ORIGINALS = (
    select(resource_link.c.id)
    .join(_COPY, _COPY.c.id == bindparam("link_id"))
    .where(
        resource_link.c.deployment_id == _COPY.c.deployment_id,
        resource_link.c.id != _COPY.c.id,
        or_(
            resource_link.c.link_id.in_(
                select(link_copy.c.origin_id).where(
                    link_copy.c.resource_link_id == bindparam("link_id")
                )
            ),
            and_(
                resource_link.c.address == _COPY.c.address,
                resource_link.c.context_id.in_(
                    select(context_copy.c.origin_id).where(
                        context_copy.c.deployment_id == _COPY.c.deployment_id,
                        context_copy.c.context_id == _COPY.c.context_id,
                    )
                ),
            ),
        ),
    )
)
_MOVE_ON = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("mover"),
        score.c.resource_link_id.in_(_ORIGINALS),
        score.c.moved_on_at.is_(None),
    )
    .values(moved_on_at=bindparam("at", type_=score.c.moved_on_at.type))
    .returning(score.c.resource_link_id)
)


def move_on(session: Session, person_id: int, link_id: int, now: datetime) -> None:
    """The person came by this link: the columns of what it was copied from stay as they are."""
    session.execute(_MOVE_ON, {"mover": person_id, "link_id": link_id, "at": now})


_COME_BACK = Prepared(
    update(score)
    .where(
        score.c.person_id == bindparam("mover"),
        score.c.resource_link_id == bindparam("link_id"),
    )
    .values(moved_on_at=None)
    .returning(score.c.resource_link_id)
)


def come_back(session: Session, person_id: int, link_id: int) -> None:
    """They open the older course again: its column takes their scores, too."""
    session.execute(_COME_BACK, {"mover": person_id, "link_id": link_id})


_WANTED = select(notice_handler.c.url, notice_handler.c.wanted_at, notice_handler.c.failed).where(
    notice_handler.c.deployment_id == bindparam("deployment_id")
)
_KNOWN_HANDLER = Prepared(_WANTED)
_WISH = insert_or(notice_handler)
_WANT_HANDLER = Prepared(
    _WISH.on_conflict_do_update(
        index_elements=["deployment_id"],
        set_={
            "url": _WISH.excluded.url,
            "wanted_at": _WISH.excluded.wanted_at,
            "registered_at": None,
            "failed": None,
        },
    )
)


def want_handler(session: Session, message: Launch, base_url: str, now: datetime) -> None:
    """Ask this installation, once, to tell us of copied courses; by the outbox."""
    claim = message.pns
    if claim is None or not wants_handler(claim):
        return
    if not is_allowed_service_url(claim.url, message.registration, base_url=base_url):
        return
    key = {"deployment_id": message.deployment.id}
    known = session.execute(_KNOWN_HANDLER, key).one_or_none()
    is_asked = known is not None and known.url == claim.url
    if is_asked and (known.failed is None or now - known.wanted_at < ASK_AGAIN):
        return
    session.execute(_WANT_HANDLER, {**key, "url": claim.url, "wanted_at": now})
    lane = notice_lane(message.registration.id)
    enqueue(session, HANDLER_JOB, str(message.deployment.id), key, now=now, lane=lane)


def handler_registered(session: Session, deployment_id: int, now: datetime) -> None:
    _note_handler(session, deployment_id, registered_at=now, failed=None)


def handler_refused(session: Session, deployment_id: int, reason: str) -> None:
    _note_handler(session, deployment_id, failed=reason)


def _note_handler(session: Session, deployment_id: int, **values: object) -> None:
    session.execute(
        update(notice_handler)
        .where(notice_handler.c.deployment_id == deployment_id)
        .values(**values)
    )
