"""What an administrator compares: the platform's keys by name and thumbprint (RFC 7638)."""

from typing import NamedTuple

from lti.platform_keys import fetch_key_set, read_key_set
from lti.ports import Http


class KeyThumbprint(NamedTuple):
    kid: str
    thumbprint: str  # or the reason code of what is wrong with the key


def key_thumbprints(http: Http, jwks_url: str) -> list[KeyThumbprint]:
    """Raises ServiceError."""
    keys = read_key_set(fetch_key_set(http, jwks_url))
    return [KeyThumbprint(kid, key.thumbprint or str(key.flaw)) for kid, key in keys.items()]
