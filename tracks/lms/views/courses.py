"""/courses/<id>: who is in a course, for those who lead it, and how its list is kept right."""

from typing import cast

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.catalogue.queries import Shelf
from tracks.db import Session
from tracks.lms.actions.rosters import (
    accept_shrunken_list,
    ask_for_list,
    refuse_shrunken_list,
)
from tracks.lms.course_progress import note_looks, standings
from tracks.lms.course_queries import (
    Course,
    Heads,
    groups_of,
    heads,
    led_course,
    led_courses,
    participants,
    started,
)
from tracks.lms.lessons import COURSE_LIST_ADVICE
from tracks.organisation.queries.choices import choices
from tracks.people.actions import token_hash
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.people.small_numbers import Shown, shown
from tracks.privacy.queries import agreed_sights
from tracks.privacy.rules import Sight
from tracks.web.cookies import sign_in_token
from tracks.web.errors import MALFORMED, NOT_ALLOWED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import Door, language, now, parts, see_other

PER_PAGE = 200


class Uptake(Struct, frozen=True):
    """How many of the course's participants have started one of its tracks."""

    version_id: int
    title: str
    content_lang: str
    people: Shown


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/courses/<id:course_id>", "course", course_page)
    pages.add_url_rule("/courses/<id:course_id>/progress", "look", look, methods=["POST"])
    pages.add_url_rule("/courses/<id:course_id>/fetch", "fetch", fetch, methods=["POST"])
    pages.add_url_rule("/courses/<id:course_id>/held", "decide", decide, methods=["POST"])


def _token() -> str:
    return token_hash(sign_in_token() or "")


def course_doors(session: Session) -> list[Door]:
    """The courses whose link a leader has opened in this sign-in, for their own page."""
    return [
        Door(gettext("The course: %(course)s", course=_title(found)), _path(found))
        for found in led_courses(session, _token())
    ]


def _title(found: Course) -> str:
    return found.title or gettext("Your course")


def _path(found: Course) -> str:
    return f"/courses/{found.id}"


def _led_or_404(session: Session, course_id: int) -> Course:
    """No such course, another's, one led in an earlier sign-in: the same answer."""
    return led_course(session, course_id, _token()) or abort(404)


@requires(Permission.OWN_WORK)
def course_page(session: Session, actor: Actor, course_id: int) -> ResponseReturnValue:
    return _page(session, actor, _led_or_404(session, course_id))


@requires(Permission.OWN_WORK)
def look(session: Session, actor: Actor, course_id: int) -> ResponseReturnValue:
    """How far each has come: on asking, where it was agreed, and noted for each who is shown."""
    found = _led_or_404(session, course_id)
    if Sight.COURSE_PROGRESS not in agreed_sights(session, actor.municipality_id):
        raise PageError(403, NOT_ALLOWED)
    return _page(session, actor, found, looks=True)


def _page(session: Session, actor: Actor, found: Course, *, looks: bool = False) -> str:
    counted = heads(session, found)
    chosen = choices(session, actor.municipality_id)
    least = chosen.least(parts().settings.small_number)
    pages = max(1, -(-counted.participants // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    people = participants(session, found, skip=(page - 1) * PER_PAGE, most=PER_PAGE)
    seen = standings(session, found) if looks else {}
    if looks:
        note_looks(session, actor, found.id, people, seen, now())
    return render_template(
        "lms/course.html",
        course=found,
        title=_title(found),
        heads=counted,
        people=people,
        may_look=Sight.COURSE_PROGRESS in agreed_sights(session, actor.municipality_id),
        looks=looks,
        seen=seen,
        page=page,
        pages=pages,
        tracks=_uptake(session, found, counted, least),
        groups=groups_of(session, found),
        advice=COURSE_LIST_ADVICE.get(found.reason or ""),
        least=least,
    )


def _uptake(session: Session, found: Course, counted: Heads, least: int) -> list[Uptake]:
    shelf = cast(Shelf, current_app.extensions["tracks.shelf"])
    uptake = []
    for version_id, count in started(session, found).items():
        edition = shelf.edition(session, version_id)
        people = shown(
            count,
            counted.participants,
            least=least,
            # Who has been here is named on the page: nobody is to be found by subtracting.
            within=[counted.arrived],
        )
        content_lang = edition.language(language())
        uptake.append(
            Uptake(version_id, edition.texts[content_lang]["title"], content_lang, people)
        )
    return uptake


@requires(Permission.OWN_WORK)
def fetch(session: Session, _actor: Actor, course_id: int) -> ResponseReturnValue:
    found = _led_or_404(session, course_id)
    if found.has_list:
        ask_for_list(session, found.id, found.registration_id, now())
    return see_other(_path(found))


@requires(Permission.OWN_WORK)
def decide(session: Session, _actor: Actor, course_id: int) -> ResponseReturnValue:
    """About a list that is held because it has shrunk."""
    found = _led_or_404(session, course_id)
    match request.form.get("go"):
        case "use":
            accept_shrunken_list(session, found.id, found.registration_id, now())
        case "keep":
            refuse_shrunken_list(session, found.id)
        case _:
            raise PageError(400, MALFORMED)
    return see_other(_path(found))
