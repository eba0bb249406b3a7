"""Why a field of the front matter is not as it must be, in words for authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from content.said import Said, say

# by pydantic's name of the fault; the places are filled from what it says about it
_FAULTS: Final[Mapping[str, str]] = {
    "string_type": "write text",
    "string_too_short": "write something",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "it is not written as it must be",
    "tuple_type": "write a list: [one, two]",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "enum": "only {expected}",
    "dict_type": "write names and values",
}


def fault(error: Mapping[str, Any]) -> str:
    """`error` as pydantic tells it."""
    context: Mapping[str, Any] = error.get("ctx") or {}
    raised = context.get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], str):
        return raised.args[0] if isinstance(raised.args[0], Said) else say(raised.args[0])
    template = _FAULTS.get(error["type"])
    if template is None:
        return str(error["msg"])
    return say(template, **context) if "{" in template else say(template)
