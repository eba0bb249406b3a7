"""Addresses of tracks, modules and resources: durable, and the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.catalogue.rules import Address, parse_address

SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,79}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}", fullmatch=True)


@given(SLUGS, SLUGS, st.none() | SLUGS, st.none() | SLUGS, st.none() | VERSIONS)
def test_an_address_is_read_as_it_was_written(
    publisher: str, track: str, module: str | None, step: str | None, version: str | None
):
    address = Address(publisher, track, module, step if module else None, version)

    assert parse_address(str(address)) == address


@given(st.text(max_size=60))
def test_anything_else_is_no_address_or_reads_back_the_same(text: str):
    found = parse_address(text)

    assert found is None or str(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a",
        "a/",
        "/a/b",
        "a/b/",
        "a/b#s",
        "a/b/c#",
        "a/b/c/d",
        "A/b",
        "a/b@",
        "a/-b",
        "a/b\n",
        "a/b ",
        "a//b",
        "a/../b",
        "æ/b",
        "a/" + "b" * 81,
        "a/b@" + "1" * 21,
    ],
)
def test_what_is_no_address(text: str):
    assert parse_address(text) is None
