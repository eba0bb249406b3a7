"""The only module that imports lti1p3platform 0.1.8 (never its `framework`: that wants
pkg_resources and Jinja2). Each class replaces what is wrong or missing in the one it extends."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lti1p3platform.exceptions import (
    LineItemNotFoundException,
    LtiServiceException,
)
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import Response
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

from lti.platform.keys import PlatformKey
from lti.platform.registration import ToolRegistration

__all__ = [
    "AssignmentsGradesService",
    "Context",
    "LibraryLaunch",
    "LibraryLogin",
    "LineItemNotFoundException",
    "NamesRoleProvisioningService",
    "ParsedKeyRegistration",
    "ParsedRequest",
    "PlatformConf",
    "Response",
    "ServiceRefused",
    "UpdateScoreStatus",
]


class ServiceRefused(LtiServiceException):  # type: ignore[misc]  # the library has no types
    """A service request answered with an error; the library's handle_resp turns it into one too."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, status)
        self.status: int = status
        self.text: str = message
        self.headers: Mapping[str, str] = headers or {}


class ParsedKeyRegistration(Registration):  # type: ignore[misc]  # the library has no types
    """Signs with the parsed key. PyJWT takes a key object as well as a PEM, so only the getters
    change and the library still signs: 0.4 ms instead of 84 ms a launch."""

    def __init__(self, key: PlatformKey) -> None:
        self._key = key
        self.set_platform_public_key(key.public_pem)

    def get_platform_private_key(self) -> RSAPrivateKey:
        return self._key.private

    def get_kid(self) -> str:
        kid: str = self.get_jwk(self._key.public_pem)["kid"]
        return kid

    def encode_and_sign(
        self,
        payload: dict[str, Any],
        private_key: RSAPrivateKey,
        headers: Mapping[str, str] | None = None,
        expiration: int | None = None,
    ) -> str:
        """The library signs access tokens, and nothing else, through this name. Its own have
        neither kid nor audience, so that any other token of ours could pass for one."""
        named = {"kid": self.get_kid(), "typ": "at+jwt", **(headers or {})}
        audience = {"aud": self.get_iss(), "jti": secrets.token_urlsafe(16)}
        token: str = Registration.encode_and_sign(
            {**payload, **audience}, private_key, headers=named, expiration=expiration
        )
        return token


class PlatformConf(LTI1P3PlatformConfAbstract):  # type: ignore[misc]  # the library has no types
    """One instance for each request: the library keeps the token under check on it, and would
    keep the tool's key set for ever."""

    _accepted_token: str | None = None

    def init_platform_config(
        self,
        *,
        registration: ToolRegistration,
        key: PlatformKey,
        tool_key: Mapping[str, Any] | None = None,
    ) -> None:
        login = urlsplit(registration.login_url)
        made = ParsedKeyRegistration(key)
        made.set_iss(registration.issuer)
        made.set_client_id(registration.client_id)
        made.set_deployment_id(registration.deployment_id)
        made.set_oidc_login_url(urlunsplit(login._replace(query="", fragment="")))
        # never a URL: the library would fetch it itself, without limits
        made.set_tool_key_set({"keys": [dict(tool_key)] if tool_key else []})
        self._registration = made

    def get_registration_by_params(self, **kwargs: Any) -> Any:
        return self._registration

    def accept(self, token: str) -> None:
        """Said by lti.platform.bearer after it has checked this token and its scope."""
        self._accepted_token = token

    def validate_token(
        self, token: str, allowed_scopes: list[str] | None = None, audience: str | None = None
    ) -> bool:
        # The library's own check lets any AGS scope open every AGS endpoint, and PyJWT's errors
        # pass through it bare.
        return token == self._accepted_token


class LibraryLogin(OIDCLoginAbstract):  # type: ignore[misc]  # the library has no types
    def set_lti_message_hint(self, *, hint: str) -> None:
        self._lti_message_hint = hint

    def get_redirect(self, url: str) -> str:
        return url


class LibraryLaunch(LTIAdvantageMessageLaunchAbstract):  # type: ignore[misc]  # the library has no types
    """Answers with the form's fields instead of a page."""

    def render_launch_form(self, launch_data: dict[str, str], **kwargs: Any) -> dict[str, str]:
        return launch_data


class ParsedRequest(Request):  # type: ignore[misc]  # the library has no types
    def build_metadata(self, request: Mapping[str, Any]) -> dict[str, Any]:
        empty = {"method": "GET", "form_data": {}, "get_data": {}, "headers": {}}
        return {**empty, "content_type": None, "path": "", "json": None, **request}


def platform_key_set(key: PlatformKey) -> dict[str, Any]:
    """The platform's own JWKS document."""
    return {"keys": [ParsedKeyRegistration.get_jwk(key.public_pem)]}
