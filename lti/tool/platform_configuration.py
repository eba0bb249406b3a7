"""What a platform says about itself before a dynamic registration (LTI-DR 1.0, section 3; R2-R4).

Nothing in it is authentic: it is shown to an administrator, who approves it or does not.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from lti.claims import fields, is_identifier, text, texts
from lti.errors import ServiceError
from lti.origins import is_secure_for, origin_of
from lti.ports import Http, HttpAnswer
from lti.strict_json import StrictJsonError, parse_object

MAX_BYTES: Final = 256 * 1024
MAX_URL: Final = 2048
_MAX_LISTED: Final = 200  # scopes, claims, messages: the longest list we met has some eighty
_MAX_PRODUCT: Final = 200
PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"

# Hosted Canvas has one issuer for all, and may answer on another host of its own. These pairs of
# an issuer and the host of its configuration pass, and the approval page names that host (R3).
_CONFIGURATION_HOSTS: Final[Mapping[str, str]] = {
    "https://canvas.instructure.com": "sso.canvaslms.com",
    "https://canvas.beta.instructure.com": "sso.beta.canvaslms.com",
    "https://canvas.test.instructure.com": "sso.test.canvaslms.com",
}
# Each school's Canvas has a host of its own, which registers tools for the one issuer.
_REGISTRATION_DOMAINS: Final[Mapping[str, str]] = dict.fromkeys(
    _CONFIGURATION_HOSTS, ".instructure.com"
)
# product_family_code, as platforms write it -> Registration.platform_family
_FAMILIES: Final[Mapping[str, str]] = {
    "moodle": "moodle",
    "canvas": "canvas",
    "desire2learn": "brightspace",
    "d2l": "brightspace",
    "brightspace": "brightspace",
    "blackboardlearn": "blackboard",
    "blackboard": "blackboard",
    "open edx": "openedx",
    "openedx": "openedx",
    "itslearning": "itslearning",
}


class RegistrationFailed(ServiceError):
    """A registration that came to nothing.

    `status` and `said` are the platform's own answer, for the administrator's eyes: plain text,
    bounded, without our token, to be escaped.
    """

    def __init__(
        self, reason: str, detail: str = "", *, status: int | None = None, said: str = ""
    ) -> None:
        super().__init__(reason, detail)
        self.status = status
        self.said = said


class SupportedMessage(Struct, frozen=True):
    type: str
    placements: tuple[str, ...] = ()


class PlatformConfiguration(Struct, frozen=True):
    url: str  # where it was fetched
    issuer: str
    auth_url: str
    token_url: str | None
    jwks_url: str
    registration_url: str
    scopes: tuple[str, ...] | None  # None: the platform lists none
    claims: tuple[str, ...]
    messages: tuple[SupportedMessage, ...]
    variables: tuple[str, ...]
    family: str  # a key of lti.quirks, or ""
    product: str  # "moodle 4.5.1+": for people
    foreign_hosts: tuple[str, ...]  # beside the issuer's own: an administrator looks at them


def fetch_configuration(
    http: Http, url: str, registration_token: str | None, *, base_url: str
) -> PlatformConfiguration:
    """Raises ServiceError: RegistrationFailed, or what Http says about the address."""
    if len(url) > MAX_URL or not is_secure_for(url, base_url):
        raise RegistrationFailed("configuration_url_not_https")
    answer = _get(http, url, {})
    if answer.status in (401, 403) and registration_token:
        # Canvas wants the token here too. It goes to whoever sent us both, and to nobody else.
        answer = _get(http, url, {"authorization": f"Bearer {registration_token}"})
    if answer.status != 200:
        raise RegistrationFailed("configuration_status", status=answer.status)
    try:
        found = parse_object(answer.body)
    except StrictJsonError as refused:
        raise RegistrationFailed("configuration_not_json", refused.why) from None
    return _configuration(found, url, base_url)


def _get(http: Http, url: str, headers: Mapping[str, str]) -> HttpAnswer:
    accept = {"accept": "application/json", **headers}
    return http.request("GET", url, headers=accept, body=None, max_bytes=MAX_BYTES)


def _configuration(found: Mapping[str, Any], url: str, base_url: str) -> PlatformConfiguration:
    issuer = _url(found, "issuer", base_url)
    _check_issuer(issuer, url)
    endpoints = {
        name: _url(found, name, base_url)
        for name in ("authorization_endpoint", "jwks_uri", "registration_endpoint")
    }
    if "token_endpoint" in found:
        endpoints["token_endpoint"] = _url(found, "token_endpoint", base_url)
    foreign = foreign_hosts(issuer, [url, *endpoints.values()])
    _check_registration_endpoint(endpoints["registration_endpoint"], issuer, url)
    platform = fields(found.get(PLATFORM_CONFIGURATION))
    family = text(platform.get("product_family_code")) or ""
    product = " ".join(filter(None, (family, text(platform.get("version")))))
    return PlatformConfiguration(
        url=url,
        issuer=issuer,
        auth_url=endpoints["authorization_endpoint"],
        token_url=endpoints.get("token_endpoint"),
        jwks_url=endpoints["jwks_uri"],
        registration_url=endpoints["registration_endpoint"],
        scopes=_listed(found["scopes_supported"]) if "scopes_supported" in found else None,
        claims=_listed(found.get("claims_supported")),
        messages=_messages(platform.get("messages_supported")),
        variables=_listed(platform.get("variables")),
        family=_FAMILIES.get(family.strip().lower(), ""),
        product=" ".join(product.split())[:_MAX_PRODUCT],
        foreign_hosts=foreign,
    )


def _url(found: Mapping[str, Any], name: str, base_url: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise RegistrationFailed("configuration_incomplete", name)
    if len(value) > MAX_URL or not is_secure_for(value, base_url):
        raise RegistrationFailed("endpoint_not_https", name)
    return value


def _check_issuer(issuer: str, url: str) -> None:
    """R3: who answers for an issuer must be the issuer."""
    if not is_identifier(issuer):
        raise RegistrationFailed("issuer_too_long")
    if origin_of(issuer) != origin_of(url) and _CONFIGURATION_HOSTS.get(issuer) != _host(url):
        raise RegistrationFailed("issuer_host_differs")


def _check_registration_endpoint(endpoint: str, issuer: str, url: str) -> None:
    """It is asked with a token before anybody has approved anything, so never on a foreign host."""
    host, domain = _host(endpoint), _REGISTRATION_DOMAINS.get(issuer)
    if host in {_host(issuer), _host(url)} or (domain and host.endswith(domain)):
        return
    raise RegistrationFailed("registration_endpoint_foreign")


def foreign_hosts(issuer: str, urls: list[str]) -> tuple[str, ...]:
    """Hosts that are neither the issuer's nor below it (R4), each once, in order.

    Stricter than "the same registrable domain", for which one would need the list of public
    suffixes: neighbours under one municipality's domain are named too.
    """
    own = _host(issuer)
    hosts = dict.fromkeys(_host(url) for url in urls)
    return tuple(host for host in hosts if host != own and not host.endswith(f".{own}"))


def _host(url: str) -> str:
    origin = origin_of(url)
    return origin.host if origin else ""


def _listed(value: Any) -> tuple[str, ...]:
    return texts(value)[:_MAX_LISTED]


def _messages(value: Any) -> tuple[SupportedMessage, ...]:
    """Moodle lists types, the specification objects with a type."""
    listed = value[:_MAX_LISTED] if isinstance(value, list) else []
    found = [
        SupportedMessage(each)
        if isinstance(each, str)
        else SupportedMessage(
            text(fields(each).get("type")) or "", _listed(fields(each).get("placements"))
        )
        for each in listed
    ]
    return tuple(message for message in found if message.type)
