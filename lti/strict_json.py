"""JSON without the liberties of json.loads: RFC 8259, and names at most once."""

import json
import math
import re
from typing import Any, Final, Literal, NoReturn

MAX_DEPTH: Final = 32
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)
# an escape that may write U+0000 or half a surrogate pair, which databases refuse
_SUSPECT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

Why = Literal["not_json", "not_object", "not_array", "name_repeated", "too_deep", "not_storable"]


class StrictJsonError(ValueError):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def parse_object(data: bytes) -> dict[str, Any]:
    """A JSON object from UTF-8, or StrictJsonError."""
    value = _parse(data)
    if not isinstance(value, dict):
        raise StrictJsonError("not_object")
    return value


def parse_array(data: bytes) -> list[Any]:
    value = _parse(data)
    if not isinstance(value, list):
        raise StrictJsonError("not_array")
    return value


def _parse(data: bytes) -> Any:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise StrictJsonError("not_json") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise StrictJsonError("too_deep")
    try:
        value = _DECODER.decode(text)
    except StrictJsonError:
        raise
    except ValueError:
        raise StrictJsonError("not_json") from None
    # escaped characters show only after decoding; looking for the escape first keeps it cheap
    if _SUSPECT_ESCAPE.search(text) and _is_unstorable(value):
        raise StrictJsonError("not_storable")
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise StrictJsonError("name_repeated")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _is_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is not None
    if isinstance(value, dict):
        return any(_is_unstorable(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_is_unstorable(part) for part in value)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_repeats, parse_constant=_no_constant, parse_float=_finite
)
