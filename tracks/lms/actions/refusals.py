"""Refused launches, counted for the self-test: how often and why, and nothing about whom.

Their time ends together with that of refused addresses.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.lms.models import refused_address, refused_launch

KEPT_FOR: Final = timedelta(days=14)


def launch_refused(session: Session, registration_id: int, reason: str, now: datetime) -> None:
    session.execute(
        insert_or(refused_launch)
        .values(
            registration_id=registration_id,
            day=now.astimezone(UTC).date(),
            reason=reason,
            launches=1,
            last_at=now,
        )
        .on_conflict_do_update(
            index_elements=["registration_id", "day", "reason"],
            set_={"launches": refused_launch.c.launches + 1, "last_at": now},
        )
    )


def forget_refusals(session: Session, now: datetime) -> int:
    """How many days of a reason."""
    oldest = (now - KEPT_FOR).astimezone(UTC).date()
    session.execute(delete(refused_address).where(refused_address.c.day < oldest))
    return session.execute(delete(refused_launch).where(refused_launch.c.day < oldest)).rowcount
