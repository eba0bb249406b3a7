import ipaddress
import socket

import pytest

from lti.addresses import is_public, reachable_addresses
from lti.errors import PermanentServiceError, TransientServiceError

NOT_PUBLIC = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "4000::1",
]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public(text: str):
    assert is_public(ipaddress.ip_address(text))


def _resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple]:
        return [(0, 1, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_one_private_address_among_public_ones(monkeypatch: pytest.MonkeyPatch):
    _resolving_to(monkeypatch, "8.8.8.8", "10.0.0.1")

    with pytest.raises(PermanentServiceError, match="address_not_public"):
        reachable_addresses("lms.example", 443, allow_loopback=True)


def test_public_addresses_each_once(monkeypatch: pytest.MonkeyPatch):
    _resolving_to(monkeypatch, "8.8.8.8", "2606:4700::1111", "8.8.8.8")

    found = reachable_addresses("lms.example", 443, allow_loopback=False)

    assert found == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fe80::1"])
def test_loopback_names_are_for_loopback_only(monkeypatch: pytest.MonkeyPatch, address: str):
    _resolving_to(monkeypatch, address)

    with pytest.raises(PermanentServiceError, match=r"^address_not_public$"):
        reachable_addresses("localhost", 80, allow_loopback=True)


def test_loopback_for_loopback_names_only(monkeypatch: pytest.MonkeyPatch):
    _resolving_to(monkeypatch, "127.0.0.1")

    assert reachable_addresses("localhost", 80, allow_loopback=True) == ["127.0.0.1"]
    for host, allowed in (("localhost", False), ("lms.example", True)):
        with pytest.raises(PermanentServiceError, match="address_not_public"):
            reachable_addresses(host, 80, allow_loopback=allowed)


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0", "017700000001", "[::ffff:127.0.0.1]"]
)
def test_other_spellings_of_loopback(host: str):
    with pytest.raises((PermanentServiceError, TransientServiceError)):
        reachable_addresses(host, 80, allow_loopback=True)


def test_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch):
    def getaddrinfo(*_: object, **__: object) -> list[tuple]:
        raise socket.gaierror("not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(TransientServiceError, match=r"^name_not_found$"):
        reachable_addresses("lms.example", 443, allow_loopback=False)
