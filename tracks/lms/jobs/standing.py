"""What a failed call tells of the gradebook of an LMS as a whole."""

from datetime import UTC, datetime

from lti.errors import TransientServiceError
from tracks.db import Session
from tracks.jobs.queries import paused_until
from tracks.jobs.rules import Job
from tracks.jobs.worker import SetAside, TryLater
from tracks.lms.actions import service_failed
from tracks.lms.actions.switches import SWITCHED_OFF
from tracks.lms.rules import Service
from tracks.lms.score_queries import Off

# About one person or one column; the service itself works.
_OF_ONE = frozenset({"user_unknown", "attempts_used_up", "line_item_gone", "no_row_for_instructor"})


def lms_fails(job: Job, registration_id: int, failed: TransientServiceError) -> TryLater:
    """No more scores are sent to this LMS for a while (ADR 0012)."""

    def write(session: Session) -> None:
        service_failed(
            session,
            registration_id,
            Service.SCORES,
            failed.reason,
            datetime.now(UTC),
            paused_until=paused_until(session, job.lane),
        )

    return TryLater(failed.reason, failed.retry_after, write, stops_lane=True)


def wait_for_switch(off: Off) -> SetAside:
    """Not for ever, perhaps: switches.resume_what_is_on takes it up when all is on again."""
    return SetAside(f"{SWITCHED_OFF}{off.deployment_id}")


def note_refusal(session: Session, registration_id: int, reason: str, now: datetime) -> None:
    if reason not in _OF_ONE:
        service_failed(session, registration_id, Service.SCORES, reason, now)
