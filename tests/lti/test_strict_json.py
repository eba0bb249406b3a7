import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.strict_json import MAX_DEPTH, MAX_VALUES, StrictJsonError, parse_array, parse_object

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_TEXT, _VALUES, max_size=5), st.booleans())
def test_what_json_writes_is_read_back(value, ascii_only):
    assert parse_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        value = parse_object(data)
    except StrictJsonError:
        return
    assert value == json.loads(data)


def _why(data: bytes) -> str:
    with pytest.raises(StrictJsonError) as caught:
        parse_object(data)
    return caught.value.why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not_json"),
        (b"{} {}", "not_json"),
        (b'{"a":NaN}', "not_json"),
        (b'{"a":-Infinity}', "not_json"),
        (b'{"a":1e999}', "not_json"),
        (b'{"a":' + b"9" * 5000 + b"}", "not_json"),
        (b'{"a":"\x01"}', "not_json"),
        (b'{"a":"\xff"}', "not_json"),
        (b'\xef\xbb\xbf{"a":1}', "not_json"),
        (b"[]", "not_object"),
        (b'"text"', "not_object"),
        (b'{"a":1,"a":1}', "name_repeated"),
        (b'{"a":1,"\\u0061":2}', "name_repeated"),
        (b'{"x":[{"a":1,"a":2}]}', "name_repeated"),
        (b'{"a":"\\u0000"}', "not_storable"),
        (b'{"a\\u0000":1}', "not_storable"),
        (b'{"a":["\\uD800"]}', "not_storable"),
        (b"[" * 50_000, "too_deep"),
        (b'{"a":' * 40_000, "too_deep"),
        # strings that no quote ends: tried again from each quote inside, they take minutes
        (b'{"a":' + b"[" * 20 + b'"' + b'\\"' * 500_000 + b"[" * 20, "not_json"),
        (b'{"a":' + b'["",' * 20 + b'"\\', "not_json"),
    ],
)
def test_refused(data: bytes, why: str):
    assert _why(data) == why


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a":"\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a":"[[[[{{{{' + b"[" * 60 + b'"}', {"a": "[[[[{{{{" + "[" * 60}),
        (b'{"a":"\\"[' + b"[" * 60 + b'"}', {"a": '"[' + "[" * 60}),
    ],
)
def test_looks_like_trouble_and_is_none(data: bytes, value: dict):
    assert parse_object(data) == value


def test_depth_is_counted_exactly():
    deepest = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    many_side_by_side = "[" + ",".join(["[]"] * 100) + "]"

    assert parse_object(f'{{"a":{deepest}}}'.encode()) == {"a": json.loads(deepest)}
    assert parse_object(f'{{"a":{many_side_by_side}}}'.encode()) == {"a": [[]] * 100}
    both = f'{{"a":{deepest},"b":{many_side_by_side}}}'.encode()
    assert parse_object(both) == {"a": json.loads(deepest), "b": [[]] * 100}
    assert _why(f'{{"a":[{deepest}]}}'.encode()) == "too_deep"


def test_values_are_counted_exactly():
    most = b'{"a":[1' + b",1" * (MAX_VALUES - 3)
    assert len(parse_object(most + b"]}")["a"]) == MAX_VALUES - 2
    assert parse_object(most + b',"' + b"," * 500 + b'"]}')["a"][-1] == "," * 500
    assert _why(most + b",1,1]}") == "too_many"


def test_array():
    assert parse_array(b'[1,{"a":2}]') == [1, {"a": 2}]
    with pytest.raises(StrictJsonError, match=r"^not_array$"):
        parse_array(b"{}")
