"""Old addresses lead on: a page that is not there is looked for under what it is called now."""

from urllib.parse import urlsplit

from flask import Flask, Response, request, url_for
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from tracks.catalogue.moved import where_now
from tracks.catalogue.rules import Address, parse_address
from tracks.web.errors import on_http_error
from tracks.web.requests import parts

_AREAS = ("catalogue.", "progress.", "feedback.")  # whose addresses name parts of tracks
_NAMES = ("publisher", "track", "module", "step")


def install(app: Flask) -> None:
    app.register_error_handler(NotFound, _on_not_found)


def _on_not_found(exc: NotFound) -> Response:
    asked = _asked()
    if asked is not None:
        with parts().database.reading() as session:
            found = where_now(session, asked)
        if found is not None:
            return _moved(_url(found))
    return on_http_error(exc)


def _asked() -> Address | None:
    given = request.view_args or {}
    if request.endpoint is None or not request.endpoint.startswith(_AREAS):
        return None
    if "address" in given:
        return parse_address(given["address"])
    if "publisher" not in given:
        return None
    named = {name: given[name] for name in _NAMES if name in given}
    return parse_address(str(Address(**named)))


def _url(found: Address) -> str:
    """Of the same page for what was asked for; of the thing's own page if it is of another kind."""
    given = request.view_args or {}
    named = {name: getattr(found, name) for name in _NAMES if getattr(found, name) is not None}
    if "address" in given or set(named) != set(given) & set(_NAMES):
        path = f"/r/{str(replace(found, version=None)).replace('#', '%23')}"
    else:
        assert request.endpoint is not None
        path = urlsplit(url_for(request.endpoint, **{**given, **named})).path
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def _moved(location: str) -> Response:
    """For ever; 308 keeps what a form holds."""
    status = 301 if request.method in ("GET", "HEAD") else 308
    return Response(status=status, headers={"Location": location})
