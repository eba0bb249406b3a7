"""What the pages of one request share: the app's parts, the language, who may frame the answer."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

from flask import Flask, Request, Response, abort, current_app, g, request
from flask.ctx import _AppCtxGlobals
from msgspec import Struct
from werkzeug.routing import BaseConverter
from werkzeug.urls import iri_to_uri

from tracks.db import Database, Session
from tracks.i18n import DEFAULT_LANGUAGE, LANGUAGES, language_of
from tracks.settings import Settings

EXTENSION = "tracks"
MOST_DIGITS = 18  # what 64 bits hold in any case
LARGEST_REQUEST = 128 * 1024 * 1024  # of any route; the server itself reads no more


class Notice(Struct, frozen=True):
    """One line about a person's work in a track, from an area further up."""

    kind: Literal["done", "waiting", "failed"]
    text: str  # translated
    error_code: str = ""
    # What can be done about it, a page and its name (translated): shown on the track's page only.
    way_on: tuple[str, str] | None = None


class Door(Struct, frozen=True):
    """A page of an area further up, offered on a person's own page."""

    text: str  # translated
    path: str


class Parts(Struct, frozen=True):
    """What app.py puts together once and views use."""

    settings: Settings
    database: Database
    secret: bytes
    # (session, person id, track id) -> what to tell the person beside that work.
    notices: tuple[Callable[[Session, int, int], Sequence[Notice]], ...] = ()
    # (session, municipality id, person id) -> what other areas know of where somebody works, for
    # those who give roles there.
    about_work: tuple[Callable[[Session, int, int], Sequence[Notice]], ...] = ()
    # Further pages for the one who is signed in.
    doors: tuple[Callable[[Session], Sequence[Door]], ...] = ()


def row_id(text: str) -> int:
    """The number of a row in what a browser sent. ValueError for any that no column holds."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError("not a row's number")
    return int(text)


class RowId(BaseConverter):
    """`<id:…>` in the address of a page."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        return row_id(value)


def _refuse_unstorable() -> None:
    """PostgreSQL keeps no NUL, so no address of ours has one."""
    if "\x00" in this_request().path:
        abort(404)


def install(app: Flask) -> None:
    """Before any blueprint: their addresses use `<id:…>`."""
    app.url_map.converters["id"] = RowId
    app.before_request(_refuse_unstorable)
    # Uploads of more than half a megabyte are files on the disk until they are closed.
    app.teardown_request(lambda _exc: this_request().close())


# Flask's proxies raise and catch an AttributeError at every look. What each page looks at often is
# asked of what stands behind them.


def extension(name: str) -> Any:
    """A part of the app at hand."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # of the proxy
    return app.extensions[name]


def this_request() -> Request:
    return cast(Request, request._get_current_object())  # type: ignore[attr-defined]  # as above


def noted() -> _AppCtxGlobals:
    """What has been noted while this request is answered: `g`."""
    return cast(_AppCtxGlobals, g._get_current_object())


def parts() -> Parts:
    return cast(Parts, extension(EXTENSION))


def now() -> datetime:
    return datetime.now(UTC)


def new_error_id() -> str:
    """Short enough to read out on the phone; also stands in our log."""
    return secrets.token_hex(4).upper()


def language() -> str:
    """Chosen on the page, else by the person, else by the LMS or browser, else bokmål."""
    notes = noted()
    chosen = notes.get("language")
    if chosen is None:
        chosen = _from_address() or _from_browser()
        notes.language = chosen
    return cast(str, chosen)


def _from_address() -> str | None:
    asked = this_request()
    words = asked.environ.get("QUERY_STRING", "")
    # Few addresses say one, and a name that is not there costs werkzeug an exception.
    return language_of(asked.args.get("lang")) if "lang" in words or "%" in words else None


def _from_browser() -> str:
    for tag, _quality in request.accept_languages:
        if ours := language_of(tag):
            return ours
    return DEFAULT_LANGUAGE


def use_language(tag: str | None) -> None:
    """The person's own choice. `?lang=` on the address still wins for that page."""
    if tag in LANGUAGES and not _from_address():
        noted().language = tag


def may_be_framed_by(origin: str) -> None:
    """Let this one answer be shown in a frame of `origin` ("*" only for pages without actions)."""
    noted().frame_ancestors = origin


def may_be_framed_by_us_too() -> None:
    """For a page that is shown inside a page of ours, which may itself stand in an LMS's frame."""
    g.frame_ancestors = f"'self' {g.get('frame_ancestors', '')}".rstrip()


def has_frames() -> None:
    """Let this one answer show pages of ours in frames of its own."""
    g.has_frames = True


def may_post_to(origins: str) -> None:
    """Let the forms of this one answer be sent to these origins, too (sources of CSP)."""
    g.form_targets = f"'self' {origins}"


def tell_no_referrer() -> None:
    """For a page whose address is a secret: nothing that it leads to learns the address."""
    g.referrer_policy = "no-referrer"


def see_other(location: str) -> Response:
    """303: what Flask's redirect gives, without a page that nobody sees."""
    if not location.isascii():  # of an LMS, perhaps
        location = iri_to_uri(location)
    return Response(status=303, headers={"Location": location})
