"""What an LMS is told about us: by registration, by Canvas's configuration, or copied by hand."""

import json
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from lti.claims import DEEP_LINKING_REQUEST, HISTORY_PARAMETERS, RESOURCE_LINK_REQUEST
from lti.tool.dynamic_registration import SCOPES, ToolDescription
from tracks.i18n import LANGUAGES, N_, translations
from tracks.lms.kinds import Ours

NAME: Final = N_("Learning Tracks")
DESCRIPTION: Final = N_(
    "Professional development for teachers: tracks and resources that open in a course."
)


def describe(base_url: str, message_types: Iterable[str]) -> ToolDescription:
    return ToolDescription(
        launch_url=f"{base_url}/lti/launch",
        login_url=f"{base_url}/lti/login",
        jwks_url=f"{base_url}/lti/jwks.json",
        icon_url=f"{base_url}/static/icon.svg",
        home_url=base_url,
        names={code: translations(code).gettext(NAME) for code in LANGUAGES},
        descriptions={code: translations(code).gettext(DESCRIPTION) for code in LANGUAGES},
        message_types=tuple(message_types),
        custom=HISTORY_PARAMETERS,
    )


def values_to_copy(base_url: str) -> dict[Ours, str]:
    us = describe(base_url, ())
    return {
        "launch": us.launch_url,
        # Open edX's editor takes a list as JSON.
        "redirects": json.dumps([us.launch_url]),
        "login": us.login_url,
        "keys": us.jwks_url,
        "icon": us.icon_url,
        "site": base_url,
        "configuration": f"{base_url}/lti/canvas.json",
        "custom": "\n".join(f"{name}={value}" for name, value in us.custom.items()),
    }


def canvas_configuration(base_url: str) -> dict[str, Any]:
    """The JSON of a developer key in Canvas."""
    us = describe(base_url, ())
    placements = (
        ("course_navigation", RESOURCE_LINK_REQUEST),
        ("link_selection", DEEP_LINKING_REQUEST),
        ("assignment_selection", DEEP_LINKING_REQUEST),
    )
    return {
        "title": us.names["en"],
        "description": us.descriptions["en"],
        "oidc_initiation_url": us.login_url,
        "target_link_uri": us.launch_url,
        "public_jwk_url": us.jwks_url,
        "scopes": list(SCOPES),
        "custom_fields": dict(us.custom),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base_url).netloc,
                "privacy_level": "name_only",
                "settings": {
                    "text": us.names["en"],
                    "icon_url": us.icon_url,
                    "placements": [
                        {
                            "placement": placement,
                            "message_type": message_type,
                            "target_link_uri": us.launch_url,
                        }
                        for placement, message_type in placements
                    ],
                },
            }
        ],
    }
