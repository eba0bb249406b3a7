"""What an administrator of each LMS needs to see: what it calls our values, and where its own are.

`docs/operators/lms/` has a page of guide for each, with what is tested and what is not.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct, field

from lti.origins import origin_of
from tracks.i18n import N_

# Which of our values goes into a field of the LMS.
Ours = Literal["launch", "redirects", "login", "keys", "icon", "site", "configuration", "custom"]
# Which of its values it gives back.
Theirs = Literal["issuer", "auth_url", "token_url", "jwks_url", "deployment_id"]


class LmsKind(Struct, frozen=True):
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
    # What else to choose there: its name in the LMS's English pages, and a message id.
    settings: tuple[tuple[str, str], ...] = ()
    # What is left to do in the LMS when it has registered us by itself.
    after_registering: str = ""


_CHOOSE: Final = N_("Switch it on, so that teachers can choose content.")
_LISTS: Final = N_("Switch it on: whoever leads a course sees who is in it.")
_NAME: Final = N_("Share the name or not, as you like. The e-mail address is not used.")
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
        settings=(
            ("Supports Deep Linking (Content-Item Message)", _CHOOSE),
            (
                "Assignment and Grade Services",
                N_(
                    "Under Services. Allow it with column management: results reach the gradebook, "
                    "and links may bring their own columns."
                ),
            ),
            ("Names and Role Provisioning", _LISTS),
            ("Privacy", _NAME),
        ),
        after_registering=N_("Moodle shows the tool as pending: activate it there."),
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
        after_registering=N_(
            "Close the window in Canvas when it says that the registration waits for approval. "
            "Then switch the registration on in Canvas."
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
        settings=(
            (
                "Advanced Module List",
                N_("In Studio, Settings, Advanced Settings: add lti_consumer."),
            ),
            ("Tool Public Key Mode", N_("Choose Keyset URL.")),
            ("Deep linking", _CHOOSE),
            ("This activity is graded", N_("Switch it on: results reach the gradebook.")),
            ("Names & Roles (NRPS)", _LISTS),
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
        settings=(
            (
                "Extensions",
                N_(
                    "Tick Assignment and Grade Services, Deep Linking, and Names and Role "
                    "Provisioning Services."
                ),
            ),
            ("Security settings", _NAME),
        ),
        after_registering=N_("Make a deployment in Brightspace, and switch the tool on there."),
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
        settings=(
            ("Deep Linking 2.0", _CHOOSE),
            ("Privacy level", N_("Anonymous is enough. With the name, pages greet by name.")),
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
