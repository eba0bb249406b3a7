"""Open to everybody, without a cookie: privacy, the accessibility statement and its form."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from tracks.db import Database, Session
from tracks.i18n import local_day
from tracks.people.guards import refuse_foreign_page, requires
from tracks.people.rules import Actor, Permission
from tracks.privacy.actions import keep_feedback
from tracks.privacy.queries import active_municipalities, terms
from tracks.privacy.views.my_data import data_map
from tracks.privacy.views.statement import ASSESSED_ON, AUTHORITIES, GAPS, TESTED, UPDATED_ON
from tracks.web.limits import Window
from tracks.web.pages import gettext
from tracks.web.requests import extension, language, now, row_id, see_other, this_request

LONGEST, LONGEST_CONTACT = 4000, 200
# A minute, from one address, which is forgotten with it: a school may share one.
MOST_LETTERS = 10
LETTERS = "tracks.letters"  # a Window of the app


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/privacy/notice", "notice", notice)
    pages.add_url_rule("/accessibility", "accessibility", accessibility)
    pages.add_url_rule("/accessibility/feedback", "feedback", feedback_page)
    pages.add_url_rule("/accessibility/feedback", "send", send, methods=["POST"])


def _chosen(actor: Actor | None, known: dict[int, str]) -> int | None:
    """The municipality of the one who is signed in, or of the address, or the only one."""
    if actor is not None:
        return actor.municipality_id
    asked = request.values.get("municipality", type=row_id)
    if asked in known:
        return asked
    return next(iter(known)) if len(known) == 1 else None


@requires(Permission.PUBLIC)
def notice(session: Session, actor: Actor | None) -> ResponseReturnValue:
    known = active_municipalities(session)
    chosen = _chosen(actor, known)
    return render_template(
        "privacy/notice.html",
        municipalities=known,
        chosen=chosen,
        terms=None if chosen is None else terms(session, chosen),
        kinds=data_map().kept,
    )


@requires(Permission.PUBLIC)
def accessibility(session: Session, actor: Actor | None) -> ResponseReturnValue:
    known = active_municipalities(session)
    chosen = _chosen(actor, known)
    return render_template(
        "privacy/accessibility.html",
        municipality=known.get(chosen or 0),
        terms=None if chosen is None else terms(session, chosen),
        gaps=GAPS,
        tested=TESTED,
        authorities=AUTHORITIES,
        assessed_on=ASSESSED_ON,
        updated_on=UPDATED_ON,
    )


@requires(Permission.PUBLIC)
def feedback_page(session: Session, actor: Actor | None) -> ResponseReturnValue:
    known = active_municipalities(session)
    return _form(known, _chosen(actor, known))


def _form(known: dict[int, str], chosen: int | None, *, problem: str = "") -> ResponseReturnValue:
    page = render_template(
        "privacy/feedback.html",
        municipalities=known,
        chosen=chosen,
        longest=LONGEST,
        longest_contact=LONGEST_CONTACT,
        typed=request.form,
        problem=problem,
        is_sent=request.args.get("then") == "sent",
    )
    return make_response(page, 400 if problem else 200)


@requires(Permission.PUBLIC, own_transactions=True)
def send(database: Database, _actor: None) -> ResponseReturnValue:
    """Nobody is signed in for this form, so it has no token; other sites cannot send it either."""
    refuse_foreign_page()
    letters: Window = extension(LETTERS)
    wait = letters.wait_of(this_request().remote_addr or "", int(now().timestamp()))
    if wait:
        raise TooManyRequests(retry_after=wait)
    text = request.form.get("text", "").replace("\x00", "").strip()
    contact = " ".join(request.form.get("contact", "").replace("\x00", "").split())
    with database.writing() as session:
        known = active_municipalities(session)
        chosen = _chosen(None, known)
        problem = ""
        if not text:
            problem = gettext("Write what was difficult before you send it.")
        elif len(text) > LONGEST or len(contact) > LONGEST_CONTACT:
            problem = gettext("That is too long. Shorten it, and send it again.")
        elif chosen is None:
            problem = gettext("Choose whom it is for.")
        if problem or chosen is None:
            return _form(known, chosen, problem=problem)
        keep_feedback(session, chosen, text, contact, language(), local_day(now()))
    return see_other(f"/accessibility/feedback?then=sent&lang={language()}")
