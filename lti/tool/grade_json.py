"""Points and JSON as gradebooks write and read them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


def as_json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def number(value: float) -> float:
    """Whole points without a point: some platforms take no other."""
    return int(value) if float(value).is_integer() else value


def points(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def with_query(url: str, query: Mapping[str, str]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode(query)
