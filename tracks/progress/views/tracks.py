"""A track, and one module of it: open to all to read about; with one's own progress if known."""

from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from content.model import Phase
from tracks.catalogue.queries import Edition, Module
from tracks.catalogue.rules import ORDER_SAID
from tracks.catalogue.subjects import named_subjects
from tracks.db import Session
from tracks.feedback.queries import box_of
from tracks.people.guards import requires
from tracks.people.queries import leaders_of
from tracks.people.rules import Actor, Permission
from tracks.progress.queries import done_work, place_to_go_on
from tracks.progress.rules import DoneWork, next_step, units_done
from tracks.progress.views.dates import coming
from tracks.progress.views.following import follows
from tracks.progress.views.leaders import draw, leader_module, leader_modules_for
from tracks.progress.views.order import closed_of, leads_here, opened_by_leader
from tracks.progress.views.places import (
    PhaseView,
    edition_or_404,
    module_or_404,
    notices,
    own_or_newest,
    phases_of,
    safe,
    shelf,
)
from tracks.progress.views.versions import news_of
from tracks.web.pages import gettext
from tracks.web.requests import language, now, see_other


class EntryCheck(NamedTuple):
    """What a teacher can do before they begin: asked, answered on this page only, never kept."""

    asked: list[str]
    can: frozenset[int] | None  # None: not answered
    foundation: Edition | None

    @property
    def is_ready(self) -> bool:
        return self.can is not None and len(self.can) == len(self.asked)


NOTHING_DONE = DoneWork(frozenset(), frozenset())


class ModuleView(NamedTuple):
    module: Module
    phases: list[PhaseView]


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/t/<publisher>/<track>", "track", track_page)
    pages.add_url_rule("/t/<publisher>/<track>/continue", "go_on", go_on)
    pages.add_url_rule("/t/<publisher>/<track>/<module>", "module", module_page)


def _work(session: Session, actor: Actor | None, edition: Edition) -> DoneWork:
    if actor is None:
        return NOTHING_DONE
    return done_work(session, actor.person_id, edition.track_id)


def _entry_check(session: Session, edition: Edition, lang: str) -> EntryCheck | None:
    asked = [line for line in edition.texts[lang].get("entry_check", "").split("\n") if line]
    if not asked:
        return None
    foundation = None
    if edition.foundation:
        foundation = shelf().current(session, edition.publisher, edition.foundation)
    can = {n for n in range(len(asked)) if str(n) in request.args.getlist("can")}
    return EntryCheck(asked, frozenset(can) if "checked" in request.args else None, foundation)


@requires(Permission.PUBLIC)
def track_page(
    session: Session, actor: Actor | None, publisher: str, track: str
) -> ResponseReturnValue:
    newest = edition_or_404(session, publisher, track)
    work = _work(session, actor, newest)
    edition = own_or_newest(session, newest, work)
    lang, done = edition.language(language()), units_done(edition.steps, work)
    return render_template(
        "progress/track.html",
        edition=edition,
        text=edition.texts[lang],
        intro=safe(edition.texts[lang]["html"]),
        content_lang=lang,
        modules=[ModuleView(m, phases_of(edition, m, work)) for m in edition.modules],
        closed=closed_of(session, actor, newest, edition, work),
        order_said=ORDER_SAID[newest.order] if len(edition.modules) > 1 else "",
        dates=coming([newest], now()),
        leader_modules=leader_modules_for(actor, edition),
        done=done,
        next_step=next_step(edition.steps, work),
        entry=None if done else _entry_check(session, edition, lang),
        news=news_of(session, edition, newest, work, edition.steps),
        followed=follows(session, actor, newest) if actor else None,
        notices=notices(session, actor.person_id, edition.track_id) if actor else [],
    )


@requires(Permission.OWN_WORK)
def go_on(session: Session, actor: Actor, publisher: str, track: str) -> ResponseReturnValue:
    """To the first thing that is not done, for those who did not come by a launch just now."""
    edition = edition_or_404(session, publisher, track)
    return see_other(place_to_go_on(session, shelf(), actor.person_id, edition))


@requires(Permission.PUBLIC)
def module_page(
    session: Session, actor: Actor | None, publisher: str, track: str, module: str
) -> ResponseReturnValue:
    newest = edition_or_404(session, publisher, track)
    work = _work(session, actor, newest)
    edition = own_or_newest(session, newest, work)
    if module not in edition.by_module:  # it came with a newer version
        closed = leader_module(module, edition, newest)
        if closed is not None:
            return draw(actor, *closed)
        edition = newest
    found = module_or_404(edition, module)
    mine = [s for s in edition.steps if s.module_id == found.id]
    lang = edition.language(language())
    leads = leads_here(actor)
    leaders: list[str] = []
    if actor is not None and actor.school_id is not None:
        leaders = leaders_of(session, actor.municipality_id, actor.school_id, now())
    return render_template(
        "progress/module.html",
        edition=edition,
        module=found,
        number=found.position,
        text=found.texts[lang],
        subjects=[name for _, name in named_subjects(found.subjects, language(), gettext)],
        content_lang=lang,
        phases=phases_of(edition, found, work),
        closed=closed_of(session, actor, newest, edition, work).get(found.id),
        opened=opened_by_leader(session, actor, newest, edition, found),
        work=work,
        next_step=next_step(mine, work),
        newest_steps=newest.step_ids,
        news=news_of(session, edition, newest, work, mine),
        just_done=_phase(request.args.get("done")),
        leads=leads,
        leaders=leaders,
        leader_html=safe(found.texts[lang]["leader_html"]) if leads else "",
        phase_leader_html={
            letter: safe(texts["leader_html"])
            for letter, texts in found.texts[lang]["phases"].items()
            if leads and texts["leader_html"]
        },
        notices=notices(session, actor.person_id, edition.track_id) if actor else [],
        remarks=box_of(session, actor.person_id, edition, found) if actor else None,
        said=request.args.get("said", ""),
    )


def _phase(letter: str | None) -> Phase | None:
    return Phase(letter) if letter in {p.value for p in Phase} else None
