"""Text that has broken other people's programs, by what it is good at."""

from collections.abc import Mapping
from typing import Any

_EMPTY = ("", " ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u2028", "\u0085")
_CONTROL = ("\x00", "a\x00b", "\x07", "\x1b[31m", "\x7f", "\x9f", "".join(map(chr, range(1, 32))))
_WORDS = ("null", "None", "undefined", "nil", "NaN", "true", "false", "Infinity", "__proto__")
_NUMBERS = ("0", "-1", "1e309", "0x7f", "1/0", "9" * 400, "१२३", "①", "2147483648", "1_000", "١٢")
_SHAPES = ("[]", "{}", '{"a":1}', "[[[[", '"', "'", "\\", "\\u0000", "%00", "%s%s%n", "{0}", "${x}")
_CODE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "<!--",
    "]]>",
    "{{7*7}}",
    "{% raise %}",
    "{{ config }}",
    "${7*7}",
    "#{7*7}",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "' OR 1=1 --",
    "'; DROP TABLE person; --",
    "1) UNION SELECT NULL--",
    "; ls /",
    "$(id)",
    "`id`",
    "| id",
    "=1+1",
    "@SUM(1)",
)
_PATHS = (
    "../../../../etc/passwd",
    "..\\..\\x",
    "/dev/null",
    "file:///etc/passwd",
    "//evil.example/",
    "https://evil.example/",
    "http://127.0.0.1/",
    "http://[::1]/",
    "https://user@evil.example/",
    "https://evil.example\\@lms.example/",
    "%2e%2e%2f",
)
_UNICODE = (
    "Ω≈ç√∫˜µ≤≥÷",
    "œ∑´®†¥¨ˆøπ",
    "田中さんにあげて下さい",
    "찦차를 타고 온 펲시맨",
    "הָיְתָה testِِ الصفحات",
    "\u202edetrever\u202c",
    "\u2066isolated\u2069",
    "\u0300\u0301\u0302 alone",
    "Z\u0310\u0352a\u034d\u035cl\u0321g\u0319o\u0333" * 20,
    "👩‍👩‍👧‍👦🏳️‍🌈🇳🇴🇸🇪",
    "\U0010ffff",
    "\ufffe\uffff",
    "\ud800",
    "\udfff\ud800",
    "ﷺ" * 300,
    "İıſﬀŉ",
    "K\u212a",
    "e\u0301",
    "\u2764\ufe0f",
    "ᚠᛇᚻ",
)
_LONG = ("x" * 256, "ø" * 255, "x" * 4096, "a/" * 2000, "😀" * 2000, "a b " * 8000)

STRINGS: tuple[str, ...] = (
    *_EMPTY,
    *_CONTROL,
    *_WORDS,
    *_NUMBERS,
    *_SHAPES,
    *_CODE,
    *_PATHS,
    *_UNICODE,
    *_LONG,
)


def _deep(levels: int) -> Any:
    value: Any = "core"
    for _ in range(levels):
        value = [value]
    return value


# In place of what should be text, a list or an object.
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**63,
    -(2**63),
    10**30,
    5e-324,
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"id": None},
    {"id": {"id": {}}},
    [{"id": 1}, 2, "3"],
    ["x"] * 2000,
    {str(n): n for n in range(1000)},
    _deep(20),
    _deep(40),
)


def paths(claims: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Where a value stands: each claim, and each field of a claim that is an object."""
    found: list[tuple[str, ...]] = []
    for name, value in claims.items():
        found.append((name,))
        if isinstance(value, Mapping):
            found.extend((name, field) for field in value)
    return found
