"""Scores on their way to the gradebook. Runs in the worker, never while a teacher waits."""

from datetime import UTC, datetime
from functools import partial

from msgspec import Struct

from lti.errors import PermanentServiceError, TransientServiceError
from lti.tool.grades import Grades, Result, Score, StaleTimestamp, next_timestamp
from tracks.catalogue.queries import Shelf
from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, GiveUp, Handler, Outcome, TryLater
from tracks.lms.actions import (
    COLUMN_JOB,
    SCORE_JOB,
    column_gone,
    score_failed,
    score_posted,
    score_sent,
    service_went_well,
)
from tracks.lms.jobs.columns import make_column
from tracks.lms.jobs.progress_notes import tell_progress
from tracks.lms.jobs.standing import lms_fails, note_refusal, wait_for_switch
from tracks.lms.rules import MAXIMUM, Service, may_make_again
from tracks.lms.score_queries import Off, ToSend, score_to_send

# What some LMSs say of an instructor, who has no row in the gradebook of the course.
NO_ROW = frozenset({"status_400", "status_403", "line_item_gone", "user_unknown"})


def handlers(grades: Grades) -> dict[str, Handler]:
    return {
        SCORE_JOB: partial(send_score, grades),
        COLUMN_JOB: partial(make_column, grades, Shelf()),
    }


class _Sending(Struct, frozen=True):
    person_id: int
    link_id: int
    found: ToSend
    given: float


def send_score(grades: Grades, database: Database, job: Job) -> Outcome:
    """Bring the gradebook to the latest wanted score. Running it twice changes nothing more."""
    person_id = int(str(job.payload["person_id"]))
    link_id = int(str(job.payload["resource_link_id"]))
    with database.reading() as session:
        found = score_to_send(session, person_id, link_id)
    if isinstance(found, Off):
        return wait_for_switch(found)
    if found is not None and found.given is None and found.note is not None:
        return tell_progress(grades, database, job, found)
    if found is None or found.given is None or found.given == found.sent:
        return Done()
    sending = _Sending(person_id, link_id, found, found.given)
    try:
        return _deliver(grades, database, sending)
    except TransientServiceError as failed:
        return lms_fails(job, found.registration.id, failed)
    except PermanentServiceError as failed:
        return _refused(sending, failed.reason)


def _deliver(grades: Grades, database: Database, sending: _Sending) -> Outcome:
    found = sending.found
    last = found.last_timestamp
    if found.is_unsure and found.may_read_back and last is not None and _holds(grades, sending):
        # Taken the last time; only the answer was lost.
        return _sent(sending, last)
    timestamp = next_timestamp(datetime.now(UTC), last)
    # Noted before the call: if the answer is lost, the next try must be later than this one (S9).
    with database.writing() as session:
        score_posted(session, sending.person_id, sending.link_id, timestamp)
    try:
        _post(grades, sending, timestamp)
    except StaleTimestamp as stale:
        # The LMS holds something newer: perhaps what we want already (S10).
        if _holds(grades, sending):
            return _sent(sending, timestamp)
        return TryLater(stale.reason, after=1.0)
    return _sent(sending, timestamp)


def _post(grades: Grades, sending: _Sending, timestamp: datetime) -> None:
    found = sending.found
    grades.send_score(
        found.registration,
        found.deployment_id,
        found.lineitem_url,
        Score(
            user_id=found.sub,
            given=sending.given,
            maximum=MAXIMUM,
            activity="Completed" if sending.given >= MAXIMUM else "InProgress",
            # Anything else makes Moodle erase the grade it has.
            grading="FullyGraded",
            timestamp=timestamp,
            submitted_at=found.wanted_at,
        ),
    )


def _holds(grades: Grades, sending: _Sending) -> bool:
    """Does the gradebook show it? False also when we may not look."""
    found = sending.found
    try:
        result = grades.results(
            found.registration, found.deployment_id, found.lineitem_url, found.sub
        )
    except PermanentServiceError:
        return False
    return result is not None and _as_percent(result) == sending.given


def _as_percent(result: Result) -> float | None:
    if result.given is None:
        return None
    given = result.given if not result.maximum else MAXIMUM * result.given / result.maximum
    return round(given, 6)


def _sent(sending: _Sending, timestamp: datetime) -> Done:
    def write(session: Session) -> None:
        moment = datetime.now(UTC)
        score_sent(
            session,
            sending.person_id,
            sending.link_id,
            given=sending.given,
            timestamp=timestamp,
            now=moment,
        )
        service_went_well(session, sending.found.registration.id, Service.SCORES, moment)

    return Done(write)


def _refused(sending: _Sending, reason: str) -> Outcome:
    found = sending.found
    moment = datetime.now(UTC)
    if found.leads and reason in NO_ROW:
        reason = "no_row_for_instructor"
    if (
        reason == "line_item_gone"
        and found.is_our_column
        and may_make_again(found.column_at, moment)
    ):
        link_id, url = sending.link_id, found.lineitem_url
        return Done(lambda session: column_gone(session, link_id, url, moment))
    return GiveUp(reason, partial(_note_refused, sending, reason))


def _note_refused(sending: _Sending, reason: str, session: Session) -> None:
    score_failed(session, sending.person_id, sending.link_id, reason)
    note_refusal(session, sending.found.registration.id, reason, datetime.now(UTC))
