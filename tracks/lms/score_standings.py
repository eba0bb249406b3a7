"""How scores stand: for the teacher beside the work, for whoever runs a course, for operators."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, and_, bindparam, case, func, or_, select

from tracks.db import Prepared, Session
from tracks.jobs.queries import lane_states
from tracks.jobs.rules import LaneState
from tracks.lms.models import deployment, registration, resource_link, score
from tracks.lms.rules import MAXIMUM, ScorePolicy, score_lane, sendable

_HAS_COLUMN = or_(
    resource_link.c.lineitem_url.is_not(None), resource_link.c.lineitems_url.is_not(None)
)
# As rules.sendable.
_IS_SENDABLE = and_(
    score.c.wanted.is_not(None),
    or_(registration.c.score_policy != ScorePolicy.COMPLETE_ONLY, score.c.wanted >= MAXIMUM),
)


class Transfer(Struct, frozen=True):
    """How a person's work in one track stands in the gradebook of the LMS."""

    link_id: int
    wanted: float | None  # None: nothing to send yet
    sent: float | None
    sent_at: datetime | None
    failed: str | None
    wanted_at: datetime | None
    waits_for_all: bool  # begun, and sent when all is done
    leads: bool
    resent_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        return self.wanted is not None and self.wanted != self.sent and self.failed is None


_TRANSFERS = Prepared(
    select(
        score.c.resource_link_id,
        score.c.wanted,
        score.c.sent,
        score.c.sent_at,
        func.coalesce(score.c.failed, resource_link.c.lineitem_failed).label("failed"),
        score.c.wanted_at,
        score.c.leads,
        resource_link.c.resent_at,
        registration.c.score_policy,
    )
    .join(resource_link, resource_link.c.id == score.c.resource_link_id)
    .join(deployment, deployment.c.id == resource_link.c.deployment_id)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .where(
        score.c.person_id == bindparam("person_id"),
        score.c.moved_on_at.is_(None),
        resource_link.c.track_id == bindparam("track_id"),
        _HAS_COLUMN,
    )
)


def transfers(session: Session, person_id: int, track_id: int) -> list[Transfer]:
    rows = session.execute(_TRANSFERS, {"person_id": person_id, "track_id": track_id})
    return [_transfer(row) for row in rows]


def _transfer(row: Any) -> Transfer:
    wanted = None if row.wanted is None else sendable(row.wanted, row.score_policy)
    return Transfer(
        link_id=row.resource_link_id,
        wanted=wanted,
        sent=row.sent,
        sent_at=row.sent_at,
        failed=row.failed if wanted is not None else None,
        wanted_at=row.wanted_at,
        waits_for_all=row.wanted is not None and wanted is None and row.sent is None,
        leads=row.leads,
        resent_at=row.resent_at,
    )


class LedLink(Struct, frozen=True):
    """A course link to a track, for whoever came by it as the course's instructor."""

    id: int
    results: int  # that the LMS has or should have
    waiting: int  # of those, not there yet
    refused: dict[str, int]  # of those, not taken, by reason
    resent_at: datetime | None


def led_links(session: Session, person_id: int, track_id: int) -> list[LedLink]:
    led = select(score.c.resource_link_id).where(
        score.c.person_id == person_id, score.c.leads.is_(True), score.c.moved_on_at.is_(None)
    )
    is_missing = and_(
        score.c.person_id.is_not(None),
        or_(score.c.sent.is_(None), score.c.sent != score.c.wanted),
    )
    reason = case((is_missing, func.coalesce(score.c.failed, resource_link.c.lineitem_failed)))
    rows = session.execute(
        select(
            resource_link.c.id,
            resource_link.c.resent_at,
            is_missing.label("is_missing"),
            reason.label("reason"),
            func.count(score.c.person_id).label("results"),
        )
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .join(registration, registration.c.id == deployment.c.registration_id)
        # Outer: the page opens also while nobody in the course has a result yet.
        .outerjoin(
            score,
            and_(
                score.c.resource_link_id == resource_link.c.id,
                score.c.moved_on_at.is_(None),
                _IS_SENDABLE,
            ),
        )
        .where(resource_link.c.id.in_(led), resource_link.c.track_id == track_id, _HAS_COLUMN)
        .group_by(resource_link.c.id, resource_link.c.resent_at, is_missing, reason)
        .order_by(resource_link.c.id, reason)
    )
    return [_led(list(parts)) for _, parts in groupby(rows, key=attrgetter("id"))]


def _led(parts: list[Row[Any]]) -> LedLink:
    return LedLink(
        id=parts[0].id,
        results=sum(part.results for part in parts),
        waiting=sum(p.results for p in parts if p.is_missing and p.reason is None),
        refused={part.reason: part.results for part in parts if part.reason is not None},
        resent_at=parts[0].resent_at,
    )


class Standing(Struct, frozen=True):
    """The scores of one LMS that it does not have yet."""

    registration_id: int
    issuer: str
    score_policy: str
    waiting: int
    oldest: datetime | None  # of those that wait
    refused: dict[str, int]  # by reason
    lane: LaneState


def score_standings(session: Session) -> list[Standing]:
    """Of every registered LMS."""
    lanes = lane_states(session)
    counts = _unsent(session)
    rows = session.execute(
        select(registration.c.id, registration.c.issuer, registration.c.score_policy).order_by(
            registration.c.id
        )
    )
    found = []
    for row in rows:
        mine = [c for c in counts if c.registration_id == row.id]
        waits = [c for c in mine if c.reason is None]
        found.append(
            Standing(
                registration_id=row.id,
                issuer=row.issuer,
                score_policy=row.score_policy,
                waiting=sum(c.scores for c in waits),
                oldest=min((c.oldest for c in waits), default=None),
                refused={c.reason: c.scores for c in mine if c.reason is not None},
                lane=lanes.get(score_lane(row.id), LaneState()),
            )
        )
    return found


def _unsent(session: Session) -> list[Row[Any]]:
    reason = func.coalesce(score.c.failed, resource_link.c.lineitem_failed)
    return list(
        session.execute(
            select(
                deployment.c.registration_id,
                reason.label("reason"),
                func.count().label("scores"),
                func.min(score.c.wanted_at).label("oldest"),
            )
            .join(resource_link, resource_link.c.id == score.c.resource_link_id)
            .join(deployment, deployment.c.id == resource_link.c.deployment_id)
            .join(registration, registration.c.id == deployment.c.registration_id)
            .where(
                _HAS_COLUMN,
                score.c.moved_on_at.is_(None),
                _IS_SENDABLE,
                or_(score.c.sent.is_(None), score.c.sent != score.c.wanted),
            )
            .group_by(deployment.c.registration_id, reason)
            .order_by(deployment.c.registration_id, reason)
        )
    )
