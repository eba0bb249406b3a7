"""The platform's side of Deep Linking 2.0, without the library: it fixes what is accepted, and
checks of an answer neither aud, iss, exp, nonce, deployment, version nor data."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from lti import claims as names
from lti import jose
from lti.errors import LtiRejected
from lti.platform.errors import ContentRefused
from lti.platform.messages import ContentRequest
from lti.platform.registration import Platform

ALGORITHMS = ("RS256",)
MAX_LIFETIME_SECONDS = 3600
MAX_ITEMS = 100
MAX_TEXT = 4000
_LINK = "ltiResourceLink"


class OfferedLineItem(Struct, frozen=True):
    label: str
    maximum: int
    resource_id: str | None
    tag: str | None


class OfferedLink(Struct, frozen=True):
    """An ltiResourceLink that the tool wants to see in the course."""

    url: str
    title: str
    text: str
    custom: Mapping[str, str]
    line_item: OfferedLineItem | None


def deep_linking_claims(platform: Platform, message: ContentRequest) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "deep_link_return_url": message.deep_link_return_url,
        "accept_types": [_LINK],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": platform.rules.accept_multiple,
        "accept_lineitem": platform.rules.accept_lineitem,
        "auto_create": True,
    }
    if message.data is not None:
        settings["data"] = message.data
    return {
        names.MESSAGE_TYPE: names.DEEP_LINKING_REQUEST,
        names.DEEP_LINKING_SETTINGS: settings,
    }


def accept_content(
    platform: Platform, form: Sequence[tuple[str, str]], *, data: str | None
) -> list[OfferedLink]:
    """What the tool's answer offers; empty when the person cancelled. `data`: as it was sent.

    Raises ContentRefused. The nonce is used up by an answer that holds."""
    fields = dict(form)
    if len(fields) != len(form) or "JWT" not in fields:
        raise ContentRefused("form_malformed")
    claims = _authentic(platform, fields["JWT"])
    _check_parties(platform, claims)
    expires_at = _checked_expiry(platform, claims)
    if claims.get(names.DEEP_LINKING_DATA) != data:
        raise ContentRefused("data_differs")
    links = _links(platform, claims.get(names.CONTENT_ITEMS))
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not 0 < len(nonce) <= names.MAX_ID:
        raise ContentRefused("nonce_missing")
    used = platform.used_assertions
    if not used.consume(platform.registration.client_id, f"nonce {nonce}", expires_at):
        raise ContentRefused("nonce_reused")
    return links


def _authentic(platform: Platform, token: str) -> Mapping[str, Any]:
    try:
        header = jose.peek_header(token, ALGORITHMS)
        key = platform.tool_keys.find(header.kid)
        if key is None:
            raise ContentRefused("kid_unknown")
        return jose.verify(token, key.public, ALGORITHMS)
    except LtiRejected as rejected:
        raise ContentRefused(rejected.reason) from None


def _check_parties(platform: Platform, claims: Mapping[str, Any]) -> None:
    registration = platform.registration
    wanted = {
        "iss": (registration.client_id,),
        "aud": (registration.issuer, [registration.issuer]),
        names.MESSAGE_TYPE: (names.DEEP_LINKING_RESPONSE,),
        names.VERSION: (names.LTI_VERSION,),
        names.DEPLOYMENT_ID: (registration.deployment_id,),
    }
    for name, allowed in wanted.items():
        if claims.get(name) not in allowed:
            raise ContentRefused(f"{name.rpartition('/')[2]}_differs")
    if claims.get("azp", registration.issuer) != registration.issuer:
        raise ContentRefused("azp_differs")


def _checked_expiry(platform: Platform, claims: Mapping[str, Any]) -> datetime:
    now = platform.clock.now().timestamp()
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued > now:  # no leeway: Moodle has none
        raise ContentRefused("iat_in_future")
    if expires <= now:
        raise ContentRefused("exp_passed")
    if not 0 < expires - issued <= MAX_LIFETIME_SECONDS:
        raise ContentRefused("lifetime_too_long")
    return datetime.fromtimestamp(expires, tz=UTC)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContentRefused(f"{name}_missing")
    try:
        return float(value)
    except OverflowError:  # an integer of 400 digits is JSON
        raise ContentRefused(f"{name}_missing") from None


def _links(platform: Platform, items: Any) -> list[OfferedLink]:
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        raise ContentRefused("items_malformed")
    if len(items) > 1 and not platform.rules.accept_multiple:
        raise ContentRefused("too_many_items")
    return [_link(platform, item) for item in items]


def _link(platform: Platform, item: Any) -> OfferedLink:
    if not isinstance(item, dict) or item.get("type") != _LINK:
        raise ContentRefused("item_of_another_type")
    custom = item.get("custom", {})
    if not isinstance(custom, dict):
        raise ContentRefused("custom_malformed")
    title = _text(item.get("title"))
    if "lineItem" in item and not platform.rules.accept_lineitem:
        raise ContentRefused("line_item_not_accepted")
    line_item = _line_item(item["lineItem"], title) if "lineItem" in item else None
    return OfferedLink(
        url=_text(item.get("url")),
        title=title,
        text=_text(item["text"]) if "text" in item else "",
        custom={name: _text(value) for name, value in custom.items()},
        line_item=line_item,
    )


def _line_item(value: Any, title: str) -> OfferedLineItem:
    """The label is the link's title where it has none of its own."""
    maximum = value.get("scoreMaximum") if isinstance(value, dict) else None
    if not isinstance(maximum, int) or isinstance(maximum, bool) or maximum <= 0:
        raise ContentRefused("line_item_malformed")
    return OfferedLineItem(
        names.text(value.get("label")) or title,
        maximum,
        names.text(value.get("resourceId")),
        names.text(value.get("tag")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ContentRefused("item_malformed")
    return value
