"""A person's own files: to fetch back, or to take away."""

from flask import Blueprint, Response, abort, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.people.views import local_path
from tracks.progress.actions import remove_file
from tracks.progress.queries import own_file
from tracks.web.requests import see_other


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/files/<file_id>", "file", fetch, methods=["GET"])
    pages.add_url_rule("/files/<file_id>/remove", "remove_file", remove, methods=["POST"])


@requires(Permission.OWN_WORK)
def fetch(session: Session, actor: Actor, file_id: str) -> ResponseReturnValue:
    found = own_file(session, actor.person_id, file_id)
    if found is None:
        abort(404)
    name, body = found
    response: Response = make_response(body)
    # Never shown inside our pages: what it holds is not ours to trust.
    response.content_type = "application/octet-stream"
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return response


@requires(Permission.OWN_WORK)
def remove(session: Session, actor: Actor, file_id: str) -> ResponseReturnValue:
    remove_file(session, actor.person_id, file_id)
    return see_other(local_path(request.form.get("then")))
