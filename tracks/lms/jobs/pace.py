"""How fast each LMS may be called."""

from lti.quirks import quirks_of
from tracks.db import Session
from tracks.jobs.rules import PER_SECOND
from tracks.lms.queries import active_registration
from tracks.lms.rules import registration_of_lane


def calls_per_second(session: Session, lane: str) -> float:
    registration_id = registration_of_lane(lane)
    found = None if registration_id is None else active_registration(session, registration_id)
    return quirks_of(found).calls_per_second if found else PER_SECOND
