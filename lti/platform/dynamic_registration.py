"""The platform's side of LTI Dynamic Registration 1.0: what it says, and what it takes."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, fields, text, texts
from lti.platform.registration import ALL_SCOPES
from lti.strict_json import StrictJsonError, parse_object

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CLAIMS = ("sub", "iss", "name", "email", "locale")
MESSAGES = (RESOURCE_LINK_REQUEST, DEEP_LINKING_REQUEST)


class RegistrationRefused(Exception):
    """`reason` is the member that is missing or wrong; the answer is 400."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NewTool(Struct, frozen=True):
    client_id: str
    deployment_id: str
    name: str
    login_url: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


def openid_configuration(base_url: str, product: str, version: str) -> dict[str, Any]:
    """The document at /.well-known/openid-configuration."""
    return {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/lti/auth",
        "token_endpoint": f"{base_url}/lti/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{base_url}/lti/jwks.json",
        "registration_endpoint": f"{base_url}/lti/registrations",
        "scopes_supported": ["openid", *sorted(ALL_SCOPES)],
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": list(CLAIMS),
        "subject_types_supported": ["public"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": product,
            "version": version,
            "messages_supported": [{"type": message} for message in MESSAGES],
            "variables": [],
        },
    }


def read_registration(body: bytes, tool_origin: str) -> NewTool:
    """A tool on `tool_origin`: this platform frames no other. Raises RegistrationRefused."""
    try:
        asked = parse_object(body)
    except StrictJsonError as refused:
        raise RegistrationRefused(refused.why) from None
    if asked.get("token_endpoint_auth_method") != "private_key_jwt":
        raise RegistrationRefused("token_endpoint_auth_method")
    if "id_token" not in texts(asked.get("response_types")):
        raise RegistrationRefused("response_types")
    tool = fields(asked.get(TOOL_CONFIGURATION))
    target = _address(tool, "target_link_uri", tool_origin)
    if tool.get("domain") != urlsplit(target).netloc:
        raise RegistrationRefused("domain")  # as Moodle does
    _address(asked, "jwks_uri", tool_origin)
    redirect_uris = texts(asked.get("redirect_uris"))
    if not redirect_uris or not all(_is_on(uri, tool_origin) for uri in redirect_uris):
        raise RegistrationRefused("redirect_uris")
    scopes = (text(asked.get("scope")) or "").split()
    unknown = [scope for scope in scopes if scope not in ALL_SCOPES]
    if unknown:
        raise RegistrationRefused("scope")  # as Canvas does
    return NewTool(
        client_id=secrets.token_hex(8),
        deployment_id=secrets.token_hex(4),
        name=text(asked.get("client_name")) or "?",
        login_url=_address(asked, "initiate_login_uri", tool_origin),
        redirect_uris=redirect_uris,
        scopes=tuple(scopes),
    )


def registration_answer(asked: Mapping[str, Any], tool: NewTool) -> dict[str, Any]:
    configuration = {**asked[TOOL_CONFIGURATION], "deployment_id": tool.deployment_id}
    return {**asked, "client_id": tool.client_id, TOOL_CONFIGURATION: configuration}


def _address(found: Mapping[str, Any], name: str, origin: str) -> str:
    value = text(found.get(name))
    if value is None or not _is_on(value, origin):
        raise RegistrationRefused(name)
    return value


def _is_on(url: str, origin: str) -> bool:
    return url == origin or url.startswith(f"{origin}/")
