"""Calls to a platform's services with a bearer token."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.strict_json import StrictJsonError, parse_array
from lti.tool.access_tokens import AccessTokenSource
from lti.tool.answers import failure, is_success
from lti.tool.paging import next_url
from lti.tool.service_urls import is_registration_host, is_same_origin

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PAGES: Final = 200


class Caller(Struct, frozen=True):
    """For whom and with which right a call is made."""

    registration: Registration
    deployment_id: str
    scope: str


class Page(Struct, frozen=True):
    url: str
    answer: HttpAnswer


class ServiceCalls:
    def __init__(self, http: Http, tokens: AccessTokenSource, clock: Clock) -> None:
        self._http = http
        self._tokens = tokens
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def call(
        self, caller: Caller, method: str, url: str, *, media_type: str, body: bytes | None = None
    ) -> HttpAnswer:
        """The answer, whatever its status but 401; that one is tried again with a new token."""
        if not is_registration_host(url, caller.registration):
            raise PermanentServiceError("host_not_allowed")
        token = self._token(caller)
        answer = self._send(token, method, url, media_type, body)
        if answer.status == 401:
            self._tokens.discard(caller.registration, caller.deployment_id, [caller.scope], token)
            answer = self._send(self._token(caller), method, url, media_type, body)
        return answer

    def _token(self, caller: Caller) -> str:
        return self._tokens.token(caller.registration, caller.deployment_id, [caller.scope])

    def _send(
        self, token: str, method: str, url: str, media_type: str, body: bytes | None
    ) -> HttpAnswer:
        # the exact type and nothing else: Moodle and Open edX refuse */* and application/json
        headers = {"authorization": f"Bearer {token}", "accept": media_type}
        if body is not None:
            headers["content-type"] = media_type
        return self._http.request(method, url, headers=headers, body=body, max_bytes=MAX_BYTES)

    def items(self, caller: Caller, url: str, *, media_type: str) -> Iterator[dict[str, Any]]:
        """The objects of a container, page by page; fetched as they are asked for."""
        for page in self.pages(caller, url, media_type=media_type):
            yield from (item for item in _array(page.answer) if isinstance(item, dict))

    def pages(self, caller: Caller, url: str, *, media_type: str) -> Iterator[Page]:
        """The pages of a container; each is fetched when it is asked for."""
        seen: set[str] = set()
        page: str | None = url
        while page is not None:
            if page in seen or len(seen) >= MAX_PAGES:
                raise PermanentServiceError("paging_without_end")
            seen.add(page)
            answer = self.call(caller, "GET", page, media_type=media_type)
            if not is_success(answer):
                raise failure(answer, self.now())
            yield Page(page, answer)
            page = next_url(answer.headers.get("link", ""), page)
            if page is not None and not is_same_origin(page, url):
                raise PermanentServiceError("paging_off_host")


def _array(answer: HttpAnswer) -> list[Any]:
    try:
        return parse_array(answer.body)
    except StrictJsonError as refused:
        raise TransientServiceError("answer_not_json", refused.why) from None
