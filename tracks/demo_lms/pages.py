from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti.platform import RecordedScore
from tracks.demo_lms.sign_in import become, current_person, leave, require_csrf_token
from tracks.demo_lms.site import current_site
from tracks.demo_lms.world import ContextRole, Course, Person

pages = Blueprint("pages", __name__)

PEOPLE_A_ROLE = 3
PEOPLE_A_SEARCH = 40


@pages.get("/")
def front() -> ResponseReturnValue:
    directory = current_site().directory
    words = request.args.get("q", "").strip()
    found = directory.search(words) if words else []
    groups = [
        (role, people[:PEOPLE_A_ROLE], max(0, len(people) - PEOPLE_A_ROLE))
        for role, people in directory.people_by_role().items()
    ]
    return render_template(
        "demo_lms/front.html",
        groups=groups,
        words=words,
        found=found[:PEOPLE_A_SEARCH],
        found_count=len(found),
    )


@pages.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    require_csrf_token()
    person = current_site().directory.people.get(request.form.get("sub", ""))
    if person is None:
        abort(404)
    become(person)
    return redirect(url_for("pages.courses"), 303)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    require_csrf_token()
    leave()
    return redirect(url_for("pages.front"), 303)


@pages.get("/open/<sub>/<link_id>")
def open_link(sub: str, link_id: str) -> ResponseReturnValue:
    """Signs a person in by a mere link, for the addresses that `make run` prints.

    No LMS may do this; a demo without real people, on one's own machine, can."""
    directory = current_site().directory
    person, course = directory.people.get(sub), current_site().course_of_link(link_id)
    if person is None or course is None:
        abort(404)
    become(person)
    return redirect(url_for("pages.launch", course_id=course.id, link_id=link_id), 303)


@pages.get("/courses")
def courses() -> ResponseReturnValue:
    directory = current_site().directory
    person = current_person(directory)
    if person is None:
        return redirect(url_for("pages.front"))
    return render_template("demo_lms/courses.html", courses=directory.courses_of(person.sub))


@pages.get("/courses/<course_id>")
def course(course_id: str) -> ResponseReturnValue:
    found, _, role = my_course(course_id)
    return render_template(
        "demo_lms/course.html",
        course=found,
        links=current_site().links(found),
        teaches=role == "Instructor",
    )


@pages.get("/courses/<course_id>/links/<link_id>")
def launch(course_id: str, link_id: str) -> ResponseReturnValue:
    found, _, _ = my_course(course_id)
    link = current_site().link(course_id, link_id)
    if link is None:
        abort(404)
    return tool_page(found, link.title, "lti.start", link_id=link.id)


def tool_page(course: Course, heading: str, start: str, link_id: str | None = None) -> str:
    """The tool in a frame; `start` is the endpoint that begins its launch."""
    site = current_site()
    return render_template(
        "demo_lms/launch.html",
        course=course,
        heading=heading,
        frame_url=url_for(start, course_id=course.id, link_id=link_id, target="iframe"),
        window_url=url_for(start, course_id=course.id, link_id=link_id, target="window"),
        tool_origin=site.tool_origin,
        storage_target=site.directory.world.storage_target,
    )


@pages.get("/storage")
def storage() -> ResponseReturnValue:
    """A frame that nobody sees: it keeps values for the tool, as Canvas has one."""
    site = current_site()
    if site.directory.world.sign_in_host is not None:
        return redirect(f"{site.directory.world.sign_in_host}/storage")
    return render_template("demo_lms/storage.html", tool_origin=site.tool_origin)


@pages.get("/courses/<course_id>/gradebook")
def gradebook(course_id: str) -> ResponseReturnValue:
    """A teacher sees everybody, a learner the own row."""
    found, person, role = my_course(course_id)
    site = current_site()
    book = site.gradebook(found)
    columns = book.line_items()
    cells: dict[tuple[str, str], RecordedScore] = {
        (recorded.score.user_id, item.id): recorded
        for item in columns
        for recorded in book.scores(item.id)
    }
    rows = [
        site.directory.people[member.sub]
        for member in found.members
        if member.role == "Learner" and (role == "Instructor" or member.sub == person.sub)
    ]
    return render_template(
        "demo_lms/gradebook.html", course=found, role=role, columns=columns, rows=rows, cells=cells
    )


@pages.get("/courses/<course_id>/people")
def roster(course_id: str) -> ResponseReturnValue:
    found, _, _ = my_course(course_id)
    people = current_site().directory.people
    rows = [(people[member.sub], member.role) for member in found.members]
    return render_template("demo_lms/roster.html", course=found, rows=rows)


@pages.get("/courses/<course_id>/return")
def returned(course_id: str) -> ResponseReturnValue:
    """launch_presentation.return_url: the tool may add lti_msg or lti_errormsg (core §5.4.4)."""
    found, _, _ = my_course(course_id)
    said = [request.args[name] for name in ("lti_errormsg", "lti_msg") if request.args.get(name)]
    return render_template("demo_lms/returned.html", course=found, said=said)


def my_course(course_id: str) -> tuple[Course, Person, ContextRole]:
    directory = current_site().directory
    found = directory.courses.get(course_id)
    if found is None:
        abort(404)
    person = current_person(directory)
    if person is None:
        abort(redirect(url_for("pages.front")))
    role = directory.role(course_id, person.sub)
    if role is None:
        abort(403)
    return found, person, role
