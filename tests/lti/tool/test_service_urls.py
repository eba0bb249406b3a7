import pytest
from msgspec.structs import replace

from lti.tool.service_urls import is_allowed_service_url, is_same_origin
from tests.conformance.world import REGISTRATION

TENANT = replace(
    REGISTRATION,
    auth_url="https://sso.lms.example/auth",
    token_url="https://api.lms.example/token",
    jwks_url="https://keys.lms.example/jwks",
    service_hosts=("tenant.lms.example",),
)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://platform.example/items", True),
        ("https://sso.lms.example/items", True),
        ("https://api.lms.example:8443/items", True),
        ("https://keys.lms.example/items", True),
        ("https://tenant.lms.example/items", True),
        ("https://other.lms.example/items", False),
        ("https://lms.example/items", False),
        ("http://platform.example/items", False),
        ("http://169.254.169.254/", False),
        ("https://platform.example@evil.example/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_hosts_of_the_registration_only(url: str, allowed: bool):
    assert is_allowed_service_url(url, TENANT, base_url="https://tool.example") is allowed
    assert is_allowed_service_url(url, TENANT, base_url="http://localhost:8000") is allowed


def test_loopback_only_while_we_are_on_loopback():
    demo = replace(
        REGISTRATION,
        issuer="http://127.0.0.1:8100",
        auth_url="http://127.0.0.1:8100/auth",
        token_url=None,
        jwks_url="http://127.0.0.1:8100/jwks",
    )
    url = "http://127.0.0.1:8100/items"

    assert is_allowed_service_url(url, demo, base_url="http://localhost:8000")
    assert not is_allowed_service_url(url, demo, base_url="https://tool.example")
    assert not is_allowed_service_url(url, REGISTRATION, base_url="http://localhost:8000")
    assert not is_allowed_service_url(url, demo, base_url="not set")


def test_same_origin():
    assert is_same_origin("https://a.example/x", "https://A.example:443/y")
    assert not is_same_origin("https://a.example/x", "http://a.example/x")
    assert not is_same_origin("", "")
