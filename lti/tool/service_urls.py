"""Which service URLs of a platform we call, and with a token (T37, S5)."""

from functools import lru_cache

from lti.origins import LOOPBACK_HOSTS, is_secure_for, origin_of
from lti.ports import Registration


def is_allowed_service_url(url: str, registration: Registration, *, base_url: str) -> bool:
    """https, or loopback http while base_url is loopback, on a host of this registration."""
    return why_not_called(url, registration, base_url=base_url) is None


def why_not_called(url: str, registration: Registration, *, base_url: str) -> str | None:
    """As a code of ServiceError; None: it is one that we call."""
    origin = origin_of(url)
    if origin is None:
        return "url_not_plain"
    if not is_secure_for(url, base_url):
        return "url_not_https"
    return None if origin.host in hosts_of(registration) else "host_not_allowed"


def is_registration_host(url: str, registration: Registration) -> bool:
    """Http decides about loopback by itself; plain http to any other host is never right."""
    origin = origin_of(url)
    if origin is None or not (origin.is_secure or origin.host in LOOPBACK_HOSTS):
        return False
    return origin.host in hosts_of(registration)


@lru_cache(maxsize=500)
def hosts_of(registration: Registration) -> frozenset[str]:
    """In lower case."""
    own = (
        registration.issuer,
        registration.auth_url,
        registration.token_url or "",
        registration.jwks_url,
    )
    origins = (origin_of(url) for url in own)
    approved = (host.lower() for host in registration.service_hosts)
    return frozenset(origin.host for origin in origins if origin).union(approved)


def is_same_origin(url: str, other: str) -> bool:
    origin = origin_of(url)
    return origin is not None and origin == origin_of(other)
