"""Signing in without an LMS."""

from flask import Blueprint

from tracks.db import Session
from tracks.people.rules import Actor, Permission
from tracks.signin.views import front, mine, rounds, set_up, settings
from tracks.signin.views.rounds import way_back as way_back
from tracks.signin.views.rounds import way_there as way_there
from tracks.signin.views.side import EXTENSION as EXTENSION
from tracks.signin.views.side import SignInSide as SignInSide
from tracks.web.pages import gettext
from tracks.web.requests import Door, noted

pages = Blueprint("signin", __name__)
for part in (front, rounds, set_up, mine, settings):
    part.add_to(pages)
OPEN_TO_SERVICES = (way_there, way_back)


def doors(_session: Session) -> list[Door]:
    actor: Actor = noted().actor
    found = [Door(gettext("How and where you are signed in"), "/sign-ins")]
    if actor.may(Permission.CONNECT_LMS):
        found.append(Door(gettext("Signing in without an LMS"), "/municipality/sign-in"))
    return found
