"""Notes of how the services of an LMS stand."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.lms.models import service_state
from tracks.lms.rules import Service


def service_went_well(
    session: Session,
    registration_id: int,
    service: Service,
    now: datetime,
    *,
    clock_ahead: float | None = None,
) -> None:
    """Any pause of it ends."""
    values: dict[str, Any] = {"ok_at": now, "reason": None, "failures": 0, "paused_until": None}
    if clock_ahead is not None:
        values["clock_ahead"] = clock_ahead
    _note(session, registration_id, service, values, values)


def service_failed(
    session: Session,
    registration_id: int,
    service: Service,
    reason: str,
    now: datetime,
    *,
    paused_until: datetime | None = None,
) -> None:
    """`reason` is a code. Without `paused_until` an earlier pause stays as it is."""
    values: dict[str, Any] = {"failed_at": now, "reason": reason}
    if paused_until is not None:
        values["paused_until"] = paused_until
    again = {**values, "failures": service_state.c.failures + 1}
    _note(session, registration_id, service, {**values, "failures": 1}, again)


def _note(
    session: Session,
    registration_id: int,
    service: Service,
    first: dict[str, Any],
    again: dict[str, Any],
) -> None:
    session.execute(
        insert_or(service_state)
        .values(registration_id=registration_id, service=service, **first)
        .on_conflict_do_update(index_elements=["registration_id", "service"], set_=again)
    )
