"""Registering ourselves with a platform (LTI Dynamic Registration 1.0; rules R2 to R9)."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct, field

from lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, fields, is_identifier, texts
from lti.ports import Http, HttpAnswer
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.answers import is_success
from lti.tool.platform_configuration import (
    MAX_BYTES,
    PlatformConfiguration,
    RegistrationFailed,
    SupportedMessage,
)

TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_CANVAS_PRIVACY: Final = "https://canvas.instructure.com/lti/privacy_level"
_MAX_TOKEN: Final = 8 * 1024
_MAX_SAID: Final = 500
_MAX_LISTED: Final = 50

AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/"
NRPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/"
# What our services call with, and no more: each is named in docs/privacy.md.
SCOPES: Final = (
    AGS + "lineitem",
    AGS + "result.readonly",
    AGS + "score",
    NRPS + "contextmembership.readonly",
)
# where the platform offers them: notices of copied courses, course groups
EXTRA_SCOPES: Final = (
    "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
    "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",
)
# A name to greet with and a language to speak. Never an e-mail address: nothing here needs one.
CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name", "locale")
# Where a teacher looks for us, by message, of what the platform offers.
_PLACEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    RESOURCE_LINK_REQUEST: ("course_navigation",),
    DEEP_LINKING_REQUEST: ("ContentArea", "link_selection", "assignment_selection"),
}


class ToolDescription(Struct, frozen=True):
    """What we tell a platform about ourselves; texts by language, "en" among them."""

    launch_url: str
    login_url: str
    jwks_url: str
    icon_url: str
    home_url: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    message_types: tuple[str, ...]
    custom: Mapping[str, str] = field(default_factory=dict)


class Registered(Struct, frozen=True):
    """What the platform made of it: its own words, checked for shape and length only (R9)."""

    client_id: str
    deployment_id: str | None
    scopes: tuple[str, ...]
    message_types: tuple[str, ...]


def register_with(
    http: Http, platform: PlatformConfiguration, tool: ToolDescription, token: str | None
) -> Registered:
    """Raises ServiceError. The token goes to the registration endpoint; nothing keeps it (R7)."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    asked = registration_request(platform, tool)
    answer = http.request(
        "POST",
        platform.registration_url,
        headers=headers,
        body=json.dumps(asked).encode(),
        max_bytes=MAX_BYTES,
    )
    if not is_success(answer):
        said = _said(answer, token)
        raise RegistrationFailed("registration_refused", status=answer.status, said=said)
    return _registered(answer)


def is_token(value: str) -> bool:
    """May stand in a header."""
    return len(value) <= _MAX_TOKEN and value.isascii() and value.isprintable() and " " not in value


def registration_request(platform: PlatformConfiguration, tool: ToolDescription) -> dict[str, Any]:
    """Only what the platform says it has: Canvas answers 422 to anything else."""
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login_url,
        "redirect_uris": [tool.launch_url],
        "jwks_uri": tool.jwks_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "client_uri": tool.home_url,
        "logo_uri": tool.icon_url,
        "scope": " ".join(_scopes(platform)),
        **_in_languages("client_name", tool.names, platform),
        TOOL_CONFIGURATION: _tool_configuration(platform, tool),
    }


def _tool_configuration(platform: PlatformConfiguration, tool: ToolDescription) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        # Moodle compares it with host and port of target_link_uri
        "domain": urlsplit(tool.launch_url).netloc,
        "target_link_uri": tool.launch_url,
        "custom_parameters": _custom(platform, tool),
        "claims": [claim for claim in CLAIMS if claim in {"iss", "sub", *platform.claims}],
        "messages": [
            _message(message, platform, tool)
            for message in platform.messages
            if message.type in tool.message_types
        ],
        **_in_languages("description", tool.descriptions, platform),
    }
    if platform.family == "canvas":
        configuration[_CANVAS_PRIVACY] = "name_only"
    return configuration


def _message(
    message: SupportedMessage, platform: PlatformConfiguration, tool: ToolDescription
) -> dict[str, Any]:
    wanted = _PLACEMENTS.get(message.type, ())
    placements = [placement for placement in wanted if placement in message.placements]
    return {
        "type": message.type,
        "target_link_uri": tool.launch_url,
        "icon_uri": tool.icon_url,
        **({"placements": placements} if placements else {}),
        **_in_languages("label", tool.names, platform),
    }


def _scopes(platform: PlatformConfiguration) -> list[str]:
    if platform.scopes is None:
        return list(SCOPES)
    return [scope for scope in (*SCOPES, *EXTRA_SCOPES) if scope in platform.scopes]


def _custom(platform: PlatformConfiguration, tool: ToolDescription) -> dict[str, str]:
    """All of them where the platform does not say which variables it knows."""
    return {
        name: value
        for name, value in tool.custom.items()
        if not platform.variables or value.removeprefix("$") in platform.variables
    }


def _in_languages(
    name: str, texts_by_language: Mapping[str, str], platform: PlatformConfiguration
) -> dict[str, str]:
    """`client_name`, `client_name#nb`, ... (OpenID Connect Registration 2.1)."""
    named = {name: texts_by_language["en"]}
    if platform.family == "canvas":  # it checks the names of members
        return named
    others = {f"{name}#{lang}": said for lang, said in texts_by_language.items() if lang != "en"}
    return named | others


def _registered(answer: HttpAnswer) -> Registered:
    # whatever its content type: Moodle has sent JSON as text/html before
    try:
        found = parse_object(answer.body)
    except StrictJsonError as refused:
        status = answer.status
        raise RegistrationFailed(
            "registration_answer_not_json", refused.why, status=status
        ) from None
    client_id = found.get("client_id")
    if not is_identifier(client_id):
        raise RegistrationFailed("registration_answer_without_client_id", status=answer.status)
    configuration = fields(found.get(TOOL_CONFIGURATION))
    deployment_id = configuration.get("deployment_id")
    listed = configuration.get("messages")
    messages = [fields(each).get("type") for each in listed] if isinstance(listed, list) else []
    return Registered(
        client_id=str(client_id),
        deployment_id=str(deployment_id) if is_identifier(deployment_id) else None,
        scopes=_words(found.get("scope")),
        message_types=texts(messages)[:_MAX_LISTED],
    )


def _words(scope: Any) -> tuple[str, ...]:
    words = scope.split() if isinstance(scope, str) else texts(scope)
    return tuple(word[:255] for word in words[:_MAX_LISTED])


def _said(answer: HttpAnswer, token: str | None) -> str:
    """The platform's own words, if they are for people: no page of HTML, and never the token."""
    said = " ".join(answer.body.decode("utf-8", "replace").replace("\x00", "").split())
    if re.match(r"<(!doctype|html|\?xml)", said, re.IGNORECASE):
        return ""
    if token:
        said = said.replace(token, "…")
    return said[:_MAX_SAID]
