"""Deep Linking 2.0: what the platform asks for, the links we offer, and the signed answer."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from lti import claims as names
from lti.errors import LtiRejected
from lti.ports import Registration
from lti.tool.service_urls import why_not_called

RESOURCE_LINK: Final = "ltiResourceLink"
LIFETIME: Final = timedelta(minutes=5)
# Moodle refuses an iat that is seconds ahead of its own clock.
BACKDATED: Final = timedelta(seconds=10)
MAX_TITLE: Final = 255
MAX_TEXT: Final = 1000


class NotAccepted(ValueError):
    """Items that this request does not take: a fault of ours, never of the platform."""


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """The claim `deep_linking_settings` (DL 4.4.1)."""

    return_url: str
    accept_types: tuple[str, ...]
    document_targets: tuple[str, ...]
    # The specification names no default; one item is right either way.
    accept_multiple: bool = False
    accept_lineitem: bool | None = None  # None: not said, "no assumption can be made"
    auto_create: bool = False
    title: str | None = None
    text: str | None = None
    data: str | None = field(default=None, repr=False)  # goes back as it came, "" included


class LineItem(Struct, frozen=True):
    label: str
    maximum: int  # Open edX takes whole numbers only
    resource_id: str
    tag: str | None = None


class Period(Struct, frozen=True):
    """From when, until when; either may be open."""

    start: datetime | None = None
    end: datetime | None = None


class ResourceLinkItem(Struct, frozen=True):
    """A content item of type ltiResourceLink, the only type we send (D9)."""

    url: str
    title: str
    custom: Mapping[str, str]
    text: str | None = None
    line_item: LineItem | None = None
    available: Period | None = None
    submission: Period | None = None


def read_settings(
    claims: Mapping[str, Any], registration: Registration, base_url: str
) -> DeepLinkingSettings:
    """Raises LtiRejected (D1, T37)."""
    claim = claims.get(names.DEEP_LINKING_SETTINGS)
    if not isinstance(claim, dict):
        raise LtiRejected("deep_linking_settings_missing")
    return_url = claim.get("deep_link_return_url")
    if not isinstance(return_url, str) or not return_url:
        raise LtiRejected("deep_linking_return_url_missing")
    why = why_not_called(return_url, registration, base_url=base_url)
    if why is not None:
        rejected = LtiRejected("deep_linking_return_url_foreign", why)
        rejected.not_called = (return_url, why)
        raise rejected
    types = _listed(claim, "accept_types", "deep_linking_types_missing")
    targets = _listed(claim, "accept_presentation_document_targets", "deep_linking_targets_missing")
    if RESOURCE_LINK not in types:
        raise LtiRejected("deep_linking_type_not_offered")
    data = claim.get("data")
    if data is not None and not isinstance(data, str):
        raise LtiRejected("deep_linking_data_not_text")
    return DeepLinkingSettings(
        return_url=return_url,
        accept_types=types,
        document_targets=targets,
        accept_multiple=_flag(claim.get("accept_multiple")) or False,
        accept_lineitem=_flag(claim.get("accept_lineitem")),
        auto_create=_flag(claim.get("auto_create")) or False,
        title=names.text(claim.get("title")),
        text=names.text(claim.get("text")),
        data=data,
    )


def _listed(claim: Mapping[str, Any], name: str, reason: str) -> tuple[str, ...]:
    value = claim.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise LtiRejected(reason)
    return tuple(value)


def _flag(value: Any) -> bool | None:
    """The specification has booleans here, its JSON schema the words "true" and "false"."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def response_claims(
    settings: DeepLinkingSettings,
    registration: Registration,
    deployment_id: str,
    items: Sequence[ResourceLinkItem],
    *,
    now: datetime,
    message: str | None = None,
    log: str | None = None,
    error: str | None = None,
    error_log: str | None = None,
) -> dict[str, Any]:
    """The claims of LtiDeepLinkingResponse (DL 4.5), to be signed and posted to the return URL.

    `message` and `error` are for the person, `log` and `error_log` for those who run the LMS.
    No items: the person cancelled, which is no error. Raises NotAccepted (D6).
    """
    if len(items) > 1 and not settings.accept_multiple:
        raise NotAccepted("the platform takes one item")
    if items and RESOURCE_LINK not in settings.accept_types:
        raise NotAccepted("the platform takes no resource links")
    issued = now - BACKDATED
    claims: dict[str, Any] = {
        "iss": registration.client_id,
        "aud": registration.issuer,
        "iat": int(issued.timestamp()),
        "exp": int((issued + LIFETIME).timestamp()),
        "nonce": secrets.token_urlsafe(24),
        names.MESSAGE_TYPE: names.DEEP_LINKING_RESPONSE,
        names.VERSION: names.LTI_VERSION,
        names.DEPLOYMENT_ID: deployment_id,
        names.CONTENT_ITEMS: [_item_claim(item, settings) for item in items],
    }
    optional = {
        names.DEEP_LINKING_DATA: settings.data,
        names.DEEP_LINKING_MESSAGE: message,
        names.DEEP_LINKING_LOG: log,
        names.DEEP_LINKING_ERROR: error,
        names.DEEP_LINKING_ERROR_LOG: error_log,
    }
    return claims | {name: value for name, value in optional.items() if value is not None}


def _item_claim(item: ResourceLinkItem, settings: DeepLinkingSettings) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "type": RESOURCE_LINK,
        "url": item.url,
        "title": plain(item.title, MAX_TITLE),
        "custom": dict(item.custom),
    }
    if item.text:
        claim["text"] = plain(item.text, MAX_TEXT)
    if "iframe" not in settings.document_targets and "window" in settings.document_targets:
        claim["window"] = {"targetName": "_blank"}
    if item.line_item is not None and settings.accept_lineitem is not False:
        claim["lineItem"] = _line_item_claim(item.line_item)
    for name, period in (("available", item.available), ("submission", item.submission)):
        if period is not None and (period.start or period.end):
            claim[name] = _period_claim(period)
    return claim


def _line_item_claim(item: LineItem) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "label": plain(item.label, MAX_TITLE),
        "scoreMaximum": item.maximum,
        "resourceId": item.resource_id,
    }
    return claim | ({"tag": item.tag} if item.tag else {})


def _period_claim(period: Period) -> dict[str, str]:
    """ISO 8601 with a zone."""
    named = {"startDateTime": period.start, "endDateTime": period.end}
    return {name: moment.isoformat() for name, moment in named.items() if moment is not None}


def plain(text: str, longest: int) -> str:
    """One line without control characters, cut at a word where it is too long (D9)."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= longest:
        return line
    head, _, _ = line[: longest - 1].rpartition(" ")
    return (head or line[: longest - 1]) + "…"
