"""Which URLs are ours, which are loopback, and which host they name."""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# Printable ASCII without space, quotes, backslash and angle brackets: parsers and browsers read
# the rest in different ways, which is how a foreign host gets past a check.
_PLAIN_URL: Final = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+", re.IGNORECASE | re.ASCII)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK_HOSTS

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def text(self) -> str:
        """As browsers write it, without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


@lru_cache(maxsize=1024)
def origin_of(url: str) -> Origin | None:
    """None for anything but a plain http(s) URL without user information."""
    if not _PLAIN_URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or not parts.hostname or parts.netloc.endswith(":"):
        return None
    return Origin(
        parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port
    )


@lru_cache(maxsize=1024)
def is_within(url: str, base_url: str) -> bool:
    """Same origin as base_url, and below its path."""
    ours = origin_of(base_url)
    if ours is None or origin_of(url) != ours:
        return False
    path, base_path = urlsplit(url).path, urlsplit(base_url).path.rstrip("/")
    segments = unquote(path).split("/")
    if "." in segments or ".." in segments:
        return False
    return path == base_path or path.startswith(base_path + "/")


def is_secure_for(url: str, base_url: str) -> bool:
    """https; or loopback http, while we are on loopback ourselves."""
    origin, ours = origin_of(url), origin_of(base_url)
    if origin is None:
        return False
    return origin.is_secure or (origin.is_loopback and ours is not None and ours.is_loopback)
