"""Who arrives by a launch, and on which page: one table says what each kind of message leads to."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from lti.claims import (
    DATA_PRIVACY_REQUEST,
    DEEP_LINKING_REQUEST,
    LTI_DATA_PRIVACY_REQUEST,
    RESOURCE_LINK_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
)
from lti.errors import LtiRejected
from lti.tool.launch import Launch
from tracks.db import Session
from tracks.i18n import language_of
from tracks.lms.actions.addresses import note_refused_addresses
from tracks.lms.actions.life_cycle import want_handler
from tracks.lms.rules import frame_sources
from tracks.lms.views import deep_linking, privacy, review, work
from tracks.people.actions import Person, person_from_launch, start_sign_in
from tracks.people.rules import Context
from tracks.web.cookies import seal, sign_in_token
from tracks.web.requests import parts

log = logging.getLogger(__name__)


class Entered(Struct, frozen=True):
    """Who came in by a launch, and where to."""

    person: Person
    token: str | None  # None: suspended
    path: str
    locale: str | None
    registration_id: int
    binding_cookie: str
    lms_origin: str
    way_back: str | None


def _anybody(_message: Launch) -> None:
    return None


class Arrival(Struct, frozen=True):
    """`arrive` gives the path of the page; `check` raises LtiRejected, with nothing written yet."""

    arrive: Callable[[Session, Launch, Person, datetime], str]
    check: Callable[[Launch], None] = _anybody
    is_sealed: bool = False  # the page is opened by this sign-in only


ARRIVALS: Final[Mapping[str, Arrival]] = {
    RESOURCE_LINK_REQUEST: Arrival(work.arrive),
    DEEP_LINKING_REQUEST: Arrival(deep_linking.arrive, deep_linking.check),
    SUBMISSION_REVIEW_REQUEST: Arrival(review.arrive, review.check, is_sealed=True),
    DATA_PRIVACY_REQUEST: Arrival(privacy.arrive, privacy.check, is_sealed=True),
    LTI_DATA_PRIVACY_REQUEST: Arrival(privacy.arrive, privacy.check, is_sealed=True),
}


def enter(session: Session, message: Launch, municipality_id: int, moment: datetime) -> Entered:
    """Raises LtiRejected, with nothing written, for a message that we do not serve (T23)."""
    arrival = _arrival(message)
    course = message.context
    context = Context(message.deployment.id, course.id) if course else None
    who = person_from_launch(
        session,
        registration_id=message.registration.id,
        sub=message.sub,
        municipality_id=municipality_id,
        name=message.name or message.given_name,
        language=language_of(message.locale),
        now=moment,
        context=context,
    )
    origin = framing_origins(message)
    if who.is_suspended:
        return _entered(message, who, None, "/", origin)
    token = start_sign_in(
        session,
        who,
        deployment_id=message.deployment.id,
        leads_here=message.roles.is_instructor or message.roles.is_teaching_assistant,
        context_id=context.context_id if context else None,
        lms_origin=origin,
        now=moment,
        way_back=message.way_back,
        replaces=sign_in_token(),
    )
    base_url = parts().settings.base_url
    for each in note_refused_addresses(session, message, base_url, moment):
        log.warning(
            "launch.address_refused registration=%d service=%s reason=%s host=%s",
            message.registration.id,
            each.service,
            each.reason,
            each.host,
        )
    want_handler(session, message, base_url, moment)
    path = arrival.arrive(session, message, who, moment)
    if arrival.is_sealed:
        path = f"{path}/{seal(parts().secret, token, path)}"
    return _entered(message, who, token, path, origin)


def _entered(message: Launch, who: Person, token: str | None, path: str, origin: str) -> Entered:
    return Entered(
        person=who,
        token=token,
        path=path,
        locale=message.locale,
        registration_id=message.registration.id,
        binding_cookie=message.binding_cookie,
        lms_origin=origin,
        way_back=message.way_back,
    )


def _arrival(message: Launch) -> Arrival:
    try:
        arrival = ARRIVALS.get(message.message_type)
        if arrival is None:
            raise LtiRejected("message_type_unknown")
        arrival.check(message)
    except LtiRejected as rejected:
        rejected.return_url = message.way_back
        rejected.locale = message.locale
        rejected.binding_cookie = message.binding_cookie
        rejected.registration_id = message.registration.id
        raise
    return arrival


def framing_origins(message: Launch) -> str:
    """Where the LMS's own pages are: Canvas signs in on one host and frames us on another (T40)."""
    urls = (message.registration.issuer, message.registration.auth_url, message.return_url or "")
    return frame_sources(urls)
