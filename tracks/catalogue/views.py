"""The public catalogue, and the files of published tracks."""

import mimetypes
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from content.model import Phase
from tracks.catalogue.feed import atom
from tracks.catalogue.finding import Found, Look, find
from tracks.catalogue.queries import Shelf, first_published, media, published
from tracks.catalogue.rules import PHASE_NAMES, PIECE_NAMES, Address
from tracks.catalogue.search import LIMITS, Facets, facets
from tracks.db import Session
from tracks.i18n import LANGUAGES
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.pages import gettext
from tracks.web.requests import language, parts

pages = Blueprint("catalogue", __name__)
FOUND_A_PAGE = 20
IN_FEED = 50
LAST_PAGE = 200
LONGEST_SEARCH = 200
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
    offers = facets(editions)
    look = _read_look(offers)
    page = _number(request.args.get("page", ""), 1, LAST_PAGE)
    found: list[Found] = []
    count = 0
    if not look.is_for_anything:
        skip = (page - 1) * FOUND_A_PAGE
        found, count = find(
            session, look, language(), tuple(LANGUAGES), skip=skip, take=FOUND_A_PAGE
        )
    return render_template(
        "catalogue/catalogue.html",
        editions=editions if look.is_for_anything else [],
        offers=offers,
        look=look,
        limits=LIMITS,
        phases=PHASE_NAMES,
        kinds=PIECE_NAMES,
        found=found,
        count=count,
        page=page,
        pages=max(1, -(-count // FOUND_A_PAGE)),
        url_of=public_url,
        page_url=lambda number: "/catalogue?" + urlencode({**_asked(look), "page": number}),
    )


@pages.get("/catalogue/feed.atom")
@requires(Permission.PUBLIC)
def feed(session: Session, actor: Actor | None) -> ResponseReturnValue:
    editions = [shelf().edition(session, version_id) for version_id in published(session)]
    editions.sort(key=lambda edition: edition.published_at, reverse=True)
    body = atom(
        editions[:IN_FEED],
        first_published(session),
        base_url=parts().settings.base_url,
        title=gettext("Learning Tracks"),
        language=language(),
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def public_url(address: Address) -> str:
    """The page of a track, a session or a resource that anybody may read."""
    if address.step is not None:
        return f"/r/{address.publisher}/{address.track}/{address.module}/{address.step}"
    whole = f"/t/{address.publisher}/{address.track}"
    return f"{whole}/{address.module}" if address.module else whole


def _read_look(offers: Facets) -> Look:
    """From the address of the page; what it cannot mean is as if it were not said."""
    given = request.args
    phase = given.get("phase", "")
    return Look(
        typed=given.get("q", "").strip()[:LONGEST_SEARCH],
        subject=_one_of(given.get("subject"), offers.subjects),
        grade=_one_of(given.get("grade"), offers.grades),
        phase=phase if phase in {each.value for each in Phase} else "",
        minutes=_number(given.get("minutes", ""), 0, max(LIMITS)) or None,
        language=_one_of(given.get("language"), offers.languages),
    )


def _asked(look: Look) -> dict[str, str]:
    asked = {
        "q": look.typed,
        "subject": look.subject,
        "grade": look.grade,
        "phase": look.phase,
        "minutes": str(look.minutes or ""),
        "language": look.language,
        "lang": request.args.get("lang", ""),
    }
    return {name: value for name, value in asked.items() if value}


def _one_of(given: str | None, known: tuple[str, ...]) -> str:
    return given if given in known else ""


def _number(given: str, least: int, most: int) -> int:
    is_number = given.isascii() and given.isdigit() and len(given) <= 6
    return min(max(int(given), least), most) if is_number else least


@pages.get("/media/<id:version_id>/<path:name>")
@requires(Permission.PUBLIC)
def media_of_track(
    session: Session, actor: Actor | None, version_id: int, name: str
) -> ResponseReturnValue:
    body = media(session, version_id, name)
    if body is None:
        abort(404)
    response = file_of_track(name, body)
    # A published version never changes.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def file_of_track(name: str, body: bytes) -> Response:
    """Shown inside a page only if nothing in it can run there."""
    kind = _KINDS.get(name[name.rfind(".") :]) or mimetypes.guess_type(name)[0] or ""
    response: Response = make_response(body)
    response.content_type = kind if kind in _SHOWN else "application/octet-stream"
    if kind not in _SHOWN:
        response.headers["Content-Disposition"] = "attachment"
    return response
