"""Which network addresses may be connected to on somebody else's word."""

import ipaddress
import socket
from typing import Final

from lti.errors import PermanentServiceError, TransientServiceError
from lti.origins import LOOPBACK_HOSTS

_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def reachable_addresses(host: str, port: int, *, allow_loopback: bool) -> list[str]:
    """The host's addresses, resolved now; to be connected to as they are.

    PermanentServiceError when any of them is not public: a name with one private address among
    public ones is somebody's attempt.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TransientServiceError("name_not_found") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    loopback = allow_loopback and host in LOOPBACK_HOSTS
    for text in addresses:
        address = ipaddress.ip_address(text)
        if not is_public(address) and not (loopback and address.is_loopback):
            raise PermanentServiceError("address_not_public")
    return addresses


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Reachable by anybody, also when an IPv4 address hides in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None and not is_public(address.sixtofour):
        return False
    return address.is_global and address in _GLOBAL_UNICAST
