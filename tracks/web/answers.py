"""Flask without what nothing here uses: no sessions, no coroutines, no second look at our headers.

Each of these is a few microseconds, on every request.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter, Rule

from tracks.web.headers import security_headers

_BODILESS: Final = frozenset({204, 304})


class Answer(Response):
    """Every answer of ours, an error page too, leaves with the security headers."""

    def get_wsgi_response(
        self, environ: dict[str, Any]
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        headers = self.headers
        # Asked for one that is not there, werkzeug makes an exception with a page of its own.
        said = {name.lower() for name, _value in headers}
        if self.is_sequence and self.status_code >= 200 and self.status_code not in _BODILESS:
            # What Werkzeug does besides is for locations that are no URLs yet: ours are.
            if "content-length" not in said:
                length = sum(map(len, self.iter_encoded()))
                headers["Content-Length"] = str(length)
            body, status, sent = self.get_app_iter(environ), self.status, headers.to_wsgi_list()
        else:
            body, status, sent = super().get_wsgi_response(environ)
        return body, status, sent + security_headers(may_be_kept="cache-control" in said)


class _NoSessions(SessionInterface):
    """Who is signed in says tracks.people.guards."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._none


class _Address(Rule):
    """Of ours the path is read, and never built: our pages write their addresses themselves.

    Werkzeug compiles two functions for each when it is added, half of what `create_app` takes and
    1 MB; here they are compiled when one is asked for.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_it = super()._compile_builder

        @cache
        def compiled() -> Callable[..., tuple[str, str]]:
            return compile_it(append_unknown)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


class Application(Flask):
    response_class = Answer
    url_rule_class = _Address
    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine (tests/whole)."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """None outside of a request: addresses are written by hand, there is nothing to build."""
        if request is None:
            return None
        return self.url_map.bind(
            request.host,
            script_name=request.root_path,
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.environ.get("QUERY_STRING", ""),
        )
