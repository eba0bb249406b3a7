"""In which order sessions are taken: said to everybody, and kept where the author wants it kept."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.model import Order
from tracks.catalogue.queries import Edition, Module
from tracks.catalogue.rules import Outline
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.actions.opening import close_module, open_module
from tracks.progress.queries import done_work, opened_modules
from tracks.progress.rules import DoneWork, closed_modules, next_step
from tracks.progress.views.places import (
    edition_or_404,
    module_or_404,
    module_url,
    own_or_newest,
)
from tracks.web.errors import NOT_ALLOWED, Lesson, PageError, typed_text
from tracks.web.requests import now, see_other

NOT_OPEN_YET = Lesson(
    N_("This session is not open yet"),
    N_("The sessions of this track are taken in order. Nothing was saved."),
    N_("The page of the session says what comes before it. What you wrote is below."),
    N_("The leader of your change group can open it for everybody at your school."),
)


class Closed(Struct, frozen=True):
    waits_for: list[Module]
    next_step: Outline | None  # the first own step there that is not done


class Opened(Struct, frozen=True):
    """How a session stands that could be closed: what a leader sees."""

    for_school: bool  # a leader has opened it for everybody


def add_to(pages: Blueprint) -> None:
    rule = "/t/<publisher>/<track>/<module>/-/open"
    pages.add_url_rule(rule, "open_for_school", open_for_school, methods=["POST"])


def leads_here(actor: Actor | None) -> bool:
    return bool(actor and actor.school_id and actor.may_at(Permission.LEAD, actor.school_id))


def closed_of(
    session: Session, actor: Actor | None, newest: Edition, edition: Edition, work: DoneWork
) -> dict[int, Closed]:
    """Session id -> what comes before it. What the author says in the newest version counts, also
    for those who work on an older one. To a leader, and to who only reads about it, all is open."""
    if newest.order is not Order.ENFORCED or actor is None or leads_here(actor):
        return {}
    in_order = [(module.id, module.begins_with_previous) for module in edition.modules]
    found = closed_modules(in_order, edition.steps, work)
    opened = opened_modules(session, actor) if found and actor.school_id else frozenset()
    alone = [step for step in edition.steps if not step.phase.is_joint]
    return {
        module_id: Closed(
            [edition.module_ids[each] for each in before],
            next_step([s for s in alone if s.module_id == before[0]], work),
        )
        for module_id, before in found.items()
        if module_id not in opened
    }


def is_closed(session: Session, actor: Actor, newest: Edition, module_id: int) -> bool:
    """Asks the database nothing where nothing is closed."""
    if newest.order is not Order.ENFORCED or leads_here(actor):
        return False
    work = done_work(session, actor.person_id, newest.track_id)
    edition = own_or_newest(session, newest, work)
    return module_id in closed_of(session, actor, newest, edition, work)


def refuse_closed(session: Session, actor: Actor, newest: Edition, module: Module) -> None:
    """Raises PageError, with what was typed: the page was open before it closed."""
    if is_closed(session, actor, newest, module.id):
        way_on = (module_url(newest, module.slug), N_("Go to the session"))
        raise PageError(409, NOT_OPEN_YET, kept=typed_text(), way_on=way_on)


def opened_by_leader(
    session: Session, actor: Actor | None, newest: Edition, edition: Edition, module: Module
) -> Opened | None:
    """None where there is nothing to open."""
    is_first = bool(edition.modules) and module.id == edition.modules[0].id
    if actor is None or not leads_here(actor) or newest.order is not Order.ENFORCED or is_first:
        return None
    return Opened(module.id in opened_modules(session, actor))


@requires(Permission.LEAD)
def open_for_school(
    session: Session, actor: Actor, publisher: str, track: str, module: str
) -> ResponseReturnValue:
    edition = edition_or_404(session, publisher, track)
    found = module_or_404(edition, module)
    if actor.school_id is None or not leads_here(actor):
        raise PageError(403, NOT_ALLOWED)
    change = close_module if request.form.get("go") == "close" else open_module
    change(session, actor, actor.school_id, found.id, now())
    return see_other(f"{module_url(edition, module)}#order")
