"""Submission review: from a cell of the gradebook to what that person shows of the work."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti.platform import MessageHint, login_initiation_url
from tracks.demo_lms.pages import my_course
from tracks.demo_lms.site import current_site
from tracks.demo_lms.world import Course, Link, Person

reviews = Blueprint("reviews", __name__)


@reviews.get("/courses/<course_id>/links/<link_id>/review/<sub>")
def show(course_id: str, link_id: str, sub: str) -> ResponseReturnValue:
    course, link, _ = _reviewed(course_id, link_id, sub)
    site = current_site()
    place: dict[str, Any] = {"course_id": course_id, "link_id": link_id, "sub": sub}
    return render_template(
        "demo_lms/launch.html",
        course=course,
        heading=link.title,
        frame_url=url_for("reviews.start", **place, target="iframe"),
        window_url=url_for("reviews.start", **place, target="window"),
        tool_origin=site.tool_origin,
        storage_target=site.directory.world.storage_target,
    )


@reviews.get("/courses/<course_id>/links/<link_id>/review/<sub>/start")
def start(course_id: str, link_id: str, sub: str) -> ResponseReturnValue:
    course, link, me = _reviewed(course_id, link_id, sub)
    site = current_site()
    target = "window" if request.args.get("target") == "window" else "iframe"
    hint = MessageHint(me.sub, course.id, link.id, target, for_user=sub)
    return redirect(
        login_initiation_url(
            site.platform,
            login_hint=me.sub,
            message_hint=site.hints.sign(hint, now=site.platform.clock.now()),
            target_link_uri=link.target_link_uri,
            storage_target=site.directory.world.storage_target,
        )
    )


def _reviewed(course_id: str, link_id: str, sub: str) -> tuple[Course, Link, Person]:
    """A teacher of the course looks at anybody's in it, everybody at their own."""
    course, me, role = my_course(course_id)
    if role != "Instructor" and me.sub != sub:
        abort(403)
    link = current_site().link(course_id, link_id)
    if link is None or current_site().directory.role(course_id, sub) is None:
        abort(404)
    return course, link, me
