"""The LTI endpoints: Flask's requests in, lti.platform's plain answers out."""

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti.platform import (
    AuthenticationRefused,
    GradeService,
    MessageHint,
    Platform,
    ServiceAnswer,
    ServiceRequest,
    answer_authentication,
    answer_memberships,
    answer_token_request,
    login_initiation_url,
    platform_key_set,
)
from tracks.demo_lms.language import current_language
from tracks.demo_lms.sign_in import current_person
from tracks.demo_lms.site import CourseRoster, current_site
from tracks.demo_lms.tools import claimed_client, platform_for
from tracks.demo_lms.world import Course

lti = Blueprint("lti", __name__)


@lti.get("/courses/<course_id>/links/<link_id>/start")
def start(course_id: str, link_id: str) -> ResponseReturnValue:
    site = current_site()
    person = current_person(site.directory)
    link = site.link(course_id, link_id)
    if link is None:
        abort(404)
    if person is None or site.directory.role(course_id, person.sub) is None:
        abort(403)
    target = "window" if request.args.get("target") == "window" else "iframe"
    hint = MessageHint(person.sub, course_id, link_id, target)
    return redirect(
        login_initiation_url(
            platform_for(site, request.args.get("client")),
            login_hint=person.sub,
            message_hint=site.hints.sign(hint, now=site.platform.clock.now()),
            target_link_uri=link.target_link_uri,
            storage_target=site.directory.world.storage_target,
        )
    )


@lti.route("/lti/auth", methods=["GET", "POST"])
def authenticate() -> ResponseReturnValue:
    site = current_site()
    person = current_person(site.directory)
    language = current_language()
    try:
        form = answer_authentication(
            platform_for(site, request.values.get("client_id")),
            [*request.args.items(multi=True), *request.form.items(multi=True)],
            signed_in=person.sub if person else None,
            hints=site.hints,
            message_for=lambda hint: site.message_for(hint, language),
        )
    except AuthenticationRefused:
        abort(400)
    return render_template("demo_lms/auto_post.html", form=form)


@lti.get("/lti/jwks.json")
def jwks() -> Response:
    return jsonify(platform_key_set(current_site().platform.key))


@lti.post("/lti/token")
def token() -> Response:
    pairs = list(request.form.items(multi=True))
    client_id = claimed_client(request.form.get("client_assertion", ""), "iss")
    return _answered(answer_token_request(platform_for(current_site(), client_id), pairs))


_ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


@lti.route("/lti/courses/<course_id>/lineitems", methods=_ALL_METHODS)
def line_items(course_id: str) -> Response:
    return _answered(_grades(course_id).line_items(_parsed()))


@lti.route("/lti/courses/<course_id>/lineitems/<line_item_id>", methods=_ALL_METHODS)
def line_item(course_id: str, line_item_id: str) -> Response:
    return _answered(_grades(course_id).line_item(_parsed(), line_item_id))


@lti.route("/lti/courses/<course_id>/lineitems/<line_item_id>/scores", methods=_ALL_METHODS)
def scores(course_id: str, line_item_id: str) -> Response:
    return _answered(_grades(course_id).scores(_parsed(), line_item_id))


@lti.route("/lti/courses/<course_id>/lineitems/<line_item_id>/results", methods=_ALL_METHODS)
def results(course_id: str, line_item_id: str) -> Response:
    return _answered(_grades(course_id).results(_parsed(), line_item_id))


@lti.route("/lti/courses/<course_id>/members", methods=_ALL_METHODS)
def members(course_id: str) -> Response:
    site, course = current_site(), _course(course_id)
    return _answered(
        answer_memberships(
            _platform(),
            CourseRoster(site, course),
            _parsed(),
            memberships_url=site.memberships_url(course),
        )
    )


def _course(course_id: str) -> Course:
    course = current_site().directory.courses.get(course_id)
    if course is None:
        abort(404)
    return course


def _grades(course_id: str) -> GradeService:
    site, course = current_site(), _course(course_id)
    return GradeService(_platform(), site.gradebook(course), site.line_items_url(course))


def _platform() -> Platform:
    """As the tool knows it that calls a service."""
    bearer = request.headers.get("Authorization", "").partition(" ")[2]
    return platform_for(current_site(), claimed_client(bearer, "sub"))


def _parsed() -> ServiceRequest:
    return ServiceRequest(
        method=request.method,
        query=list(request.args.items(multi=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
    )


def _answered(answer: ServiceAnswer) -> Response:
    response = Response(answer.body, answer.status)
    response.headers.pop("Content-Type", None)
    response.headers.update(answer.headers)
    return response
