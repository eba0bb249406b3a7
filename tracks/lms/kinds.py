"""What an administrator of each LMS needs to see: what it calls our values, and where its own are.

`docs/operators/lms/` has a page of guide for each, with what is tested and what is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from lti.origins import origin_of
from tracks.i18n import N_

# Which of our values goes into a field of the LMS.
Ours = Literal["launch", "redirects", "login", "keys", "icon", "site", "configuration", "custom"]
# Which of its values it gives back.
Theirs = Literal["issuer", "auth_url", "token_url", "jwks_url", "deployment_id"]


@dataclass(frozen=True, slots=True)
class LmsKind:
    key: str
    name: str
    family: str  # a key of lti.quirks, or ""
    registers_itself: bool  # LTI Dynamic Registration
    # The name of each field in the LMS's English pages, and what goes into it.
    fields: tuple[tuple[str, Ours], ...]
    # Where its own addresses usually are: "{site}" is what the administrator's browser shows.
    patterns: Mapping[Theirs, str] = field(default_factory=dict)
    # Where to go in the LMS, as message ids.
    register_where: str = ""
    by_hand_where: str = N_("In the LMS, add a tool for LTI 1.3 by hand, with these values.")


_ORDINARY: Final[tuple[tuple[str, Ours], ...]] = (
    ("Target link URI", "launch"),
    ("Redirect URI", "launch"),
    ("Login initiation URL", "login"),
    ("Public keyset URL", "keys"),
    ("Icon URL", "icon"),
    ("Custom parameters", "custom"),
)

KINDS: Final = (
    LmsKind(
        "moodle",
        "Moodle",
        "moodle",
        registers_itself=True,
        fields=(
            ("Tool URL", "launch"),
            ("Public keyset", "keys"),
            ("Initiate login URL", "login"),
            ("Redirection URI(s)", "launch"),
            ("Custom parameters", "custom"),
            ("Content Selection URL", "launch"),
            ("Icon URL", "icon"),
        ),
        patterns={
            "issuer": "{site}",
            "auth_url": "{site}/mod/lti/auth.php",
            "token_url": "{site}/mod/lti/token.php",
            "jwks_url": "{site}/mod/lti/certs.php",
        },
        register_where=N_(
            "In Moodle: Site administration, Plugins, Activity modules, External tool, Manage "
            "tools. Paste the address in the field for the tool's URL and choose Add LTI Advantage."
        ),
        by_hand_where=N_(
            "In Moodle: Site administration, Plugins, Activity modules, External tool, Manage "
            "tools, Configure a tool manually. LTI version: LTI 1.3. Public key type: Keyset URL."
        ),
    ),
    LmsKind(
        "canvas",
        "Canvas",
        "canvas",
        registers_itself=True,
        fields=(("Enter URL", "configuration"), ("Redirect URIs", "launch")),
        patterns={
            "issuer": "https://canvas.instructure.com",
            "auth_url": "https://sso.canvaslms.com/api/lti/authorize_redirect",
            "token_url": "{site}/login/oauth2/token",
            "jwks_url": "https://sso.canvaslms.com/api/lti/security/jwks",
        },
        register_where=N_(
            "In Canvas: begin a new LTI registration (dynamic registration) in the administration "
            "of your account, and paste the address."
        ),
        by_hand_where=N_(
            "In Canvas: Admin, Developer Keys, a new LTI Key. Method: Enter URL. Switch the key "
            "on, then add the app by its client ID."
        ),
    ),
    LmsKind(
        "openedx",
        "Open edX",
        "openedx",
        registers_itself=False,
        fields=(
            ("Launch URL", "launch"),
            ("Tool Initiate Login URL (OIDC)", "login"),
            ("Registered Redirect URIs", "redirects"),
            ("Tool Keyset URL", "keys"),
            ("Deep Linking Launch URL", "launch"),
        ),
        patterns={
            "issuer": "{site}",
            "auth_url": "{site}/api/lti_consumer/v1/launch/",
            "deployment_id": "1",
        },
        by_hand_where=N_(
            "In Open edX Studio: an LTI Consumer component with LTI version 1.3. Each component "
            "has a client ID, an access token URL and a keyset URL of its own."
        ),
    ),
    LmsKind(
        "brightspace",
        "Brightspace",
        "brightspace",
        registers_itself=True,
        fields=(
            ("Domain", "site"),
            ("Redirect URLs", "launch"),
            ("OpenID Connect Login URL", "login"),
            ("Target Link URI", "launch"),
            ("Keyset URL", "keys"),
        ),
        patterns={
            "issuer": "{site}",
            "auth_url": "{site}/d2l/lti/authenticate",
            "token_url": "https://auth.brightspace.com/core/connect/token",
            "jwks_url": "{site}/d2l/.well-known/jwks",
        },
        register_where=N_(
            "In Brightspace: Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, "
            "Dynamic. Paste the address, and make a deployment afterwards."
        ),
        by_hand_where=N_(
            "In Brightspace: Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, "
            "Standard. Make a deployment afterwards: it gives the deployment ID."
        ),
    ),
    LmsKind(
        "itslearning",
        "itslearning",
        "itslearning",
        registers_itself=False,
        fields=(
            ("Login URI", "login"),
            ("Redirection URI", "launch"),
            ("Target Link URI", "launch"),
            ("JWK Set URI", "keys"),
        ),
        by_hand_where=N_(
            "Itslearning adds tools to its App library itself: send these values to itslearning, "
            "and ask for the values below."
        ),
    ),
    LmsKind(
        "other",
        "",
        "",
        registers_itself=True,
        fields=_ORDINARY,
        register_where=N_(
            "Find where the LMS registers tools for LTI Advantage by their address (dynamic "
            "registration), and paste the address there."
        ),
    ),
)
BY_KEY: Final = {kind.key: kind for kind in KINDS}


def site_of(typed: str) -> str | None:
    """The address of an LMS as people type it, with https and without a path; None if odd."""
    text = typed.strip().rstrip("/")
    if not text:
        return None
    url = text if "://" in text else f"https://{text}"
    return url if origin_of(url) else None


def usual_addresses(kind: LmsKind, site: str | None) -> dict[str, str]:
    """What the LMS's own values most likely are, for the administrator to compare."""
    return {
        name: pattern.replace("{site}", site or "")
        for name, pattern in kind.patterns.items()
        if site or "{site}" not in pattern
    }
