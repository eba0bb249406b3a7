"""Optional claims: what is kept of them, and that a wrong type is as if they were absent."""

from typing import Any

import pytest

from lti.claims import (
    AgsClaim,
    Context,
    NrpsClaim,
    is_identifier,
    read_ags,
    read_context,
    read_custom,
    read_for_user,
    read_nrps,
    text,
    texts,
)

ITEM, ITEMS = "https://platform.example/items/1", "https://platform.example/items"


@pytest.mark.parametrize(
    ("value", "read"), [("a", "a"), ("", None), (None, None), (7, None), (["a"], None)]
)
def test_text(value: Any, read: str | None):
    assert text(value) == read


@pytest.mark.parametrize(
    ("value", "read"), [(["a", "", 7, None, "b"], ("a", "b")), ([], ()), ("ab", ()), ({"a": 1}, ())]
)
def test_texts(value: Any, read: tuple[str, ...]):
    assert texts(value) == read


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("a", True),
        ("a" * 255, True),
        ("a" * 256, False),
        ("", False),
        ("å", False),
        ("a\n", False),
        (7, False),
    ],
)
def test_identifiers(value: Any, is_one: bool):
    assert is_identifier(value) is is_one


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"id": "c" * 255}, Context("c" * 255)),
        (
            {"id": "c", "label": "C1", "title": "Course", "type": ["t", 7]},
            Context("c", "C1", "Course", ("t",)),
        ),
        ({"id": "c" * 256}, None),
        ({"id": 7}, None),
        ("c", None),
    ],
)
def test_contexts(value: Any, read: Context | None):
    assert read_context(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"lineitem": ITEM}, AgsClaim(ITEM, None, frozenset())),
        ({"lineitems": ITEMS, "scope": ["a", 7]}, AgsClaim(None, ITEMS, frozenset({"a"}))),
        ({"scope": ["a"]}, None),
        ({"lineitem": 7, "lineitems": ""}, None),
        (None, None),
    ],
)
def test_ags_needs_one_address(value: Any, read: AgsClaim | None):
    assert read_ags(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"context_memberships_url": ITEM}, NrpsClaim(ITEM)),
        (
            {"context_memberships_url": ITEM, "service_versions": ["2.0", 2]},
            NrpsClaim(ITEM, ("2.0",)),
        ),
        ({"service_versions": ["2.0"]}, None),
        ({"context_memberships_url": 7}, None),
        (None, None),
    ],
)
def test_the_course_list_needs_its_address(value: Any, read: NrpsClaim | None):
    assert read_nrps(value) == read


def test_custom_parameters_are_texts():
    assert read_custom({"a": "1", "b": 2, "c": ""}) == {"a": "1", "c": ""}
    assert read_custom(["a"]) == {}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"user_id": "u", "id": "v"}, "u"),
        ({"id": "v"}, "v"),
        ({"user_id": 7}, None),
        ({"user_id": "u" * 256}, None),
        ("u", None),
    ],
)
def test_whose_work_it_is(value: Any, read: str | None):
    assert read_for_user(value) == read
