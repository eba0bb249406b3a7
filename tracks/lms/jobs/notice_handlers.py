"""Telling an LMS where to send its notices of copied courses."""

from datetime import UTC, datetime
from functools import partial

from lti.errors import PermanentServiceError, TransientServiceError
from lti.tool.notices import register_handler
from lti.tool.service_calls import ServiceCalls
from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, GiveUp, Handler, Outcome, TryLater
from tracks.lms.actions.life_cycle import HANDLER_JOB, handler_refused, handler_registered
from tracks.lms.queries import handler_to_register
from tracks.lms.rules import NOTICES_PATH


def notice_handlers(calls: ServiceCalls, base_url: str) -> dict[str, Handler]:
    return {HANDLER_JOB: partial(register, calls, base_url)}


def register(calls: ServiceCalls, base_url: str, database: Database, job: Job) -> Outcome:
    """Asking twice changes nothing: an LMS keeps one address for each kind of notice."""
    deployment_id = int(str(job.payload["deployment_id"]))
    with database.reading() as session:
        found = handler_to_register(session, deployment_id)
    if found is None:
        return Done()  # switched off: the next launch asks again
    ours = f"{base_url}{NOTICES_PATH}/{found.registration.id}"
    try:
        register_handler(calls, found.registration, found.deployment_id, found.url, ours)
    except TransientServiceError as failed:
        return TryLater(failed.reason, failed.retry_after, stops_lane=True)
    except PermanentServiceError as failed:
        return GiveUp(failed.reason, partial(_refused, deployment_id, failed.reason))
    return Done(partial(_registered, deployment_id))


def _registered(deployment_id: int, session: Session) -> None:
    handler_registered(session, deployment_id, datetime.now(UTC))


def _refused(deployment_id: int, reason: str, session: Session) -> None:
    handler_refused(session, deployment_id, reason)
