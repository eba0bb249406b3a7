"""Arriving by a data privacy launch: what is kept about one person, as numbers."""

from datetime import datetime

from lti.errors import LtiRejected
from lti.tool.launch import Launch
from tracks.db import Session
from tracks.events import Noted
from tracks.people.actions import Person
from tracks.people.queries import person_of_account


def check(message: Launch) -> None:
    """For oneself, or for who administers the course, the institution or the system."""
    if message.for_user != message.sub and not message.roles.administers:
        raise LtiRejected("privacy_not_administrator")


def arrive(session: Session, message: Launch, who: Person, moment: datetime) -> str:
    """0 for somebody who has never been here: nobody is made by being asked about."""
    found = person_of_account(session, message.registration.id, message.for_user or "")
    if found is not None and found != who.id:
        note = Noted("privacy_seen", who.municipality_id, moment, who.id, found)
        session.emit(note)
    return f"/privacy/{found or 0}"
