"""An LMS that can be registered with: what it says about itself, and what it answers."""

import json
from collections.abc import Mapping
from typing import Any

from lti.ports import HttpAnswer
from tests.fakes.forge import jwks, signing_key
from tests.fakes.lti_ports import RecordingHttp, Respond, Sent

LMS = "https://moodle.example"
CONFIGURATION_URL = f"{LMS}/.well-known/openid-configuration"
REGISTRATION_URL = f"{LMS}/register"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


def configuration(**changes: Any) -> dict[str, Any]:
    """As Moodle's; None takes a member out."""
    found: dict[str, Any] = {
        "issuer": LMS,
        "authorization_endpoint": f"{LMS}/auth",
        "token_endpoint": f"{LMS}/token",
        "jwks_uri": f"{LMS}/keys",
        "registration_endpoint": REGISTRATION_URL,
        "scopes_supported": ["openid", AGS + "score", AGS + "lineitem", NRPS],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        PLATFORM: {
            "product_family_code": "moodle",
            "version": "4.5.1+",
            "messages_supported": ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"],
            "variables": ["ResourceLink.id.history", "Person.name.full"],
        },
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def answered(value: Any, status: int = 200, media_type: str = "application/json") -> HttpAnswer:
    return HttpAnswer(status, {"content-type": media_type}, json.dumps(value).encode())


def accept(sent: Sent) -> HttpAnswer:
    """As Moodle does: what was asked, with a client id and a deployment."""
    asked = json.loads(sent.body or b"{}")
    asked[TOOL]["deployment_id"] = "7"
    return answered({**asked, "client_id": "made-by-the-lms"})


class Platform:
    """The LMS behind an Http."""

    def __init__(
        self,
        http: RecordingHttp | None = None,
        *,
        answer: HttpAnswer | Exception | Respond = accept,
        **changes: Any,
    ) -> None:
        self.http = http or RecordingHttp()
        self.http.answers |= {
            CONFIGURATION_URL: answered(configuration(**changes)),
            REGISTRATION_URL: answer,
            f"{LMS}/keys": HttpAnswer(200, {}, jwks(signing_key().jwk())),
        }

    @property
    def sent(self) -> list[Sent]:
        return self.http.sent

    def asked(self) -> Mapping[str, Any]:
        """The registration that we sent."""
        (posted,) = [each for each in self.sent if each.method == "POST"]
        found: Mapping[str, Any] = json.loads(posted.body or b"{}")
        return found
