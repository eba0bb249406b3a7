"""Names and Role Provisioning Services 2.0: who is in a course."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

from msgspec import Struct

from lti.claims import (
    CUSTOM,
    MAX_ID,
    MESSAGE_TYPE,
    fields,
    is_identifier,
    read_custom,
    text,
    texts,
)
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.roles import Roles
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.access_tokens import AccessTokenSource
from lti.tool.paging import link_url
from lti.tool.service_calls import Caller, Page, ServiceCalls
from lti.tool.service_urls import is_same_origin

SCOPE_MEMBERS: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEMBERS_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
# Asked for; a platform may give fewer. With a hundred a page, 200 pages are 20,000 members.
PAGE_SIZE: Final = 500
MAX_MEMBERS: Final = 20_000
LONGEST_FETCH: Final = timedelta(seconds=75)

Status = Literal["Active", "Inactive", "Deleted"]
_LEFT: Final[Mapping[str, Status]] = {"Inactive": "Inactive", "Deleted": "Deleted"}


class MemberMessage(Struct, frozen=True):
    """What a launch of this member by the asked-for link would carry (3.2)."""

    message_type: str | None
    custom: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Only `user_id` and `roles` can be relied on. E-mail address and picture are not read."""

    user_id: str = field(repr=False)
    roles: Roles
    status: Status = "Active"
    name: str | None = field(default=None, repr=False)
    group_ids: tuple[str, ...] = ()
    messages: tuple[MemberMessage, ...] = field(default=(), repr=False)
    # What the school system calls them. Never an identity by itself (core 3.1, T32).
    sourced_id: str | None = field(default=None, repr=False)

    @property
    def has_left(self) -> bool:
        return self.status != "Active"


class Roster(Struct, frozen=True):
    """All pages of one answer; each member once."""

    context_id: str | None
    members: tuple[Member, ...]
    # gives what changes from here on; None where the platform has no such thing
    differences_url: str | None = None


class Rosters:
    def __init__(self, http: Http, tokens: AccessTokenSource, clock: Clock) -> None:
        self._calls = ServiceCalls(http, tokens, clock)

    def members(
        self,
        registration: Registration,
        deployment_id: str,
        memberships_url: str,
        *,
        role: str | None = None,
        link_id: str | None = None,
        limit: int = PAGE_SIZE,
    ) -> Roster:
        """The whole list, or an error: one page that fails fails it all (S16).

        `link_id`: as seen by that resource link, with `messages`. Raises ServiceError.
        """
        asked = {"limit": str(limit), "role": role, "rlid": link_id}
        return self._fetch(registration, deployment_id, _with_query(memberships_url, asked))

    def differences(
        self, registration: Registration, deployment_id: str, differences_url: str
    ) -> Roster:
        """Those who changed since the roster that named this URL; here some may be Deleted."""
        return self._fetch(registration, deployment_id, differences_url)

    def _fetch(self, registration: Registration, deployment_id: str, url: str) -> Roster:
        caller = Caller(registration, deployment_id, SCOPE_MEMBERS)
        context_id = differences_url = None
        found: dict[str, Member] = {}
        for page, container in self._containers(caller, url):
            context_id = context_id or _context_id(container)
            # the first page's: a change made while we read on is then told once more
            differences_url = differences_url or _differences(page, url)
            # later pages win: whoever moved between two pages is there as they are now
            found.update((m.user_id, m) for m in map(_member, container["members"]) if m)
            if len(found) > MAX_MEMBERS:
                raise PermanentServiceError("roster_too_large")
        return Roster(context_id, tuple(found.values()), differences_url)

    def _containers(self, caller: Caller, url: str) -> Iterator[tuple[Page, dict[str, Any]]]:
        began = self._calls.now()
        for page in self._calls.pages(caller, url, media_type=MEMBERS_TYPE):
            if self._calls.now() - began > LONGEST_FETCH:
                raise TransientServiceError("roster_too_slow")
            yield page, _container(page.answer)


def _with_query(url: str, asked: Mapping[str, str | None]) -> str:
    given = {name: value for name, value in asked.items() if value is not None}
    return url + ("&" if "?" in url else "?") + urlencode(given)


def _container(answer: HttpAnswer) -> dict[str, Any]:
    try:
        container = parse_object(answer.body)
    except StrictJsonError as refused:
        raise TransientServiceError("answer_not_json", refused.why) from None
    if not isinstance(container.get("members"), list):
        raise TransientServiceError("answer_not_a_roster")
    return container


def _context_id(container: Mapping[str, Any]) -> str | None:
    return _as_text(fields(container.get("context")).get("id"))


def _differences(page: Page, asked: str) -> str | None:
    found = link_url(page.answer.headers.get("link", ""), page.url, "differences")
    return found if found is not None and is_same_origin(found, asked) else None


def _member(value: Any) -> Member | None:
    """None for an entry that names nobody."""
    entry = fields(value)
    user_id = _as_text(entry.get("user_id"))
    if user_id is None or not is_identifier(user_id):
        return None
    message = entry.get("message")
    return Member(
        user_id,
        Roles.parse(texts(entry.get("roles"))),
        _status(entry.get("status")),
        _name(entry),
        _group_ids(entry.get("group_enrollments")),
        tuple(map(_message, message)) if isinstance(message, list) else (),
        _as_text(entry.get("lis_person_sourcedid")) or None,
    )


def _status(value: Any) -> Status:
    return _LEFT.get(value, "Active") if isinstance(value, str) else "Active"


def _name(entry: Mapping[str, Any]) -> str | None:
    whole = text(entry.get("name"))
    if whole is None:
        parts = (text(entry.get("given_name")), text(entry.get("family_name")))
        whole = " ".join(part for part in parts if part)
    return whole.strip() or None


def _group_ids(value: Any) -> tuple[str, ...]:
    """From Course Groups: `[{"group_id": "7"}]`."""
    if not isinstance(value, list):
        return ()
    found = (_as_text(fields(entry).get("group_id")) for entry in value)
    return tuple(group_id for group_id in found if group_id is not None)


def _message(value: Any) -> MemberMessage:
    claims = fields(value)
    return MemberMessage(text(claims.get(MESSAGE_TYPE)), read_custom(claims.get(CUSTOM)))


def _as_text(value: Any) -> str | None:
    """Ids that come as numbers are the same ids; None for what is too long for one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    found = text(value)
    return found if found is not None and len(found) <= MAX_ID else None
