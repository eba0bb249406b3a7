"""Deep linking: a course's teacher chooses content in the tool, and its links come back here."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti.platform import ContentRefused, MessageHint, accept_content, login_initiation_url
from tracks.demo_lms.added import add_links, end_request, is_asked
from tracks.demo_lms.language import current_language
from tracks.demo_lms.pages import my_course, tool_page
from tracks.demo_lms.site import current_site
from tracks.demo_lms.texts import text
from tracks.demo_lms.world import Course, Person

choosing = Blueprint("choosing", __name__)


@choosing.get("/courses/<course_id>/choose")
def choose(course_id: str) -> ResponseReturnValue:
    course, _ = _taught(course_id)
    return tool_page(course, text(current_language(), "choose_content"), "choosing.start")


@choosing.get("/courses/<course_id>/choose/start")
def start(course_id: str) -> ResponseReturnValue:
    course, person = _taught(course_id)
    site = current_site()
    target = "window" if request.args.get("target") == "window" else "iframe"
    hint = MessageHint(person.sub, course.id, None, target)
    return redirect(
        login_initiation_url(
            site.platform,
            login_hint=person.sub,
            message_hint=site.hints.sign(hint, now=site.platform.clock.now()),
            target_link_uri=site.choosing_uri,
            storage_target=site.directory.world.storage_target,
        )
    )


@choosing.post("/courses/<course_id>/chosen")
def chosen(course_id: str) -> ResponseReturnValue:
    """Nobody is signed in here: a form from the tool's page brings no cookie of ours. The request
    that this LMS has sent, named in the address and in the signed answer, says whose it is."""
    site = current_site()
    course = site.directory.courses.get(course_id)
    data = request.args.get("request", "")
    if course is None or not is_asked(site.state, course, data):
        abort(400)
    try:
        offered = accept_content(site.platform, list(request.form.items(multi=True)), data=data)
    except ContentRefused:
        abort(400)
    if not end_request(site.state, course, data):
        abort(400)
    links = add_links(site.state, course, offered)
    return render_template("demo_lms/chosen.html", course=course, links=links)


def _taught(course_id: str) -> tuple[Course, Person]:
    course, person, role = my_course(course_id)
    if role != "Instructor":
        abort(403)
    return course, person
