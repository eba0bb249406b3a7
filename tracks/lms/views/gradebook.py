"""/gradebook/…: whoever runs a course sends all its results once more."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.lms.actions import start_new_round
from tracks.lms.mending import mend_service
from tracks.lms.score_standings import led_links
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import now, row_id, see_other


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/gradebook/<id:track_id>", view_func=gradebook)
    pages.add_url_rule("/gradebook/<id:track_id>", view_func=send_again, methods=["POST"])


@requires(Permission.OWN_WORK)
def gradebook(session: Session, actor: Actor, track_id: int) -> ResponseReturnValue:
    links = led_links(session, actor.person_id, track_id)
    if not links:
        abort(404)
    return render_template(
        "lms/gradebook.html",
        links=links,
        address=f"/gradebook/{track_id}",
        mend=mend_service,
    )


@requires(Permission.OWN_WORK)
def send_again(session: Session, actor: Actor, track_id: int) -> ResponseReturnValue:
    try:
        wished = row_id(request.form.get("link", ""))
    except ValueError:
        abort(400)
    if wished not in {link.id for link in led_links(session, actor.person_id, track_id)}:
        abort(404)
    start_new_round(session, wished, now())
    return see_other(f"/gradebook/{track_id}")
