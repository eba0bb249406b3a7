"""Asking a school system over the net: one page at a time, patiently, and never for ever."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus, urlencode

from msgspec import Struct

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import Http, HttpAnswer
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.answers import failure, is_success
from tracks.rosters.faults import BadFile

MOST_BYTES: Final = 8 * 1024 * 1024
TOKEN_BYTES: Final = 64 * 1024
# Of one page; then the whole run is put off.
MOST_TRIES: Final = 4
LONGEST_WAIT: Final = 60.0  # for one page; who asks for more is asked again later
LONGEST_RUN: Final = 1_800.0  # seconds
_FIRST_WAIT: Final = 1.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Access:
    """`token_url` None: the secret is the bearer token. Else it is a client's, which gets one there
    (RFC 6749 4.4, the client known by HTTP Basic)."""

    address: str  # without a slash at its end
    secret: str = field(repr=False)
    token_url: str | None = None
    client_id: str = ""
    scope: str = ""


class Sent(Struct, frozen=True):
    status: int
    said: Mapping[str, Any]


class SchoolSystem:
    """The port `ss12000.Fetch`. `wait` sleeps, and may raise to end the run."""

    def __init__(
        self,
        http: Http,
        access: Access,
        wait: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._access = access
        self._wait = wait
        self._clock = clock
        self._over = clock() + LONGEST_RUN
        self._token: str | None = None

    def __call__(self, resource: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """BadFile when trying again cannot help, TransientServiceError when it may, later."""
        return self._patiently(lambda: self._page(resource, query), resource)

    def send(self, method: str, resource: str, said: Mapping[str, Any] | None = None) -> Sent:
        """About subscriptions; as `__call__`, but that any other status is the caller's to read."""
        return self._patiently(lambda: self._sent(method, resource, said), resource)

    def _patiently(self, act: Callable[[], _T], resource: str) -> _T:
        for number in range(1, MOST_TRIES + 1):
            if self._clock() > self._over:
                raise BadFile("service-slow", resource)
            try:
                return act()
            except TransientServiceError as failed:
                pause = failed.retry_after or _FIRST_WAIT * 2**number
                if number == MOST_TRIES or pause > LONGEST_WAIT:
                    raise
                self._wait(pause)
        raise AssertionError("unreachable")

    def _page(self, resource: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        answer = self._let_in("GET", f"{resource}?{urlencode(query)}", None, resource)
        if not is_success(answer):
            _raise(failure(answer, datetime.now(UTC)), resource)
        return _json(answer, resource)

    def _sent(self, method: str, resource: str, said: Mapping[str, Any] | None) -> Sent:
        body = None if said is None else json.dumps(said).encode()
        answer = self._let_in(method, resource, body, "subscriptions")
        if answer.status == 429 or (answer.status >= 500 and answer.status != 501):
            raise failure(answer, datetime.now(UTC))
        has_text = is_success(answer) and answer.body.strip()
        return Sent(answer.status, _json(answer, "subscriptions") if has_text else {})

    def _let_in(self, method: str, path: str, body: bytes | None, resource: str) -> HttpAnswer:
        try:
            answer = self._asked(method, f"{self._access.address}/{path}", body)
        except PermanentServiceError as failed:
            raise BadFile("service-address", failed.reason) from None
        if answer.status in (401, 403):
            raise BadFile("service-refused", f"{resource}: {answer.status}")
        return answer

    def _asked(self, method: str, url: str, body: bytes | None) -> HttpAnswer:
        """With another token, once, when the first has grown too old on the way."""
        answer = self._request(method, url, body)
        if answer.status == 401 and self._access.token_url is not None:
            self._token = None
            answer = self._request(method, url, body)
        return answer

    def _request(self, method: str, url: str, body: bytes | None) -> HttpAnswer:
        headers = {"authorization": f"Bearer {self._bearer()}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        return self._http.request(method, url, headers=headers, body=body, max_bytes=MOST_BYTES)

    def _bearer(self) -> str:
        if self._access.token_url is None:
            return self._access.secret
        if self._token is None:
            self._token = self._new_token(self._access.token_url)
        return self._token

    def _new_token(self, url: str) -> str:
        form = {"grant_type": "client_credentials"}
        if self._access.scope:
            form["scope"] = self._access.scope
        pair = f"{quote_plus(self._access.client_id)}:{quote_plus(self._access.secret)}"
        headers = {
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        body = urlencode(form).encode()
        answer = self._http.request("POST", url, headers=headers, body=body, max_bytes=TOKEN_BYTES)
        if answer.status in (400, 401, 403):
            raise BadFile("service-refused", f"token: {answer.status}")
        if not is_success(answer):
            _raise(failure(answer, datetime.now(UTC)), "token")
        token = _json(answer, "token").get("access_token")
        # What goes into a header must be one word of it.
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise BadFile("service-failed", "token")
        return token


def _raise(failed: ServiceError, resource: str) -> None:
    if isinstance(failed, TransientServiceError):
        raise failed
    raise BadFile("service-failed", f"{resource}: {failed.reason}")


def _json(answer: HttpAnswer, resource: str) -> Mapping[str, Any]:
    try:
        return parse_object(answer.body)
    except StrictJsonError as wrong:
        raise BadFile("service-failed", f"{resource}: {wrong.why}") from None
