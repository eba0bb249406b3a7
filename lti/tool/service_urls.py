"""Which service URLs of a platform we call, and with a token (T37, S5)."""

from functools import lru_cache

from lti.origins import LOOPBACK_HOSTS, origin_of
from lti.ports import Registration


def is_allowed_service_url(url: str, registration: Registration, *, base_url: str) -> bool:
    """https, or loopback http while base_url is loopback, on a host of this registration."""
    ours = origin_of(base_url)
    origin = origin_of(url)
    if origin is None or not is_registration_host(url, registration):
        return False
    return origin.is_secure or (ours is not None and ours.is_loopback)


def is_registration_host(url: str, registration: Registration) -> bool:
    """Http decides about loopback by itself; plain http to any other host is never right."""
    origin = origin_of(url)
    if origin is None or not (origin.is_secure or origin.host in LOOPBACK_HOSTS):
        return False
    return origin.host in _hosts(registration)


@lru_cache(maxsize=500)
def _hosts(registration: Registration) -> frozenset[str]:
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
