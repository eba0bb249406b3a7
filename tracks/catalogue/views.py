"""The public catalogue, and the files of published tracks."""

import mimetypes
import re
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from content.devices import DEVICES
from content.model import Phase
from tracks.catalogue.expiry import views as expiry_views
from tracks.catalogue.feed import ATOM, IN_FEED, atom
from tracks.catalogue.finding import Found, Free, Look, find
from tracks.catalogue.harvest import views as harvest_views
from tracks.catalogue.public import views as public_views
from tracks.catalogue.public.frameworks import framework_name, own_first
from tracks.catalogue.public.media import is_current, is_open, windows_of_file
from tracks.catalogue.public.telling import today
from tracks.catalogue.queries import first_published, media, published
from tracks.catalogue.rules import (
    PHASE_NAMES,
    PIECE_NAMES,
    TRACK_KIND_NAMES,
    public_path,
    work_path,
)
from tracks.catalogue.search import LIMITS, Facets, facets
from tracks.catalogue.shelves import shelf
from tracks.catalogue.subjects import named_subjects
from tracks.catalogue.teaching import views as teaching_views
from tracks.catalogue.windows import ALWAYS
from tracks.db import Session
from tracks.i18n import LANGUAGES, N_
from tracks.organisation.queries.choices import choices
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.pages import gettext
from tracks.web.requests import language, parts

pages = Blueprint("catalogue", __name__)
public_views.add_to(pages)
expiry_views.add_to(pages)
harvest_views.add_to(pages)
teaching_views.add_to(pages)
FOUND_A_PAGE = 20
LAST_PAGE = 200
LONGEST_SEARCH = 200
# Whoever has any of these in the address, also an empty one, has asked for more than the beginning.
_FILTERS = frozenset(
    {"q", "subject", "grade", "phase", "minutes", "language", "framework", "device", "free"}
    | {"free_until", "show", "kind"}
)
FREE_NAMES = {
    Free.NOW: N_("Free now"),
    Free.ENDING: N_("Free now, but it ends within 30 days"),
    Free.ENDED: N_("Was free before"),
}
# A published version never changes; who may have its files does, with the days.
_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_KEPT_BY_ONE = "private, max-age=31536000, immutable"
_KEPT_AN_HOUR = "private, max-age=3600"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DRAWING = "image/svg+xml"
# Opened by itself a drawing is a document: one that may run, fetch and address nothing.
_DRAWING_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_KINDS = {".svg": _DRAWING, ".vtt": "text/vtt", ".m4v": "video/mp4"}  # not on every system's list
# What a browser may show or play inside a page; anything else is a download.
_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm", "text/vtt"}
    | {_DRAWING}
)


@pages.get("/catalogue")
@requires(Permission.PUBLIC)
def catalogue(session: Session, actor: Actor | None) -> ResponseReturnValue:
    editions = [shelf().edition(session, version_id) for version_id in published(session)]
    offers = facets(editions)
    if actor is not None:
        own = choices(session, actor.municipality_id).framework
        offers = replace(offers, frameworks=tuple(own_first(offers.frameworks, own)))
    look = _read_look(offers)
    page = _number(request.args.get("page", ""), 1, LAST_PAGE)
    found: list[Found] = []
    count = 0
    if not look.is_for_anything:
        skip = (page - 1) * FOUND_A_PAGE
        found, count = find(
            session, look, language(), tuple(LANGUAGES), today(), skip=skip, take=FOUND_A_PAGE
        )
    taught = None
    if look.is_for_anything:
        taught = teaching_views.sorted_for(session, actor, editions)
    return render_template(
        "catalogue/catalogue.html",
        editions=editions if look.is_for_anything else [],
        taught=taught,
        begins_with_own=taught is not None and _FILTERS.isdisjoint(request.args),
        offers=offers,
        look=look,
        limits=LIMITS,
        phases=PHASE_NAMES,
        kinds=PIECE_NAMES,
        found=found,
        count=count,
        page=page,
        pages=max(1, -(-count // FOUND_A_PAGE)),
        # Who is signed in goes to where one works.
        url_of=public_path if actor is None else work_path,
        subject_names=dict(named_subjects(offers.subjects, language(), gettext)),
        framework_names={code: framework_name(code, gettext) for code in offers.frameworks},
        device_names=DEVICES,
        kind_names={code.value: gettext(name) for code, name in TRACK_KIND_NAMES.items()},
        free_names=FREE_NAMES,
        today=today(),
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
    return Response(body, content_type=ATOM)


def _read_look(offers: Facets) -> Look:
    """From the address of the page; what it cannot mean is as if it were not said."""
    given = request.args
    phase, free = given.get("phase", ""), given.get("free", "")
    return Look(
        typed=given.get("q", "").strip()[:LONGEST_SEARCH],
        subject=_one_of(given.get("subject"), offers.subjects),
        grade=_one_of(given.get("grade"), offers.grades),
        phase=phase if phase in {each.value for each in Phase} else "",
        minutes=_number(given.get("minutes", ""), 0, max(LIMITS)) or None,
        language=_one_of(given.get("language"), offers.languages),
        framework=_one_of(given.get("framework"), offers.frameworks),
        device=_one_of(given.get("device"), offers.devices),
        kind=_one_of(given.get("kind"), offers.kinds),
        free=Free(free) if free in set(Free) else None,
        free_until=_day(given.get("free_until", "")),
    )


def _asked(look: Look) -> dict[str, str]:
    asked = {
        "q": look.typed,
        "subject": look.subject,
        "grade": look.grade,
        "phase": look.phase,
        "minutes": str(look.minutes or ""),
        "language": look.language,
        "framework": look.framework,
        "device": look.device,
        "kind": look.kind,
        "free": look.free or "",
        "free_until": look.free_until.isoformat() if look.free_until else "",
        "lang": request.args.get("lang", ""),
    }
    return {name: value for name, value in asked.items() if value}


def _one_of(given: str | None, known: tuple[str, ...]) -> str:
    return given if given in known else ""


def _day(given: str) -> date | None:
    """As browsers send it; anything else is as if it were not said."""
    try:
        return date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        return None


def _number(given: str, least: int, most: int) -> int:
    is_number = given.isascii() and given.isdigit() and len(given) <= 6
    return min(max(int(given), least), most) if is_number else least


@pages.get("/media/<id:version_id>/<path:name>")
@requires(Permission.PUBLIC)
def media_of_track(
    session: Session, actor: Actor | None, version_id: int, name: str
) -> ResponseReturnValue:
    leads = actor is not None and actor.may(Permission.READ_LEADERS)
    body = media(session, version_id, name, with_leaders=leads)
    kept = _KEPT_BY_ONE if actor else _kept_by_all(session, version_id, name)
    if body is None or kept is None:
        abort(404)
    response = file_of_track(name, body)
    response.headers["Cache-Control"] = kept
    return response


def _kept_by_all(session: Session, version_id: int, name: str) -> str | None:
    """None: those who are not signed in meet no page that shows it now."""
    if not is_current(session, version_id):
        return None
    windows = windows_of_file(session, shelf().edition(session, version_id), name)
    if not is_open(windows, today()):
        return None
    return _KEPT_FOR_EVER if ALWAYS in windows else _KEPT_AN_HOUR


def file_of_track(name: str, body: bytes) -> Response:
    """Shown inside a page only if nothing in it can run there."""
    kind = _KINDS.get(name[name.rfind(".") :].lower()) or mimetypes.guess_type(name)[0] or ""
    response: Response = make_response(body)
    response.content_type = kind if kind in _SHOWN else "application/octet-stream"
    if kind not in _SHOWN:
        response.headers["Content-Disposition"] = "attachment"
    if kind == _DRAWING:
        response.headers["Content-Security-Policy"] = _DRAWING_POLICY
    return response
