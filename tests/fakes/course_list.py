"""The course list and groups of a platform behind the HTTP port: its pages, and faults asked for.

It says what the test puts into it, and answers as strictly as Moodle: exact Accept, bearer token.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from lti.ports import HttpAnswer
from tests.fakes.lti_ports import RecordingHttp, Sent

MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def member(user_id: str, *roles: str, **fields: Any) -> dict[str, Any]:
    return {"user_id": user_id, "roles": list(roles or (LEARNER,)), **fields}


def members(count: int, *, start: int = 1) -> list[dict[str, Any]]:
    """u-1, u-2, ... with names, and an e-mail address that nobody asked for."""
    return [
        member(f"u-{n}", name=f"Sample person {n}", email=f"p{n}@school.example")
        for n in range(start, start + count)
    ]


Fault = HttpAnswer | Exception


@dataclass
class CourseList:
    """`faults` answer the next calls in the members' place; None is a call that goes well."""

    http: RecordingHttp
    origin: str
    context_id: str
    members: Sequence[Mapping[str, Any]] = ()
    groups: Sequence[Mapping[str, Any]] = ()
    sets: Sequence[Mapping[str, Any]] = ()
    page_size: int = 100
    differences: Sequence[Mapping[str, Any]] | None = None  # None: knows no differences
    granted: str | None = None  # scopes; None: all that is asked for

    def __post_init__(self) -> None:
        self.faults: deque[Fault | None] = deque()
        self.on_call: Callable[[], None] = lambda: None
        answers: dict[str, Callable[[Sent], HttpAnswer]] = {
            "/token": self._token,
            "/members": self._page("members", MEMBERS_TYPE),
            "/changes": self._page("differences", MEMBERS_TYPE, name="members"),
            "/groups": self._page("groups", GROUPS_TYPE),
            "/sets": self._page("sets", GROUPS_TYPE),
        }
        self.http.answers.update({self.origin + path: say for path, say in answers.items()})

    @property
    def url(self) -> str:
        return f"{self.origin}/members"

    def calls(self, path: str = "/members") -> list[Sent]:
        return [sent for sent in self.http.sent if urlsplit(sent.url).path == path]

    def _token(self, sent: Sent) -> HttpAnswer:
        asked = dict(parse_qsl((sent.body or b"").decode()))["scope"]
        scope = asked if self.granted is None else self.granted
        said = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "scope": scope}
        return HttpAnswer(200, {"content-type": "text/html"}, json.dumps(said).encode())

    def _page(
        self, kind: str, media_type: str, *, name: str | None = None
    ) -> Callable[[Sent], HttpAnswer]:
        def answer(sent: Sent) -> HttpAnswer:
            self.on_call()
            fault = self.faults.popleft() if self.faults else None
            if isinstance(fault, Exception):
                raise fault
            if fault is not None:
                return fault
            if sent.headers.get("authorization") != "Bearer t":
                return HttpAnswer(401, {}, b"")
            if sent.headers["accept"] != media_type:
                return HttpAnswer(400, {}, b"")
            return self._part(sent, list(getattr(self, kind) or ()), name or kind)

        return answer

    def _part(self, sent: Sent, entries: list[Mapping[str, Any]], name: str) -> HttpAnswer:
        parts = urlsplit(sent.url)
        query = parse_qs(parts.query)
        size = min(self.page_size, int(query.get("limit", ["1000"])[0]))
        page = int(query.get("page", ["1"])[0])
        links = []
        if page * size < len(entries):
            url = f"{self.origin}{parts.path}?page={page + 1}&limit={size}"
            links.append(f'<{url}>; rel="next"')
        if name == "members" and self.differences is not None:
            links.append(f"<{self.origin}/changes?since={len(self.http.sent)}>; rel=differences")
        body = {
            "id": sent.url,
            "context": {"id": self.context_id, "label": "C1", "title": "Course one"},
            name: entries[(page - 1) * size : page * size],
        }
        headers = {"link": ", ".join(links)} if links else {}
        return HttpAnswer(200, headers, json.dumps(body).encode())
