"""Line items, the columns of a gradebook: looked for before one is made (S12)."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lti.claims import text
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.quirks import Quirks, quirks_of
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.answers import failure, is_success
from lti.tool.grade_json import as_json, number, points, with_query
from lti.tool.service_calls import Caller, ServiceCalls
from lti.tool.service_urls import is_registration_host

LINEITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass(frozen=True)
class LineItem:
    label: str
    maximum: float
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None
    url: str | None = None  # its `id`; None until the platform has it


def find_or_create(
    calls: ServiceCalls,
    caller: Caller,
    lineitems_url: str,
    wanted: LineItem,
    copied_from: Collection[str],
) -> LineItem:
    found = _find(calls, caller, lineitems_url, wanted, copied_from)
    if found is not None:
        return found
    answer = calls.call(
        caller,
        "POST",
        lineitems_url,
        media_type=LINEITEM_TYPE,
        body=as_json(_fields(wanted, quirks_of(caller.registration))),
    )
    if not is_success(answer):
        raise failure(answer, calls.now())
    url = _created_url(answer)
    if not is_registration_host(url, caller.registration):
        raise PermanentServiceError("host_not_allowed")
    return replace(wanted, url=url)


def match(
    items: Iterable[LineItem], wanted: LineItem, copied_from: Collection[str] = ()
) -> LineItem | None:
    """The column that is already there for `wanted`, if any is.

    A column bound to another link is that link's, unless the link is one of `copied_from`: then
    the course was copied, and the column still names the link it had before.
    """
    ranked = [
        (rank, item) for item in items if (rank := _rank(item, wanted, copied_from)) is not None
    ]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(item: LineItem, wanted: LineItem, copied_from: Collection[str]) -> int | None:
    """0 is the best; None: not for this."""
    link = wanted.resource_link_id
    is_own = link is not None and item.resource_link_id == link
    if is_own and item.resource_id in (None, wanted.resource_id):
        return 0
    if not (wanted.resource_id or wanted.tag):
        return None
    if wanted.resource_id not in (None, item.resource_id) or wanted.tag not in (None, item.tag):
        return None
    if link is None or is_own or item.resource_link_id is None:
        return 1
    return 2 if item.resource_link_id in copied_from else None


def _find(
    calls: ServiceCalls,
    caller: Caller,
    lineitems_url: str,
    wanted: LineItem,
    copied_from: Collection[str],
) -> LineItem | None:
    filters = _identity(wanted)
    if not filters:
        raise ValueError("a line item needs a resource_id, tag or resource_link_id")
    # one filter at a time, the rest compared here: platforms differ in how they combine them
    by_resource = next(iter(filters))
    for name in dict.fromkeys((by_resource, "resource_link_id")):
        if name not in filters:
            continue
        url = with_query(lineitems_url, {name: filters[name]})
        listed = calls.items(caller, url, media_type=LINEITEMS_TYPE)
        items = [item for fields in listed if (item := _line_item(fields)) is not None]
        if (found := match(items, wanted, copied_from)) is not None:
            return found
    return None


def _identity(item: LineItem) -> dict[str, str]:
    named = {
        "resource_id": item.resource_id,
        "tag": item.tag,
        "resource_link_id": item.resource_link_id,
    }
    return {name: value for name, value in named.items() if value}


def _fields(item: LineItem, quirks: Quirks) -> dict[str, Any]:
    maximum = math.ceil(item.maximum) if quirks.whole_points else number(item.maximum)
    named = {
        "resourceId": item.resource_id,
        "tag": item.tag,
        "resourceLinkId": item.resource_link_id,
    }
    return {"label": item.label, "scoreMaximum": maximum} | {
        name: value for name, value in named.items() if value
    }


def _line_item(fields: Mapping[str, Any]) -> LineItem | None:
    url, maximum = text(fields.get("id")), points(fields.get("scoreMaximum"))
    if url is None or maximum is None:
        return None
    return LineItem(
        text(fields.get("label")) or "",
        maximum,
        text(fields.get("resourceId")),
        text(fields.get("tag")),
        text(fields.get("resourceLinkId")),
        url,
    )


def _created_url(answer: HttpAnswer) -> str:
    try:
        url = text(parse_object(answer.body).get("id"))
    except StrictJsonError:
        url = None
    if url is None:
        raise TransientServiceError("line_item_without_id")
    return url
