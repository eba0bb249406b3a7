"""MathML, as content.formulas makes it, in Typst's words. Every sign of an author is a string."""

from __future__ import annotations

import unicodedata
from typing import Final
from xml.etree.ElementTree import Element

from content.formulas import spoken

_OVER: Final = {"\u20d7": "arrow", "^": "hat", "\u0302": "hat", "~": "tilde", "\u02d9": "dot"}
_LINES: Final = frozenset("\u0332\u203e\u00af_\u0305")


def equation(element: Element) -> str:
    """With what it says in plain signs: a tagged PDF reads that out."""
    block = "true" if element.get("display") == "block" else "false"
    alt = " ".join(spoken(element).split()) or "?"
    return f"#math.equation(block: {block}, alt: {_literal(alt)}, {_row(list(element))});"


def _row(elements: list[Element]) -> str:
    parts = [part for part in map(_drawn, elements) if part]
    return " + ".join(parts) if len(parts) != 1 else parts[0]


def _drawn(element: Element) -> str:
    inside = list(element)
    parts = [_drawn(child) or "[]" for child in inside]
    match element.tag, parts:
        case "mi" | "mn" | "mo" | "mtext" | "mspace", _:
            return _leaf(element)
        case "mfrac", [above, below]:
            return f"math.frac({above}, {below})"
        case "msqrt", _:
            return f"math.sqrt({_row(inside) or '[]'})"
        case "mroot", [base, index]:
            return f"math.root({index}, {base})"
        case "msup" | "mover", [base, raised]:
            return _over(base, raised, inside[1])
        case "msub" | "munder", [base, lowered]:
            return f"math.attach({base}, b: {lowered})"
        case "msubsup" | "munderover", [base, lowered, raised]:
            return f"math.attach({base}, b: {lowered}, t: {raised})"
        case "mtable", _:
            rows = [[_row(list(cell)) or "[]" for cell in row] for row in inside]
            written = "".join(f"({''.join(f'{cell}, ' for cell in row)})," for row in rows)
            return f"math.mat(delim: none, {written})"
    row = _row(inside)
    return f"({row})" if row else ""


def _over(base: str, raised: str, sign: Element) -> str:
    text = (sign.text or "").strip()
    if sign.tag == "mo" and text in _LINES:
        return f"math.overline({base})"
    if sign.tag == "mo" and text in _OVER:
        return f"math.{_OVER[text]}({base})" if _OVER[text] != "arrow" else _arrow(base)
    return f"math.attach({base}, t: {raised})"


def _arrow(base: str) -> str:
    return f"math.accent({base}, math.arrow)"


def _leaf(element: Element) -> str:
    text = "".join(sign for sign in element.text or "" if unicodedata.category(sign) != "Cf")
    if element.tag == "mspace":
        return "h(0.2em)" if element.get("width") else ""
    if not text:
        return ""
    if element.tag == "mo" and len(text) == 1 and not unicodedata.combining(text):
        return f"symbol({_literal(text)})"
    if element.tag == "mi" and len(text) == 1 and element.get("mathvariant") != "normal":
        return f"math.italic({_literal(text)})"
    return f"math.upright({_literal(text)})"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
