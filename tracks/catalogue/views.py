"""The public catalogue, and the files of published tracks."""

import mimetypes
from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from tracks.catalogue.queries import Shelf, media, published
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission

pages = Blueprint("catalogue", __name__)
_KINDS = {".vtt": "text/vtt", ".m4v": "video/mp4"}  # not on every system's list
# What a browser may show or play inside a page; anything else is a download.
_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm", "text/vtt"}
)


def shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["tracks.shelf"])


@pages.get("/catalogue")
@requires(Permission.PUBLIC)
def catalogue(session: Session, actor: Actor | None) -> ResponseReturnValue:
    editions = [shelf().edition(session, version_id) for version_id in published(session)]
    return render_template("catalogue/catalogue.html", editions=editions)


@pages.get("/media/<id:version_id>/<path:name>")
@requires(Permission.PUBLIC)
def media_of_track(
    session: Session, actor: Actor | None, version_id: int, name: str
) -> ResponseReturnValue:
    body = media(session, version_id, name)
    if body is None:
        abort(404)
    kind = _KINDS.get(name[name.rfind(".") :]) or mimetypes.guess_type(name)[0] or ""
    response: Response = make_response(body)
    response.content_type = kind if kind in _SHOWN else "application/octet-stream"
    if kind not in _SHOWN:
        response.headers["Content-Disposition"] = "attachment"
    # A published version never changes.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
