"""Signing in without an LMS."""

from flask import Blueprint

from tracks.db import Session
from tracks.people.rules import Actor, Permission
from tracks.signin.views import ended, front, mine, out, rounds, set_up, settings
from tracks.signin.views.ended import ended as told_of_an_end
from tracks.signin.views.rounds import way_back as way_back
from tracks.signin.views.rounds import way_there as way_there
from tracks.signin.views.side import EXTENSION as EXTENSION
from tracks.signin.views.side import Feide as Feide
from tracks.signin.views.side import SignInSide as SignInSide
from tracks.signin.views.told import groups_told as groups_told
from tracks.web.pages import gettext
from tracks.web.requests import Door, noted

pages = Blueprint("signin", __name__)
for part in (ended, front, rounds, set_up, mine, out, settings):
    part.add_to(pages)
OPEN_TO_SERVICES = (way_there, way_back, told_of_an_end)


def doors(_session: Session) -> list[Door]:
    actor: Actor = noted().actor
    found = [Door(gettext("How and where you are signed in"), "/sign-ins")]
    if actor.may(Permission.CONNECT_LMS):
        found.append(Door(gettext("Signing in without an LMS"), "/municipality/sign-in"))
    return found
