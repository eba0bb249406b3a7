"""Arriving by a resource link: into a track, a module or a single resource."""

import logging
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from lti.tool.launch import Launch
from tracks.catalogue.queries import Shelf
from tracks.catalogue.rules import Address
from tracks.db import Session
from tracks.lms.actions import Link, expect_score, leads_to_leaders, link_of_launch
from tracks.lms.actions.life_cycle import note_history
from tracks.lms.actions.rosters import note_course
from tracks.lms.course_list import leads_course
from tracks.lms.queries import likely_school
from tracks.lms.rules import address_of_launch, own_page_of, part_of
from tracks.people.actions import Person
from tracks.progress.actions import Worker, note_use, open_track
from tracks.progress.events import Way
from tracks.progress.queries import place_to_go_on
from tracks.web.requests import extension, parts

log = logging.getLogger(__name__)


def shelf() -> Shelf:
    return cast(Shelf, extension("tracks.shelf"))


def arrive(session: Session, message: Launch, who: Person, moment: datetime) -> str:
    address = address_of_launch(message.custom.get("resource"), message.target_link_uri)
    link = _note_work(session, message, address, who, moment)
    if leads_course(message.roles):
        note_course(session, message, who, parts().settings.base_url, moment)
    if link is None and address is not None and message.resource_link is not None:
        _note_if_nowhere(session, message, address)
    # as it is called today, whatever the LMS calls it
    path = _page(address if link is None else link.address, message.target_link_uri)
    if who.school_id is None and address is not None:
        return _school_question(session, message, who.municipality_id, path)
    if link is not None and link.address.module is None and not who.is_new:
        # Straight to where they were: the page in between would only send them on.
        return place_to_go_on(session, shelf(), who.id, link.edition)
    return path


def _note_if_nowhere(session: Session, message: Launch, address: Address) -> None:
    if not leads_to_leaders(session, shelf(), address):
        log.warning("launch.leads_nowhere registration=%s", message.registration.id)


def _school_question(session: Session, message: Launch, municipality_id: int, then: str) -> str:
    """The page that asks for the school, with a guess; `then` itself where there is no school."""
    query = {"then": then}
    guess, has_schools = likely_school(
        session,
        municipality_id,
        message.deployment.id,
        message.context.id if message.context else None,
    )
    if not has_schools:
        return then
    if guess is not None:
        query["guess"] = str(guess)
    return "/school?" + urlencode(query)


def _note_work(
    session: Session, message: Launch, address: Address | None, who: Person, moment: datetime
) -> Link | None:
    base_url = parts().settings.base_url
    link = link_of_launch(session, shelf(), message, address, who, base_url, moment)
    if link is None:
        return None
    worker = Worker(who.id, who.municipality_id, who.school_id)
    if link.address.step is None:
        open_track(session, worker, link.edition.track_id, None, moment)
    else:
        # A link to a single resource is use on its own, not a start of its track (F-13).
        note_use(
            session, worker, part_of(link.edition.steps, link.address)[0], Way.INDEPENDENT, moment
        )
    note_history(session, message, link.id, moment)
    expect_score(
        session, shelf(), who, link, message.sub, moment, leads=message.roles.is_instructor
    )
    return link


def _page(address: Address | None, target_link_uri: str) -> str:
    if address is None:
        return own_page_of(target_link_uri)
    base = f"/t/{address.publisher}/{address.track}"
    if address.step:
        return f"/r/{address.publisher}/{address.track}/{address.module}/{address.step}"
    return f"{base}/{address.module}" if address.module else f"{base}/continue"
