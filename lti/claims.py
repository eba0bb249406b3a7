"""The claims of an LTI message: their names, and the values we keep of them.

Readers of optional claims are lenient: a wrong type is as if the claim were absent (T35).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

PREFIX: Final = "https://purl.imsglobal.org/spec/lti/claim/"
VERSION: Final = PREFIX + "version"
MESSAGE_TYPE: Final = PREFIX + "message_type"
DEPLOYMENT_ID: Final = PREFIX + "deployment_id"
TARGET_LINK_URI: Final = PREFIX + "target_link_uri"
RESOURCE_LINK: Final = PREFIX + "resource_link"
ROLES: Final = PREFIX + "roles"
CONTEXT: Final = PREFIX + "context"
CUSTOM: Final = PREFIX + "custom"
LAUNCH_PRESENTATION: Final = PREFIX + "launch_presentation"
AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GROUPS: Final = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
FOR_USER: Final = PREFIX + "for_user"
PNS: Final = PREFIX + "platformnotificationservice"
NOTICE: Final = PREFIX + "notice"
ORIGIN_CONTEXTS: Final = PREFIX + "origin_contexts"

_DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
DEEP_LINKING_SETTINGS: Final = _DEEP_LINKING + "deep_linking_settings"
CONTENT_ITEMS: Final = _DEEP_LINKING + "content_items"
DEEP_LINKING_DATA: Final = _DEEP_LINKING + "data"
DEEP_LINKING_MESSAGE: Final = _DEEP_LINKING + "msg"
DEEP_LINKING_LOG: Final = _DEEP_LINKING + "log"
DEEP_LINKING_ERROR: Final = _DEEP_LINKING + "errormsg"
DEEP_LINKING_ERROR_LOG: Final = _DEEP_LINKING + "errorlog"

LTI_VERSION: Final = "1.3.0"
RESOURCE_LINK_REQUEST: Final = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST: Final = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW_REQUEST: Final = "LtiSubmissionReviewRequest"
DATA_PRIVACY_REQUEST: Final = "DataPrivacyLaunchRequest"
LTI_DATA_PRIVACY_REQUEST: Final = "LtiDataPrivacyLaunchRequest"  # what Canvas and Sakai call it

# Custom parameters to ask for wherever a platform takes some: what was copied from what. A platform
# that does not know a variable leaves it out, or sends it back as it stands.
LINK_HISTORY: Final = "link_history"
COURSE_HISTORY: Final = "course_history"
HISTORY_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {LINK_HISTORY: "$ResourceLink.id.history", COURSE_HISTORY: "$Context.id.history"}
)
MOST_ANCESTORS: Final = 20
DEEP_LINKING_RESPONSE: Final = "LtiDeepLinkingResponse"

MAX_ID: Final = 255


class ResourceLink(Struct, frozen=True):
    id: str
    title: str | None = None
    description: str | None = None


class Context(Struct, frozen=True):
    id: str
    label: str | None = None
    title: str | None = None
    types: tuple[str, ...] = ()


class AgsClaim(Struct, frozen=True):
    lineitem: str | None
    lineitems: str | None
    scope: frozenset[str]


class NrpsClaim(Struct, frozen=True):
    context_memberships_url: str
    service_versions: tuple[str, ...] = ()


class GroupsClaim(Struct, frozen=True):
    """Course Groups; sets of groups are optional."""

    context_groups_url: str
    context_group_sets_url: str | None
    scope: frozenset[str]


class PnsClaim(Struct, frozen=True):
    """The platform's service for notices; `url` takes and gives the handlers."""

    url: str
    scope: frozenset[str]
    notice_types: frozenset[str]


def text(value: Any) -> str | None:
    """A non-empty string, or None."""
    return value if isinstance(value, str) and value else None


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, str) and item)


def fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def is_identifier(value: Any) -> bool:
    """1 to 255 printable ASCII characters."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_ID
        and value.isascii()
        and value.isprintable()
    )


def read_resource_link(value: Mapping[str, Any]) -> ResourceLink:
    return ResourceLink(value["id"], text(value.get("title")), text(value.get("description")))


def read_context(value: Any) -> Context | None:
    claim = fields(value)
    context_id = text(claim.get("id"))
    if context_id is None or len(context_id) > MAX_ID:
        return None
    return Context(
        context_id,
        text(claim.get("label")),
        text(claim.get("title")),
        texts(claim.get("type")),
    )


def read_custom(value: Any) -> dict[str, str]:
    return {name: item for name, item in fields(value).items() if isinstance(item, str)}


def read_ags(value: Any) -> AgsClaim | None:
    claim = fields(value)
    lineitem, lineitems = text(claim.get("lineitem")), text(claim.get("lineitems"))
    if lineitem is None and lineitems is None:
        return None
    return AgsClaim(lineitem, lineitems, frozenset(texts(claim.get("scope"))))


def read_nrps(value: Any) -> NrpsClaim | None:
    claim = fields(value)
    url = text(claim.get("context_memberships_url"))
    if url is None:
        return None
    return NrpsClaim(url, texts(claim.get("service_versions")))


def read_groups(value: Any) -> GroupsClaim | None:
    claim = fields(value)
    url = text(claim.get("context_groups_url"))
    if url is None:
        return None
    sets_url = text(claim.get("context_group_sets_url"))
    return GroupsClaim(url, sets_url, frozenset(texts(claim.get("scope"))))


def read_pns(value: Any) -> PnsClaim | None:
    claim = fields(value)
    url = text(claim.get("platform_notification_service_url"))
    if url is None:
        return None
    return PnsClaim(
        url,
        frozenset(texts(claim.get("scope"))),
        frozenset(texts(claim.get("notice_types_supported"))),
    )


def read_for_user(value: Any) -> str | None:
    """Whom a review or a privacy launch is about. Early drafts called the member `id`."""
    claim = fields(value)
    found = claim.get("user_id", claim.get("id"))
    return found if is_identifier(found) else None


def read_history(value: str | None) -> tuple[str, ...]:
    """Ids from the newest ancestor to the oldest; () for a variable that was not filled in."""
    if value is None or value.startswith("$"):
        return ()
    ids = (unquote(part.strip()) for part in value.split(","))
    return tuple(i for i in ids if is_identifier(i))[:MOST_ANCESTORS]
