"""Who arrives by a launch, and on which page: one table says what each kind of message leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lti.claims import RESOURCE_LINK_REQUEST
from lti.errors import LtiRejected
from lti.tool.launch import Launch
from tracks.db import Session
from tracks.i18n import language_of
from tracks.lms.rules import frame_sources
from tracks.lms.views import work
from tracks.people.actions import Person, person_from_launch, start_sign_in
from tracks.web.cookies import sign_in_token


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in by a launch, and where to."""

    person: Person
    token: str | None  # None: suspended
    path: str
    locale: str | None
    binding_cookie: str
    lms_origin: str


def _anybody(_message: Launch) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Arrival:
    """`arrive` gives the path of the page; `check` raises LtiRejected, with nothing written yet."""

    arrive: Callable[[Session, Launch, Person, datetime], str]
    check: Callable[[Launch], None] = _anybody


ARRIVALS: Final[Mapping[str, Arrival]] = {
    RESOURCE_LINK_REQUEST: Arrival(work.arrive),
}


def enter(session: Session, message: Launch, municipality_id: int, moment: datetime) -> Entered:
    """Raises LtiRejected, with nothing written, for a message that we do not serve (T23)."""
    arrival = _arrival(message)
    who = person_from_launch(
        session,
        registration_id=message.registration.id,
        sub=message.sub,
        municipality_id=municipality_id,
        name=message.name or message.given_name,
        language=language_of(message.locale),
        now=moment,
    )
    origin = _framing_origins(message)
    if who.is_suspended:
        return Entered(who, None, "/", message.locale, message.binding_cookie, origin)
    token = start_sign_in(
        session,
        who,
        deployment_id=message.deployment.id,
        leads_here=message.roles.is_instructor or message.roles.is_teaching_assistant,
        lms_origin=origin,
        now=moment,
        replaces=sign_in_token(),
    )
    path = arrival.arrive(session, message, who, moment)
    return Entered(who, token, path, message.locale, message.binding_cookie, origin)


def _arrival(message: Launch) -> Arrival:
    try:
        arrival = ARRIVALS.get(message.message_type)
        if arrival is None:
            raise LtiRejected("message_type_unknown")
        arrival.check(message)
    except LtiRejected as rejected:
        rejected.return_url = message.return_url
        rejected.binding_cookie = message.binding_cookie
        rejected.registration_id = message.registration.id
        raise
    return arrival


def _framing_origins(message: Launch) -> str:
    """Where the LMS's own pages are: Canvas signs in on one host and frames us on another (T40)."""
    urls = (message.registration.issuer, message.registration.auth_url, message.return_url or "")
    return frame_sources(urls)
