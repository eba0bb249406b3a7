"""A bearer token goes to hosts of its registration only, over real sockets (check 12, S5)."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lti.errors import PermanentServiceError, TransientServiceError
from lti.http import GuardedHttp
from lti.ports import Registration
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.service_calls import Caller, ServiceCalls
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import FixedClock
from tests.lti.tool.gradebook import KEYS

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
TYPE = "application/json"


class Site:
    """A platform at 127.0.0.1, and its sink at localhost: the same server, another host."""

    def __init__(self, server: HTTPServer, http: GuardedHttp) -> None:
        self.base = f"http://127.0.0.1:{server.port}"
        self.sink = f"http://localhost:{server.port}/sink"
        self.tokens = 0
        self.seen: list[tuple[str, str | None]] = []
        server.expect_request("/token").respond_with_handler(self._token)
        server.expect_request("/sink").respond_with_handler(self._note)
        server.expect_request("/items").respond_with_handler(self._note)
        self.answers: list[Response] = []
        clock = FixedClock()
        source = AccessTokenSource(http, KEYS, clock, MemoryAccessTokens())
        self.calls = ServiceCalls(http, source, clock)

    @property
    def registration(self) -> Registration:
        return replace(
            REGISTRATION,
            issuer=self.base,
            auth_url=f"{self.base}/auth",
            token_url=f"{self.base}/token",
            jwks_url=f"{self.base}/jwks",
        )

    def _token(self, request: Request) -> Response:
        self.tokens += 1
        form = dict(parse_qsl(request.get_data(as_text=True)))
        answer = {"access_token": f"t{self.tokens}", "token_type": "bEARER", "scope": form["scope"]}
        # As Moodle: no expires_in, and JSON that calls itself a page.
        return Response(json.dumps(answer), content_type="text/html")

    def _note(self, request: Request) -> Response:
        self.seen.append((request.path, request.headers.get("Authorization")))
        return self.answers.pop(0) if self.answers else Response("[]")

    def get(self, url: str) -> int:
        caller = Caller(self.registration, "1", SCOPE)
        return self.calls.call(caller, "GET", url, media_type=TYPE).status


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[Site]:
    http = GuardedHttp(allow_loopback=True)
    yield Site(httpserver, http)
    http.close()


def test_the_token_goes_to_the_platform(site: Site):
    assert site.get(f"{site.base}/items") == 200
    assert site.seen == [("/items", "Bearer t1")]


def test_no_redirect_is_followed_with_the_token(site: Site):
    for status in (301, 302, 303, 307, 308):
        site.answers = [Response("", status, {"Location": site.sink})]
        assert site.get(f"{site.base}/items") == status

    assert {path for path, _ in site.seen} == {"/items"}


def test_another_host_gets_neither_a_request_nor_a_token(site: Site):
    with pytest.raises(PermanentServiceError, match="host_not_allowed"):
        site.get(site.sink)

    assert (site.seen, site.tokens) == ([], 0)


def test_a_next_page_elsewhere_is_not_asked_for(site: Site):
    site.answers = [Response("[]", headers={"Link": f'<{site.sink}>; rel="next"'})]
    caller = Caller(site.registration, "1", SCOPE)

    with pytest.raises(PermanentServiceError, match="paging_off_host"):
        list(site.calls.items(caller, f"{site.base}/items", media_type=TYPE))

    assert [path for path, _ in site.seen] == ["/items"]


def test_a_refused_token_is_replaced_once(site: Site):
    site.answers = [Response("", 401)]
    assert site.get(f"{site.base}/items") == 200
    assert site.seen == [("/items", "Bearer t1"), ("/items", "Bearer t2")]

    site.answers = [Response("", 401), Response("", 401)]
    assert site.get(f"{site.base}/items") == 401
    assert [token for _, token in site.seen[2:]] == ["Bearer t2", "Bearer t3"]


def test_a_redirected_token_request_sends_our_assertion_nowhere(httpserver: HTTPServer, site: Site):
    httpserver.clear()
    sink: list[str] = []
    httpserver.expect_request("/token").respond_with_response(
        Response("", 307, {"Location": site.sink})
    )
    httpserver.expect_request("/sink").respond_with_handler(
        lambda request: sink.append(request.path) or Response("")
    )
    with pytest.raises((PermanentServiceError, TransientServiceError), match="status_307"):
        site.get(f"{site.base}/items")

    assert sink == []
