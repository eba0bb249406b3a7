"""Course Groups 1.0: the groups of a course, and the sets they belong to.

Who is in which group stands in the roster (`Member.group_ids`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct

from lti.claims import MAX_ID, fields, text
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.access_tokens import AccessTokenSource
from lti.tool.service_calls import Caller, ServiceCalls

SCOPE_GROUPS: Final = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
# for groups and for sets
GROUPS_TYPE: Final = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
MAX_GROUPS: Final = 2_000


class Group(Struct, frozen=True):
    id: str
    name: str
    tag: str | None = None
    set_id: str | None = None


class GroupSet(Struct, frozen=True):
    id: str
    name: str


_Found = TypeVar("_Found", Group, GroupSet)


class CourseGroups:
    def __init__(self, http: Http, tokens: AccessTokenSource, clock: Clock) -> None:
        self._calls = ServiceCalls(http, tokens, clock)

    def groups(
        self, registration: Registration, deployment_id: str, groups_url: str
    ) -> tuple[Group, ...]:
        """Of the course, from all pages. Raises ServiceError."""
        caller = Caller(registration, deployment_id, SCOPE_GROUPS)
        return self._all(caller, groups_url, "groups", _group)

    def sets(
        self, registration: Registration, deployment_id: str, group_sets_url: str
    ) -> tuple[GroupSet, ...]:
        caller = Caller(registration, deployment_id, SCOPE_GROUPS)
        return self._all(caller, group_sets_url, "sets", _set)

    def _all(
        self, caller: Caller, url: str, name: str, read: Callable[[Any], _Found | None]
    ) -> tuple[_Found, ...]:
        found: dict[str, _Found] = {}
        for entry in self._entries(caller, url, name):
            one = read(entry)
            if one is not None:
                found[one.id] = one
            if len(found) > MAX_GROUPS:
                raise PermanentServiceError("too_many_groups")
        return tuple(found.values())

    def _entries(self, caller: Caller, url: str, name: str) -> Iterator[Any]:
        for page in self._calls.pages(caller, url, media_type=GROUPS_TYPE):
            entries = _container(page.answer).get(name)
            if not isinstance(entries, list):
                raise TransientServiceError("answer_without_groups")
            yield from entries


def _container(answer: HttpAnswer) -> dict[str, Any]:
    try:
        return parse_object(answer.body)
    except StrictJsonError as refused:
        raise TransientServiceError("answer_not_json", refused.why) from None


def _group(value: Any) -> Group | None:
    entry = fields(value)
    found = _id(entry, "id")
    if found is None:
        return None
    return Group(found, text(entry.get("name")) or "", text(entry.get("tag")), _id(entry, "set_id"))


def _set(value: Any) -> GroupSet | None:
    entry = fields(value)
    found = _id(entry, "id")
    return None if found is None else GroupSet(found, text(entry.get("name")) or "")


def _id(entry: Mapping[str, Any], name: str) -> str | None:
    """Moodle's are numbers in its database, and may come as such."""
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = text(value)
    return found if found is not None and len(found) <= MAX_ID else None
