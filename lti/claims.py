"""The claims of an LTI message: their names, and the values we keep of them.

Readers of optional claims are lenient: a wrong type is as if the claim were absent (T35).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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

LTI_VERSION: Final = "1.3.0"
RESOURCE_LINK_REQUEST: Final = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST: Final = "LtiDeepLinkingRequest"

MAX_ID: Final = 255


@dataclass(frozen=True, slots=True)
class ResourceLink:
    id: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    id: str
    label: str | None = None
    title: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgsClaim:
    lineitem: str | None
    lineitems: str | None
    scope: frozenset[str]


@dataclass(frozen=True, slots=True)
class NrpsClaim:
    context_memberships_url: str
    service_versions: tuple[str, ...] = ()


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
