"""What every public page says beside its text: facts, links, and what machines read."""

from datetime import date
from typing import Any, cast

from flask import abort, after_this_request, current_app, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug import Response

from content.devices import DEVICES
from content.model import EntryLevel
from tracks.catalogue.public.about import About, about, licence_url
from tracks.catalogue.public.dates import dates_of
from tracks.catalogue.public.frameworks import framework_name, framework_page, own_first
from tracks.catalogue.public.linked_data import linked_data
from tracks.catalogue.public.links import Links, links_to
from tracks.catalogue.public.page_views import PageViews, is_by_a_person
from tracks.catalogue.public.terms import OrdinaryTerms, terms_of
from tracks.catalogue.publishers import publisher_of
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import TRACK_KIND_NAMES, Address
from tracks.catalogue.subjects import named_subjects
from tracks.catalogue.windows import Standing
from tracks.db import Session
from tracks.i18n import N_, local_day
from tracks.organisation.queries.choices import choices
from tracks.people.rules import Actor
from tracks.web.pages import gettext
from tracks.web.requests import language, now, parts

ENTRY_LEVELS = {
    EntryLevel.NEWCOMER: N_("for those who are new to it"),
    EntryLevel.EXPLORER: N_("for those who have tried a little"),
    EntryLevel.INTEGRATOR: N_("for those who use it now and then"),
    EntryLevel.EXPERT: N_("for those who use it with confidence"),
    EntryLevel.LEADER: N_("for those who help others"),
    EntryLevel.PIONEER: N_("for those who develop new ways"),
}


class Telling(Struct, frozen=True):
    """For the macros of catalogue/about.html."""

    about: About
    standing: Standing
    is_readable: bool  # here and now, by whoever asks
    subjects: list[str]
    frameworks: list[tuple[str, str]]  # name, and where its words stand; may be ""
    devices: list[str]
    entry_level: str | None  # translated
    licence_url: str | None
    links: Links
    kind: str  # of the track, translated; may be ""
    terms: OrdinaryTerms | None
    data: dict[str, Any]


def today() -> date:
    return local_day(now())


def telling(session: Session, actor: Actor | None, edition: Edition, address: Address) -> Telling:
    """404 for what has no public page. A visit of somebody unknown is counted."""
    publisher = publisher_of(session, edition.publisher)
    told = about(edition, address, language(), publisher, dates_of(session, edition))
    if told is None:
        abort(404)
    subjects = dict(named_subjects(told.subjects, language(), gettext))
    codes = list(told.frameworks)
    if actor is not None and codes:
        codes = own_first(codes, choices(session, actor.municipality_id).framework)
    frameworks = {code: framework_name(code, gettext) for code in codes}
    level = EntryLevel(told.entry_level) if told.entry_level else None
    terms = terms_of(session, edition, address, language())
    base_url = parts().settings.base_url.rstrip("/")
    if actor is None:
        _count(str(told.address))
    return Telling(
        about=told,
        standing=told.window.standing(today()),
        # On ordinary terms: for those whose municipality uses the tracks here (ADR 0022).
        is_readable=actor is not None or told.window.is_open(today()),
        subjects=list(subjects.values()),
        frameworks=[(name, framework_page(code)) for code, name in frameworks.items()],
        devices=[DEVICES.get(code, code) for code in told.devices],
        entry_level=gettext(ENTRY_LEVELS[level]) if level else None,
        licence_url=licence_url(told.licence),
        links=links_to(told.address, base_url),
        kind=gettext(TRACK_KIND_NAMES[edition.kind]) if edition.kind else "",
        terms=terms,
        data=linked_data(
            told,
            base_url,
            today(),
            subject_names=subjects,
            framework_names=frameworks,
            provider=terms.provider if terms else "",
            price=terms.price if terms else "",
        ),
    )


def page_views() -> PageViews:
    return cast(PageViews, current_app.extensions["tracks.page_views"])


def _count(address: str) -> None:
    if request.method != "GET" or not is_by_a_person(request.headers):
        return
    page_views().count(address, today())

    @after_this_request
    def write(response: ResponseReturnValue) -> Response:
        # The request's own transaction has ended.
        if page_views().is_due:
            page_views().write(parts().database)
        return cast(Response, response)
