"""Scores on their way to the gradebook. Runs in the worker, never while a teacher waits."""

from datetime import UTC, datetime
from functools import partial

from lti.errors import PermanentServiceError, TransientServiceError
from lti.tool.grades import Grades, Result, Score, StaleTimestamp, next_timestamp
from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, GiveUp, Handler, Outcome, TryLater
from tracks.lms.actions import SCORE_JOB, score_failed, score_posted, score_sent
from tracks.lms.queries import ToSend, score_to_send
from tracks.lms.rules import MAXIMUM


def handlers(grades: Grades) -> dict[str, Handler]:
    return {SCORE_JOB: partial(send_score, grades)}


def send_score(grades: Grades, database: Database, job: Job) -> Outcome:
    """Post the latest wanted score. The same job twice posts the same value twice at worst."""
    person_id = int(str(job.payload["person_id"]))
    link_id = int(str(job.payload["resource_link_id"]))
    with database.reading() as session:
        found = score_to_send(session, person_id, link_id)
    if found == "switched_off":
        # Not for ever, perhaps: it is sent when the LMS is switched on again.
        return TryLater(found)
    if found is None or found.wanted == found.sent:
        return Done()
    moment = datetime.now(UTC)
    timestamp = next_timestamp(moment, found.last_timestamp)
    # Noted before the call: if the answer is lost, the next try must be later than this one (S9).
    with database.writing() as session:
        score_posted(session, person_id, link_id, timestamp)
    try:
        _post(grades, found, timestamp)
    except StaleTimestamp as stale:
        return _after_stale(grades, found, person_id, link_id, timestamp, stale)
    except TransientServiceError as failed:
        return TryLater(failed.reason, failed.retry_after)
    except PermanentServiceError as failed:
        return GiveUp(failed.reason, partial(_fail, person_id, link_id, failed.reason))
    return _sent(person_id, link_id, found.wanted, timestamp)


def _post(grades: Grades, found: ToSend, timestamp: datetime) -> None:
    grades.send_score(
        found.registration,
        found.deployment_id,
        found.lineitem_url,
        Score(
            user_id=found.sub,
            given=found.wanted,
            maximum=MAXIMUM,
            activity="Completed" if found.wanted >= MAXIMUM else "InProgress",
            # Anything else makes Moodle erase the grade it has.
            grading="FullyGraded",
            timestamp=timestamp,
        ),
    )


def _after_stale(
    grades: Grades,
    found: ToSend,
    person_id: int,
    link_id: int,
    timestamp: datetime,
    stale: StaleTimestamp,
) -> Outcome:
    """The LMS holds something newer: perhaps our own score, whose answer was lost (S10)."""
    try:
        result = grades.results(
            found.registration, found.deployment_id, found.lineitem_url, found.sub
        )
    except (TransientServiceError, PermanentServiceError):
        return TryLater(stale.reason)
    if result is not None and _as_percent(result) == found.wanted:
        return _sent(person_id, link_id, found.wanted, timestamp)
    return TryLater(stale.reason, after=1.0)


def _as_percent(result: Result) -> float | None:
    if result.given is None:
        return None
    return result.given if not result.maximum else MAXIMUM * result.given / result.maximum


def _sent(person_id: int, link_id: int, given: float, timestamp: datetime) -> Done:
    def write(session: Session) -> None:
        score_sent(
            session, person_id, link_id, given=given, timestamp=timestamp, now=datetime.now(UTC)
        )

    return Done(write)


def _fail(person_id: int, link_id: int, reason: str, session: Session) -> None:
    score_failed(session, person_id, link_id, reason)
