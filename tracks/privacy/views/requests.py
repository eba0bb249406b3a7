"""/municipality/privacy/request: what somebody has asked for in a letter, done by an officer.

Found by the code on the person's own page and by nothing else: no name and no address leads to
anybody (ADR 0045).
"""

from datetime import date, timedelta

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import TooManyRequests

from tracks.audit.queries import number_since
from tracks.db import Database, Session
from tracks.events import Noted
from tracks.i18n import LANGUAGES, N_, local_day, translations
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.privacy.actions import ask_to_leave, let_stay
from tracks.privacy.exporting import export
from tracks.privacy.queries import Subject, subject
from tracks.privacy.rules import (
    COPIES_FOR_OTHERS_AN_HOUR,
    GRACE,
    WRONG_REFERENCES_AN_HOUR,
    is_reference,
    number_in,
    reference_of,
)
from tracks.privacy.views.municipality import HOME
from tracks.privacy.views.my_data import data_map
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import language, now, parts

PATH = f"{HOME}/request"
_HOUR = timedelta(hours=1)
NOBODY = N_(
    "This code is nobody's in your municipality. Compare it with the letter, sign by sign. The "
    "person finds it under What is kept about you."
)
NO_DAY = N_("Write the day on which the letter came as year-month-day; it cannot be to come.")
UNSURE = N_("Tick that it is right before you go on.")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule(PATH, "request", request_page)
    pages.add_url_rule(PATH, "do_request", do_request, methods=["POST"])


class _Letter(Struct, frozen=True):
    code: str
    came_on: date | None

    @property
    def parameters(self) -> dict[str, int | str | bool | None]:
        return {"letter_of": self.came_on.isoformat() if self.came_on else None}


@requires(Permission.PROTECT_DATA, fresh=True)
def request_page(_session: Session, _actor: Actor) -> ResponseReturnValue:
    return _page(_letter())


def _letter() -> _Letter:
    typed = request.form.get("came_on", "").strip()
    try:
        came_on = date.fromisoformat(typed)
    except ValueError:
        came_on = None
    is_possible = came_on is not None and came_on <= local_day(now())
    return _Letter(request.form.get("code", "").strip()[:40], came_on if is_possible else None)


def _page(
    letter: _Letter,
    found: Subject | None = None,
    *,
    problems: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    page = render_template(
        "privacy/request.html",
        letter=letter,
        typed_day=request.form.get("came_on", ""),
        found=found,
        problems=problems or {},
        done=done,
        days=GRACE.days,
        today=local_day(now()).isoformat(),
    )
    return make_response(page, 422 if problems else 200)


@requires(Permission.PROTECT_DATA, own_transactions=True, fresh=True)
def do_request(database: Database, actor: Actor) -> ResponseReturnValue:
    letter, go = _letter(), request.form.get("go", "")
    if go not in ("find", "copy", "erase", "stay"):
        raise PageError(400, MALFORMED)
    with database.writing() as session:
        found = _whose(session, actor, letter.code)
    problems = {}
    if found is None:
        problems["code"] = NOBODY
    if letter.came_on is None:
        problems["came_on"] = NO_DAY
    if found is None or problems:
        return _page(letter, problems=problems)
    if go == "copy":
        return _copy(database, actor, found, letter)
    if go == "erase" and request.form.get("sure") != "1":
        return _page(letter, found, problems={"sure": UNSURE})
    with database.writing() as session:
        _do(session, actor, found, letter, go)
        found = subject(session, found.id)
    return _page(letter, found, done=go if go != "find" else "")


def _do(session: Session, actor: Actor, found: Subject, letter: _Letter, go: str) -> None:
    home = actor.municipality_id
    if go == "find":
        _note(session, "request_found", actor, found, letter)
    elif go == "erase":
        if found.leaving_at is None:
            ask_to_leave(session, found.id, home, now(), officer_id=actor.person_id)
    else:
        let_stay(session, found.id, home, actor.person_id, now())


def _whose(session: Session, actor: Actor, code: str) -> Subject | None:
    """Each wrong one is noted; after ten in an hour nobody is found any more."""
    moment = now()
    wrong = number_since(session, ("reference_wrong",), moment - _HOUR, actor_id=actor.person_id)
    if wrong >= WRONG_REFERENCES_AN_HOUR:
        raise TooManyRequests(retry_after=3600)
    number = number_in(code)
    found = None if number is None else subject(session, number)
    if (
        found is not None
        and found.municipality_id == actor.municipality_id
        and found.erased_at is None
        and is_reference(code, reference_of(parts().secret, found.id, found.created_at))
    ):
        return found
    if code:
        session.emit(
            Noted("reference_wrong", actor.municipality_id, moment, actor_id=actor.person_id)
        )
    return None


def _note(session: Session, code: str, actor: Actor, found: Subject, letter: _Letter) -> None:
    session.emit(
        Noted(
            code,
            actor.municipality_id,
            now(),
            actor_id=actor.person_id,
            person_id=found.id,
            parameters=letter.parameters,
        )
    )


def _copy(database: Database, actor: Actor, found: Subject, letter: _Letter) -> Response:
    moment = now()
    with database.writing() as session:
        taken = number_since(session, ("data_exported",), moment - _HOUR, actor_id=actor.person_id)
        if taken >= COPIES_FOR_OTHERS_AN_HOUR:
            raise TooManyRequests(retry_after=3600)
        _note(session, "data_exported", actor, found, letter)
    # For the person to read, and not for whoever sends it to them.
    lang = found.language if found.language in LANGUAGES else language()
    pieces = export(database, data_map(), found.id, translations(lang).gettext, lang, moment)
    response = Response(pieces, mimetype="application/zip")
    name = f"learning-tracks-{found.id}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
