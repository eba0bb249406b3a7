"""The report of times of access that end, for those who write tracks here (P-15)."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracks.catalogue.expiry.queries import Ending, endings
from tracks.catalogue.expiry.rules import AHEAD, DAYS_BEFORE
from tracks.catalogue.public.telling import today
from tracks.catalogue.public.terms import OrdinaryTerms, terms_of
from tracks.catalogue.publishers import publishers
from tracks.catalogue.rules import public_path
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.pages import gettext
from tracks.web.requests import Door, language, noted

ENDED_LATELY = timedelta(days=365)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/catalogue/expiring", "expiring", expiring)


@requires(Permission.WRITE_TRACKS)
def expiring(session: Session, actor: Actor) -> ResponseReturnValue:
    day = today()
    ending = endings(session, day, day + AHEAD, language())
    ended = endings(session, day - ENDED_LATELY, day - timedelta(days=1), language())
    return render_template(
        "catalogue/expiring.html",
        ending=ending,
        ended=ended[::-1],
        publishers=publishers(session),
        terms={each.address: _terms(session, each) for each in (*ending, *ended)},
        days_before=DAYS_BEFORE,
        url_of=public_path,
        today=day,
    )


def _terms(session: Session, each: Ending) -> OrdinaryTerms | None:
    edition = shelf().current(session, each.address.publisher, each.address.track)
    return terms_of(session, edition, each.address, each.language) if edition else None


def door(session: Session) -> list[Door]:
    """On an author's own page: the report, and how many it has that end soon."""
    actor: Actor | None = noted().get("actor")
    if actor is None or not actor.may(Permission.WRITE_TRACKS):
        return []
    day = today()
    count = len(endings(session, day, day + AHEAD, language()))
    text = gettext("Times of access that end within 30 days: %(count)s", count=count)
    return [Door(text, "/catalogue/expiring")]
