"""/lms/…/check: does the connection with this LMS work, and what is there to mend?"""

from typing import cast

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from tracks.db import Database, Session
from tracks.lms.checkup import Line, checkup, worst
from tracks.lms.self_test import EXTENSION, SelfTest, checkup_lines
from tracks.lms.standing import Subject, subject_of_checkup
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import now


def add_to(pages: Blueprint) -> None:
    address = "/lms/<id:registration_id>/check"
    pages.add_url_rule(address, view_func=show, methods=["GET"])
    pages.add_url_rule(address, view_func=run, methods=["POST"])


def self_test() -> SelfTest:
    return cast(SelfTest, current_app.extensions[EXTENSION])


@requires(Permission.CONNECT_LMS)
def show(session: Session, actor: Actor, registration_id: int) -> ResponseReturnValue:
    """What was noted before; nothing is asked."""
    subject = _subject(session, actor, registration_id)
    return _page(subject, checkup(subject.known, None), is_live=False)


@requires(Permission.CONNECT_LMS, own_transactions=True)
def run(database: Database, actor: Actor, registration_id: int) -> ResponseReturnValue:
    with database.reading() as session:
        subject = _subject(session, actor, registration_id)
    return _page(subject, checkup_lines(database, subject, self_test()), is_live=True)


def _subject(session: Session, actor: Actor, registration_id: int) -> Subject:
    found = subject_of_checkup(session, registration_id, now(), actor.municipality_id)
    if found is None:
        abort(404)
    return found


def _page(subject: Subject, lines: list[Line], *, is_live: bool) -> str:
    return render_template(
        "lms/check.html",
        registration=subject.registration,
        lines=lines,
        worst=worst(lines),
        is_live=is_live,
    )
