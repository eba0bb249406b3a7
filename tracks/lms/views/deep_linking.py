"""/select/<secret>: a teacher chooses content, and the LMS gets links to it (deep linking)."""

from datetime import datetime
from typing import cast

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from lti.errors import LtiRejected
from lti.ports import Registration
from lti.tool.deep_linking import response_claims
from lti.tool.launch import Launch
from tracks.catalogue.search import LIMITS, Piece
from tracks.catalogue.subjects import named_subjects
from tracks.db import Session
from tracks.i18n import N_
from tracks.lms.actions import Selection, open_selection, start_selection, use_selection
from tracks.lms.queries import active_registration
from tracks.lms.rules import frame_sources, link_item
from tracks.lms.stores import LtiSide
from tracks.lms.views.picker import one_line, read_picker
from tracks.people.actions import Person
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.cookies import form_token, sign_in_token
from tracks.web.errors import Lesson, PageError
from tracks.web.pages import gettext
from tracks.web.requests import language, may_post_to, now, parts

NOT_ADDED = N_(
    "%(count)s of what you chose was not added: it is not offered any more, or it was too much at "
    "once."
)
OVER = Lesson(
    N_("This choice is closed"),
    N_("It has been used already, is more than an hour old, or belongs to somebody else."),
    N_("Go back to your course and begin to choose content there once more."),
)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/select/<secret>", "choose", choose, methods=["GET"])
    pages.add_url_rule("/select/<secret>", "add", add, methods=["POST"])
    pages.add_url_rule("/select/<secret>/cancel", "cancel", cancel, methods=["POST"])


def check(message: Launch) -> None:
    if not message.roles.may_author:
        raise LtiRejected("deep_linking_role")


def arrive(session: Session, message: Launch, who: Person, moment: datetime) -> str:
    """Nothing is opened or counted: choosing content is nobody's work in it."""
    if message.deep_linking is None:
        raise LtiRejected("deep_linking_settings_missing")
    return f"/select/{start_selection(session, message, message.deep_linking, who, moment)}"


def _over(status: int) -> PageError:
    return PageError(status, OVER, reason="choice_closed")


@requires(Permission.KNOWN)
def choose(session: Session, actor: Actor, secret: str) -> ResponseReturnValue:
    selection = open_selection(session, secret, actor.person_id, now())
    if selection is None:
        raise _over(404)
    return _page(session, actor, secret, selection)


@requires(Permission.KNOWN)
def add(session: Session, actor: Actor, secret: str) -> ResponseReturnValue:
    selection, registration = _waiting(session, actor, secret)
    picked = read_picker(session, actor, request.form).picked
    if not picked:
        problem = gettext("Tick at least one thing to add.")
        return _page(session, actor, secret, selection, problem=problem), 422
    if len(picked) > 1 and not selection.settings.accept_multiple:
        problem = gettext("The LMS takes one at a time: choose one of these.")
        return _page(session, actor, secret, selection, problem=problem), 422
    gone = set(request.form.getlist("pick")) - {str(piece.address) for piece in picked}
    return _answer(session, actor, secret, selection, registration, picked, len(gone))


@requires(Permission.KNOWN)
def cancel(session: Session, actor: Actor, secret: str) -> ResponseReturnValue:
    """An answer, too: the LMS waits for one (D7)."""
    selection, registration = _waiting(session, actor, secret)
    return _answer(session, actor, secret, selection, registration, [])


def _waiting(session: Session, actor: Actor, secret: str) -> tuple[Selection, Registration]:
    selection = open_selection(session, secret, actor.person_id, now())
    if selection is None:
        raise _over(403)
    registration = active_registration(session, selection.registration_id)
    if registration is None:
        raise _over(403)
    return selection, registration


def _page(
    session: Session, actor: Actor, secret: str, selection: Selection, problem: str | None = None
) -> str:
    picker = read_picker(session, actor, request.values)
    return render_template(
        "lms/select.html",
        action=f"/select/{secret}",
        picker=picker,
        subjects=named_subjects(picker.offers.subjects, language(), gettext),
        grades=[(grade, grade) for grade in picker.offers.grades],
        several=selection.settings.accept_multiple,
        course=selection.course,
        problem=problem,
        one_line=one_line,
        limits=LIMITS,
        form_token=form_token(parts().secret, sign_in_token() or ""),
    )


def _answer(
    session: Session,
    actor: Actor,
    secret: str,
    selection: Selection,
    registration: Registration,
    picked: list[Piece],
    gone: int = 0,
) -> str:
    """The page that takes the signed answer to where the signed request said, and nowhere else.

    `gone`: how many more were chosen than could be found."""
    if not use_selection(session, secret, actor.person_id, now()):
        raise _over(403)
    side = cast(LtiSide, current_app.extensions["tracks.lti"])
    launch_url = f"{parts().settings.base_url}/lti/launch"
    claims = response_claims(
        selection.settings,
        registration,
        selection.deployment_id,
        [link_item(p.address, p.title, one_line(p), launch_url) for p in picked],
        now=side.clock.now(),
        error=gettext(NOT_ADDED, count=gone) if gone else None,
        error_log=f"{gone} of {gone + len(picked)} chosen addresses were not added"
        if gone
        else None,
    )
    return_url = selection.settings.return_url
    # The LMS may lead on from there to its other hosts, and browsers look at those as well.
    may_post_to(frame_sources((return_url, registration.issuer, registration.auth_url)))
    return render_template(
        "lms/selected.html",
        return_url=return_url,
        token=side.tool_keys.sign(claims, side.clock.now()),
        picked=picked,
    )
