"""XML written with the standard library. Nothing here reads XML from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

_MATHML: Final = "http://www.w3.org/1998/Math/MathML"
_MATH: Final = re.compile(r'<math(?P<block> display="block")? data-tex="(?P<tex>[^"]*)">.*?</math>')
# elements without an end tag
_VOID: Final = frozenset({"br", "hr", "img", "track"})
_NOT_IN_XML: Final = {n: None for n in range(32) if chr(n) not in "\t\n\r"} | {
    0xFFFE: None,
    0xFFFF: None,
}


def add(
    parent: Element, tag: str, text: str = "", attributes: Mapping[str, str] | None = None
) -> Element:
    child = SubElement(parent, tag, dict(attributes or {}))
    if text:
        child.text = text.translate(_NOT_IN_XML)
    return child


def written(root: Element) -> bytes:
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def with_tex(html: str) -> str:
    """Formulas as they were written, between the signs that MathJax looks for: other systems' own
    questions take no MathML."""

    def tex(match: re.Match[str]) -> str:
        return f"\\[{match['tex']}\\]" if match["block"] else f"\\({match['tex']}\\)"

    return _MATH.sub(tex, html)


def elements(html: str, *, drop: Iterable[str] = (), namespace: str = "") -> Element:
    """Clean HTML, as our renderer makes it, inside one div. `drop` are attributes left out."""
    reader = _Reader(frozenset(drop), namespace)
    reader.feed(html.translate(_NOT_IN_XML))
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self, drop: frozenset[str], namespace: str) -> None:
        super().__init__(convert_charrefs=True)
        self.drop = drop
        self.namespace = namespace
        self.root = Element(f"{namespace}div")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = {name: value or name for name, value in attrs if name not in self.drop}
        if tag == "img":
            kept["alt"] = dict(attrs).get("alt") or ""
        if tag == "math":
            kept["xmlns"] = _MATHML
        element = SubElement(self.open[-1], self.namespace + tag, kept)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data
