"""Tell of each end of a time of access 30, 7 and 0 days before, each once (P-15)."""

import logging
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.expiry.queries import endings
from tracks.catalogue.expiry.rules import AHEAD, LATE, due
from tracks.catalogue.models import expiry_notice
from tracks.db import Prepared, Session
from tracks.i18n import DEFAULT_LANGUAGE, local_day

log = logging.getLogger(__name__)
_NOTE = Prepared(
    insert_or(expiry_notice).on_conflict_do_nothing().returning(expiry_notice.c.address)
)


def tell_of_endings(session: Session, now: datetime) -> int:
    """How many were told now. Of several processes that look at once, one tells."""
    today = local_day(now)
    count = 0
    for each in endings(session, today - LATE, today + AHEAD, DEFAULT_LANGUAGE):
        days_before = due(each.free_until, today)
        if days_before is None or days_before in each.told:
            continue
        row = {
            "address": str(each.address),
            "free_until": each.free_until,
            "days_before": days_before,
            "noted_at": now,
        }
        if session.execute(_NOTE, row).first() is None:
            continue
        count += 1
        log.warning(
            "catalogue.access_ends address=%s until=%s days_left=%d",
            each.address,
            each.free_until.isoformat(),
            each.days_left(today),
        )
    return count
