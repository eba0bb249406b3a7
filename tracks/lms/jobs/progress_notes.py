"""How far somebody is, told to an LMS that gets a result only at the end (ask 3).

A score without points, and only where lti/quirks.py says that it takes no grade away.
"""

from datetime import UTC, datetime

from lti.errors import PermanentServiceError, TransientServiceError
from lti.tool.grades import Grades, Score, StaleTimestamp, next_timestamp
from tracks.db import Database, Session
from tracks.i18n import N_, translations
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Outcome, TryLater
from tracks.lms.actions import note_posted, note_told, service_went_well
from tracks.lms.jobs.standing import lms_fails
from tracks.lms.rules import MAXIMUM, Service
from tracks.lms.score_queries import ToSend

_BEGUN = N_("Has begun. The result comes when all is done.")
_SO_FAR = N_("%(n)s of 100 done. The result comes when all is done.")
_FIRST_QUARTER = 25
# As the columns of the gradebook: of the country, since the whole course reads it.
_LANGUAGES = {"SE": "sv"}


def tell_progress(grades: Grades, database: Database, job: Job, found: ToSend) -> Outcome:
    person_id, link_id = (int(str(job.payload[n])) for n in ("person_id", "resource_link_id"))
    reached = found.note or 0.0
    timestamp = next_timestamp(datetime.now(UTC), found.last_timestamp)
    # Noted before the call, as for a score: what comes next must be later (S9).
    with database.writing() as session:
        if not note_posted(session, person_id, link_id, timestamp):
            return Done()
    try:
        grades.send_score(
            found.registration,
            found.deployment_id,
            found.lineitem_url,
            _note(found, reached, timestamp),
        )
    except StaleTimestamp as stale:
        return TryLater(stale.reason, after=1.0)
    except TransientServiceError as failed:
        return lms_fails(job, found.registration.id, failed)
    except PermanentServiceError:
        # The result, when it comes, is what tells a teacher of a fault.
        return Done(lambda session: note_told(session, person_id, link_id, reached))

    def write(session: Session) -> None:
        note_told(session, person_id, link_id, reached)
        service_went_well(session, found.registration.id, Service.SCORES, datetime.now(UTC))

    return Done(write)


def _note(found: ToSend, reached: float, timestamp: datetime) -> Score:
    said = translations(_LANGUAGES.get(found.country, "nb")).gettext
    has_quarter = reached >= _FIRST_QUARTER
    return Score(
        user_id=found.sub,
        given=None,
        maximum=MAXIMUM,
        activity="InProgress" if has_quarter else "Started",
        grading="NotReady",
        timestamp=timestamp,
        comment=said(_SO_FAR) % {"n": int(reached)} if has_quarter else said(_BEGUN),
    )
