"""The self-test: look at an LMS now, note what was seen, and say it in plain words."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from lti.ports import Clock, Http, SigningKeys
from lti.tool.checkup import Seen, look_at
from tracks.db import Database, Session
from tracks.lms.actions import service_failed, service_went_well
from tracks.lms.checkup import SCOPES, Line, checkup
from tracks.lms.rules import Service
from tracks.lms.standing import Subject

EXTENSION: Final = "tracks.self_test"
# Of each request; somebody waits for the answer.
CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 4.0


class SelfTest(Struct, frozen=True):
    """What it takes to ask an LMS. `http` fetches past every cache."""

    http: Http
    keys: SigningKeys
    clock: Clock


def checkup_lines(database: Database, subject: Subject, test: SelfTest) -> list[Line]:
    """Takes up to 20 s, with no transaction open while the LMS is asked."""
    registration = subject.registration
    seen = look_at(
        registration,
        subject.deployment_id,
        SCOPES,
        http=test.http,
        keys=test.keys,
        clock=test.clock,
    )
    with database.writing() as session:
        _note(session, registration.id, seen, test.clock.now())
    return checkup(subject.known, seen)


def _note(session: Session, registration_id: int, seen: Seen, now: datetime) -> None:
    outcomes = {Service.KEYS: seen.keys_failed}
    if seen.scopes and seen.has_services:
        outcomes[Service.TOKEN] = seen.token_failed
    for service, reason in outcomes.items():
        if reason is None:
            service_went_well(session, registration_id, service, now)
        else:
            service_failed(session, registration_id, service, reason, now)
