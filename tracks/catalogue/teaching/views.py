"""/teaching: what one teaches. Only its own page and the catalogue know of it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.catalogue.queries import Edition
from tracks.catalogue.subjects import named_subjects
from tracks.catalogue.teaching.actions import say_teaching, take_teaching_away
from tracks.catalogue.teaching.queries import teaching_of
from tracks.catalogue.teaching.rules import (
    Fit,
    Teaching,
    grade_name,
    nearest_fit,
    offered_grades,
    offered_subjects,
    spans,
)
from tracks.db import Session
from tracks.organisation.queries.units import owner
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.people.views import local_path
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import language, see_other


class Sorted(Struct, frozen=True):
    """The catalogue for somebody who has said what they teach."""

    said: str  # in words
    own: list[Edition]
    every_subject: list[Edition]
    others: int


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/teaching", "teaching", show)
    pages.add_url_rule("/teaching", "say_teaching", say, methods=["POST"])


def sorted_for(session: Session, actor: Actor | None, editions: list[Edition]) -> Sorted | None:
    """None: they have not said what they teach, or nobody knows who it is."""
    said = teaching_of(session, actor) if actor else None
    if actor is None or said is None:
        return None
    by_fit: dict[Fit, list[Edition]] = {fit: [] for fit in Fit}
    for edition in editions:
        by_fit[nearest_fit(edition, said)].append(edition)
    in_words = said_in_words(said, owner(session, actor.municipality_id).country)
    return Sorted(in_words, by_fit[Fit.OWN], by_fit[Fit.EVERY_SUBJECT], len(by_fit[Fit.OTHER]))


def said_in_words(said: Teaching, country: str) -> str:
    names = [name for _, name in named_subjects(said.subjects, language(), gettext)]
    return ", ".join([*names, *spans(said.grades, country)])


@requires(Permission.KNOWN)
def show(session: Session, actor: Actor) -> ResponseReturnValue:
    country = owner(session, actor.municipality_id).country
    said = teaching_of(session, actor)
    return render_template(
        "catalogue/teaching.html",
        subjects=named_subjects(offered_subjects(country), language(), gettext),
        grades=[(grade, grade_name(grade, country)) for grade in offered_grades(country)],
        said=said,
        then=local_path(request.args.get("then"), "/catalogue"),
    )


@requires(Permission.KNOWN)
def say(session: Session, actor: Actor) -> ResponseReturnValue:
    country = owner(session, actor.municipality_id).country
    chosen = Teaching(
        tuple(dict.fromkeys(request.form.getlist("subject"))),
        tuple(dict.fromkeys(request.form.getlist("grade"))),
    )
    known = set(offered_subjects(country)), set(offered_grades(country))
    if not (known[0].issuperset(chosen.subjects) and known[1].issuperset(chosen.grades)):
        raise PageError(400, MALFORMED)
    match request.form.get("go"):
        case "save" if chosen.subjects or chosen.grades:
            say_teaching(session, actor, chosen)
        case "save" | "take_away":
            take_teaching_away(session, actor)
        case _:
            raise PageError(400, MALFORMED)
    return see_other(local_path(request.form.get("then"), "/catalogue"))
