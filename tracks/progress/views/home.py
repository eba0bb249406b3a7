"""A teacher's own page: what now, and what else."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.catalogue.queries import Edition, Module, published
from tracks.catalogue.rules import Outline
from tracks.db import Session
from tracks.feedback.queries import Became, answered_lately
from tracks.i18n import local_day
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.queries import done_work, followed_authors, started_tracks
from tracks.progress.rules import next_step, units_done
from tracks.progress.views.authors import news_by_authors
from tracks.progress.views.dates import coming
from tracks.progress.views.following import followed_by
from tracks.progress.views.places import PhaseView, phases_of, shelf
from tracks.web.requests import now, parts, see_other

MOST_DATES = 3


class TrackView(Struct, frozen=True):
    edition: Edition
    next_step: Outline | None
    phase: PhaseView | None
    done: int
    units: int


class Heard(Struct, frozen=True):
    """What authors have answered of late to what the reader said of a session."""

    edition: Edition  # which they read
    module: Module
    became: list[Became]
    url: str


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/", "home", home)


@requires(Permission.PUBLIC)
def home(session: Session, actor: Actor | None) -> ResponseReturnValue:
    if actor is None:
        return see_other("/catalogue")
    mine = [
        _view(session, actor, shelf().edition(session, row.version_id))
        for row in started_tracks(session, actor.person_id)
    ]
    begun = {view.edition.track_id for view in mine}
    followed = followed_by(session, actor)
    told = {each.newest.track_id for each in followed}
    editions = [shelf().edition(session, version_id) for version_id in published(session)]
    return render_template(
        "progress/home.html",
        tracks=mine,
        # What is begun stands above; a new version of it is told here all the same.
        followed=[f for f in followed if f.is_new or f.newest.track_id not in begun],
        by_authors=news_by_authors(session, actor, editions),
        heard=_heard(session, actor),
        follows_authors=bool(followed_authors(session, actor)),
        others=[e for e in editions if e.track_id not in begun | told],
        sees_municipality=actor.may(Permission.SEE_MUNICIPALITY),
        dates=coming([e for e in editions if e.track_id in begun | told], now())[:MOST_DATES],
        doors=[door for offered in parts().doors for door in offered(session)],
    )


def _view(session: Session, actor: Actor, edition: Edition) -> TrackView:
    work = done_work(session, actor.person_id, edition.track_id)
    step = next_step(edition.steps, work)
    phase = None
    if step is not None:
        module = edition.module_ids[step.module_id]
        phase = next(p for p in phases_of(edition, module, work) if p.phase is step.phase)
    return TrackView(edition, step, phase, units_done(edition.steps, work), edition.units)


def _heard(session: Session, actor: Actor) -> list[Heard]:
    found = []
    for each in answered_lately(session, actor.person_id, local_day(now())):
        edition = shelf().edition(session, each.version_id)
        module = edition.module_ids[each.module_id]
        place = f"/t/{edition.publisher}/{edition.slug}/{module.slug}/-/remarks"
        url = f"{place}?version={each.version_id}#own-remarks"
        found.append(Heard(edition, module, each.became, url))
    return found
