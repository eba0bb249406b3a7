import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.origins import Origin, is_secure_for, is_within, origin_of

BASE = "https://tool.example"
LOCAL = "http://localhost:8000"

FOREIGN = [
    "https://evil.example/",
    "https://tool.example.evil.example/",
    "https://tool.example@evil.example/",
    "https://user@tool.example/",
    "https://tool.example:8443/",
    "https://tool.example:/x",
    "https://tool.example:0/x",
    "http://tool.example/",
    "//tool.example/x",
    "//evil.example",
    "\\\\evil.example",
    "https:\\\\tool.example\\",
    "https://tool.example\\@evil.example/",
    "https://evil.example\\.tool.example/",
    "https:///tool.example/",
    "https:tool.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://tool.example/",
    " https://tool.example/",
    "https://tool.example/\n",
    "https://tool\t.example/",
    "https://tool.example/a b",
    "https://tool.example/\x00",
    "https://tool.exämple/",
    "https://tool。example/",
    "https://[::1/",
    "https://tool.example:99999/",
    "https://tool.example/<script>",
    "/r/asker",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_foreign(url: str):
    assert not is_within(url, BASE)


@pytest.mark.parametrize(
    "url",
    [
        BASE,
        BASE + "/",
        BASE + "?a=1",
        BASE + "/r/asker/track/m1?x=%2F#s1",
        "HTTPS://Tool.Example/r",
        BASE + ":443/r",
    ],
)
def test_ours(url: str):
    assert is_within(url, BASE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/tool", True),
        ("/tool/", True),
        ("/tool/r/a", True),
        ("/tool?x=1", True),
        ("/toolbox", False),
        ("/", False),
        ("", False),
        ("/tool/../admin", False),
        ("/tool/%2e%2e/admin", False),
        ("/tool/./x", False),
    ],
)
def test_below_a_path(url: str, expected: bool):
    assert is_within(BASE + url, BASE + "/tool") is expected
    assert is_within(BASE + url, BASE + "/tool/") is expected


def test_a_path_that_ends_in_any_letter():
    assert is_within(BASE + "/X/r", BASE + "/X/")
    assert not is_within(BASE + "/other", BASE + "/X/")


@pytest.mark.parametrize("url", ["https:///x", "https://?x", "https://:443/", "https://#x"])
def test_an_address_without_a_host_is_none(url: str):
    assert origin_of(url) is None


def test_nothing_is_ours_or_secure_while_our_own_address_is_none():
    assert not is_within("not set", "not set")
    assert not is_within("", "")
    assert not is_secure_for("http://localhost/", "not set")


@given(st.text(max_size=40))
def test_any_text_has_an_origin_or_none(text: str):
    found = origin_of(text)

    assert found is None or found.scheme in ("http", "https")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
def test_what_follows_our_host_never_leaves_it(rest: str):
    if is_within(BASE + rest, BASE):
        assert re.match(r"(:0*443)?([/?#]|$)", rest)


def test_origin_has_the_default_port_and_a_lower_case_host():
    assert origin_of("HTTP://LMS.Example/x") == Origin("http", "lms.example", 80)
    assert origin_of("https://[::1]:8443/") == Origin("https", "::1", 8443)


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("https://lms.example/auth", BASE, True),
        ("https://lms.example/auth", LOCAL, True),
        ("http://127.0.0.1:8100/auth", LOCAL, True),
        ("http://localhost/auth", "http://127.0.0.1:8000", True),
        ("http://[::1]/auth", LOCAL, True),
        ("http://127.0.0.1:8100/auth", BASE, False),
        ("http://lms.example/auth", LOCAL, False),
        ("http://127.0.0.2/auth", LOCAL, False),
        ("http://localhost.evil.example/auth", LOCAL, False),
        ("javascript:alert(1)", LOCAL, False),
    ],
)
def test_plain_http_between_loopback_hosts_only(url: str, base: str, expected: bool):
    assert is_secure_for(url, base) is expected
