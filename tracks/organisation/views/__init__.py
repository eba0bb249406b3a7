"""The pages of the organisation: units, teams, the spreader chain, people and their roles."""

from flask import Blueprint

from tracks.db import Session
from tracks.organisation.views import (
    accounts,
    coverage,
    invitations,
    notes,
    people,
    reform,
    settings,
    teams,
    units,
)
from tracks.people.rules import Actor, Permission
from tracks.web.pages import gettext
from tracks.web.requests import Door, noted

pages = Blueprint("organisation", __name__)
for part in (coverage, notes, units, reform, teams, people, invitations, accounts, settings):
    part.add_to(pages)


def doors(_session: Session) -> list[Door]:
    """Pages of the organisation that the one who is signed in may open; nothing is asked."""
    actor: Actor = noted().actor
    found = []
    if actor.school_id is not None:
        found.append(Door(gettext("Your spreader, and who helps them"), "/spreaders"))
    for permission, text, path in (
        (Permission.SEE_BRANCH, gettext("Spreaders: where they are, and where not"), "/coverage"),
        (Permission.SEE_BRANCH, gettext("Between the schools and the municipality"), "/chain"),
        (Permission.GIVE_ROLES, gettext("People and roles"), "/people"),
        (Permission.SEE_ROLES, gettext("Who has which role"), "/roles"),
    ):
        if actor.may(permission):
            found.append(Door(text, path))
    found.append(Door(gettext("I have an invitation"), "/invitation"))
    found.append(Door(gettext("I work in two learning platforms"), "/accounts"))
    return found
