"""The leader records who took part in joint work; without a leader, each for themselves."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from content.model import Phase
from tracks.catalogue.queries import Edition, Module
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.queries import leaders_of, school_of_municipality, staff, staff_count
from tracks.people.rules import Actor, Permission
from tracks.progress.actions import Worker, record_joint_work, worker_of
from tracks.progress.queries import own_edition, took_part
from tracks.progress.views.order import refuse_closed
from tracks.progress.views.places import (
    edition_or_404,
    module_or_404,
    module_url,
    phase_or_404,
    shelf,
)
from tracks.web.errors import NOT_ALLOWED, PageError
from tracks.web.requests import language, now, row_id, see_other


def add_to(pages: Blueprint) -> None:
    rule = "/t/<publisher>/<track>/<module>/together/<letter>"
    pages.add_url_rule(rule, "together", attendance, methods=["GET"])
    pages.add_url_rule(rule, "record", record, methods=["POST"])
    pages.add_url_rule(f"{rule}/me", "record_me", record_me, methods=["POST"])


def _place(
    session: Session, actor: Actor, publisher: str, track: str, module: str, letter: str
) -> tuple[Edition, Module, Phase]:
    newest = edition_or_404(session, publisher, track)
    edition = own_edition(session, shelf(), actor.person_id, newest)
    if module not in edition.by_module:
        edition = newest
    phase = phase_or_404(letter)
    if not phase.is_joint:
        abort(404)
    return edition, module_or_404(edition, module), phase


def _school_id(actor: Actor) -> int:
    if actor.school_id is None or not actor.may_at(Permission.LEAD, actor.school_id):
        raise PageError(403, NOT_ALLOWED)
    return actor.school_id


@requires(Permission.LEAD)
def attendance(
    session: Session, actor: Actor, publisher: str, track: str, module: str, letter: str
) -> ResponseReturnValue:
    edition, found, phase = _place(session, actor, publisher, track, module, letter)
    school_id = _school_id(actor)
    people = staff(session, actor.municipality_id, school_id, actor.leads_only)
    others = staff_count(session, actor.municipality_id, school_id) - len(people)
    recorded = took_part(
        session, actor.municipality_id, found.id, phase, [p.person_id for p in people]
    )
    lang = edition.language(language())
    return render_template(
        "progress/together.html",
        edition=edition,
        module=found,
        text=found.texts[lang],
        content_lang=lang,
        phase=phase,
        phase_name=PHASE_NAMES[phase],
        school=school_of_municipality(session, actor.municipality_id, school_id),
        # By name, and no word of who has opened the track: that is each one's own business.
        people=people,
        others=others,
        recorded=recorded,
    )


@requires(Permission.LEAD)
def record(
    session: Session, actor: Actor, publisher: str, track: str, module: str, letter: str
) -> ResponseReturnValue:
    edition, found, phase = _place(session, actor, publisher, track, module, letter)
    school_id = _school_id(actor)
    ticked = set(request.form.getlist("present", type=row_id))
    present = [
        Worker(p.person_id, actor.municipality_id, school_id)
        for p in staff(session, actor.municipality_id, school_id, actor.leads_only)
        if p.person_id in ticked
    ]
    record_joint_work(session, actor, edition, found.id, phase, present, now())
    return see_other(f"{module_url(edition, found.slug)}?done={phase.value}")


@requires(Permission.OWN_WORK)
def record_me(
    session: Session, actor: Actor, publisher: str, track: str, module: str, letter: str
) -> ResponseReturnValue:
    """Where no leader is known at the school, nobody else could record it."""
    edition, found, phase = _place(session, actor, publisher, track, module, letter)
    if actor.school_id is not None and leaders_of(
        session, actor.municipality_id, actor.school_id, now()
    ):
        raise PageError(403, NOT_ALLOWED)
    refuse_closed(session, actor, edition_or_404(session, publisher, track), found)
    record_joint_work(session, actor, edition, found.id, phase, [worker_of(actor)], now())
    return see_other(f"{module_url(edition, found.slug)}?done={phase.value}")
