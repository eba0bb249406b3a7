"""JSON without the liberties of json.loads: RFC 8259, and names at most once."""

import json
import math
import re
from typing import Any, Final, Literal, NoReturn

MAX_DEPTH: Final = 32
# A value costs up to 200 bytes here, where it took 3 to send: this many are 60 MB. The largest
# roster that we take, 20,000 members, has 15 values for each.
MAX_VALUES: Final = 300_000
# A string is taken to its end, or to the end of all, and never tried again from a quote inside.
_SIGNS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|([\[{])|([\]}])|(,)', re.DOTALL)
# an escape that may write U+0000 or half a surrogate pair, which databases refuse
_SUSPECT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

Why = Literal[
    "not_json",
    "not_object",
    "not_array",
    "name_repeated",
    "too_deep",
    "too_many",
    "not_storable",
]


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
    opened = text.count("[") + text.count("{")
    if opened > MAX_DEPTH or opened + text.count(",") > MAX_VALUES:
        _refuse_excess(text)
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


def _refuse_excess(text: str) -> None:
    """Looks at each sign outside of strings, before anything is made of them."""
    depth = values = 0
    for match in _SIGNS.finditer(text):
        if match.lastindex is None:
            continue
        if match.lastindex == 2:
            depth -= 1
            continue
        values += 1
        if match.lastindex == 1:
            depth += 1
        if depth > MAX_DEPTH:
            raise StrictJsonError("too_deep")
        if values > MAX_VALUES:
            raise StrictJsonError("too_many")


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
