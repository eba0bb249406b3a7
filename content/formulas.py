"""Formulas: `$...$` in a line and `$$...$$` alone, written in LaTeX, as MathML that browsers and
screen readers know. Only what is listed here comes out, each word of it escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin

from content.said import say

LONGEST: Final = 2_000  # characters; the converter calls itself for each level
_DEEPEST: Final = 60
TOKENS: Final = frozenset({"math_inline", "math_inline_double", "math_block"})

_LENGTH = re.compile(r"-?[0-9]{0,3}(?:\.[0-9]{1,10})?(?:em|ex)?")
_WORD = re.compile(r"[a-z-]{1,24}")
_LEAVES = frozenset({"mi", "mn", "mo", "mtext", "mspace"})
_TAGS = _LEAVES | {
    *("mrow", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup", "mover", "munder"),
    *("munderover", "mtable", "mtr", "mtd", "mpadded", "mphantom", "mmultiscripts", "mprescripts"),
}
_ATTRIBUTES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        ("width", "height", "depth", "lspace", "rspace", "linethickness", "minsize", "maxsize"),
        _LENGTH,
    ),
    **dict.fromkeys(
        (
            *("mathvariant", "stretchy", "accent", "accentunder", "form", "fence", "separator"),
            *("largeop", "movablelimits", "displaystyle", "symmetric"),
        ),
        _WORD,
    ),
    "scriptlevel": re.compile(r"[+-]?[0-9]"),
}
_SIDE = re.compile(r"text-align: ?(left|right)")
# what the converter leaves to a style sheet, and what would be lost without it
_INVISIBLE = re.compile(r"\\(?:b?x?cancel|phase|boxed|fbox|tag|label|ref|eqref|color|textcolor)\b")
_DEFINES = re.compile(r"\\(?:re)?(?:newcommand|def|let|gdef|edef|providecommand)(?![a-zA-Z])")
# 3,14 is a number where this is read; in LaTeX a comma parts two
_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_converter = LatexToMathML(fancy_error=False, max_expansions=0)


class BadFormula(ValueError):
    """Its text is what the author reads."""


def add_formulas(md: MarkdownIt) -> None:
    dollarmath_plugin(
        md,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )


def mathml(latex: str, *, is_block: bool) -> str:
    """With what was written in data-tex, for those who take no MathML. Raises BadFormula."""
    attributes = {"display": "block"} if is_block else {}
    return _written(tree(latex), attributes | {"data-tex": " ".join(latex.split())})


def tree(latex: str) -> Element:
    source = latex.strip()
    if not source:
        raise BadFormula("it is empty")
    if len(source) > LONGEST:
        raise BadFormula(
            say("{count} characters; at most {longest}", count=len(source), longest=LONGEST)
        )
    odd = _DEFINES.search(source) or _INVISIBLE.search(source)
    if odd:
        raise BadFormula(say("{odd} is not read here", odd=odd[0]))
    try:
        made = _converter.convert_with_local_state(_COMMA.sub("{,}", source), displaystyle=False)
    except LatexError as failure:
        raise BadFormula(str(failure).partition(": ")[2] or str(failure)) from failure
    except UnicodeEncodeError as failure:
        raise BadFormula("a character nobody can see") from failure
    reader = _Reader()
    reader.feed(made)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("math")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "math":
            return
        if len(self.open) > _DEEPEST:
            raise BadFormula("too much stands inside each other")
        if tag not in _TAGS:
            raise BadFormula(say("it holds something no page can show: {tag}", tag=tag))
        kept = {
            name: value
            for name, value in attrs
            if value is not None and name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
        }
        side = _SIDE.search(dict(attrs).get("style") or "")
        if tag == "mtd" and side:
            kept["class"] = f"align-{side[1]}"
        self.open.append(SubElement(self.open[-1], tag, kept))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text = (self.open[-1].text or "") + data


def _written(element: Element, attributes: Mapping[str, str]) -> str:
    given = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    inside = escape(element.text or "", quote=False)
    inside += "".join(_written(child, child.attrib) for child in element)
    return f"<{element.tag}{given}>{inside}</{element.tag}>"


def spoken(element: Element) -> str:
    """One line of signs, for where no formula can be drawn."""
    inside = [spoken(child) for child in element]
    match element.tag.rpartition("}")[2], inside:
        case "mfrac", [above, below]:
            return f"({above})/({below})"
        case "msup" | "mover", [base, raised]:
            return f"{base}^{_grouped(raised)}"
        case "msub" | "munder", [base, lowered]:
            return f"{base}_{_grouped(lowered)}"
        case "msubsup" | "munderover", [base, lowered, raised]:
            return f"{base}_{_grouped(lowered)}^{_grouped(raised)}"
        case "msqrt", _:
            return f"√({''.join(inside)})"
        case "mroot", [base, index]:
            return f"{index}√({base})"
        case "mtr", _:
            return ", ".join(inside)
        case "mtable", _:
            return "; ".join(inside)
        case "mspace", _:
            return " "
    return (element.text or "") + "".join(inside)


def _grouped(text: str) -> str:
    return text if len(text) == 1 else f"({text})"
