"""SVG made harmless: read as XML, and written anew from a list of what may stand in it. Nothing in
what comes out can run, fetch, or lead anywhere (ADR 0035)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec import Struct

from content.pictures import without_notes

LARGEST: Final = 1024 * 1024  # bytes
ELEMENTS_MOST: Final = 20_000  # those counted that `use` draws once more
_DEEPEST: Final = 60
_SVG: Final = "{http://www.w3.org/2000/svg}"
_XHTML: Final = "{http://www.w3.org/1999/xhtml}"
_XLINK: Final = "{http://www.w3.org/1999/xlink}"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_REUSED: Final = _set("symbol clipPath mask marker pattern")
_TEXTS: Final = _set("text tspan title desc")
_ELEMENTS: Final = (
    _REUSED
    | _TEXTS
    | _set(
        "svg g defs path rect circle ellipse line polyline polygon use stop linearGradient "
        "radialGradient"
    )
)
_AS_A_GROUP: Final = _set("a switch")  # what stands in them is kept
# What may be said in `style` too.
_LOOKS: Final = _set(
    "fill fill-opacity fill-rule stroke stroke-width stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity opacity color display "
    "visibility overflow stop-color stop-opacity clip-path clip-rule mask marker-start marker-mid "
    "marker-end font-family font-size font-style font-weight text-anchor text-decoration "
    "letter-spacing dominant-baseline alignment-baseline vector-effect paint-order"
)
_ATTRIBUTES: Final = _LOOKS | _set(
    "id x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points width height viewBox role lang version "
    "preserveAspectRatio transform gradientTransform gradientUnits spreadMethod offset rotate "
    "patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits "
    "markerUnits markerWidth markerHeight refX refY orient pathLength textLength "
    "lengthAdjust aria-label aria-hidden aria-labelledby"
)
_WORDS: Final = _set("aria-label aria-labelledby")
_PLAIN: Final = re.compile(r"[\w\s#%.,()+'\"-]*")  # no colon, slash, backslash, at sign
_FUNCTION: Final = re.compile(r"([\w-]*)\s*\(")
_FUNCTIONS: Final = _set("matrix translate scale rotate skewx skewy rgb rgba hsl hsla")
_INSIDE: Final = re.compile(r"url\(\s*(['\"]?)#([\w.-]+)\1\s*\)")
_LINK: Final = re.compile(r"#([\w.-]+)")


class NoDrawing(Exception):
    """It cannot be read as one, or is more than a picture in a text needs."""


class Drawing(Struct, frozen=True):
    data: bytes
    # Names of elements and attributes that were taken out, each once, as they were written.
    taken_out: tuple[str, ...]


def harmless(data: bytes) -> Drawing:
    """Raises NoDrawing. What comes out comes out of it once more as it is."""
    if len(data) > LARGEST:
        raise NoDrawing
    try:
        root = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as failure:
        raise NoDrawing from failure
    if root.tag != f"{_SVG}svg":
        raise NoDrawing
    writer = _Writer()
    made = writer.element(root, 0)
    if made is None:
        raise NoDrawing
    made.set("xmlns", _SVG[1:-1])
    _check_reuse(made)
    text = ET.tostring(made, encoding="unicode", short_empty_elements=True)
    return Drawing(text.encode("utf-8") + b"\n", tuple(sorted(writer.taken_out)))


def served(path: str, data: bytes) -> bytes:
    """What is published and shown of a file in media/: of a drawing, only what is harmless; of a
    picture, only the picture."""
    if not path.lower().endswith(".svg"):
        return without_notes(data)
    try:
        return harmless(data).data
    except NoDrawing:
        return b""


class _Writer:
    def __init__(self) -> None:
        self.taken_out: set[str] = set()
        self.count = 0

    def element(
        self, given: ET.Element, deep: int, *, is_reused: bool = False
    ) -> ET.Element | None:
        name = str(given.tag).removeprefix(_SVG)
        self.count += 1
        if deep > _DEEPEST or self.count > ELEMENTS_MOST:
            raise NoDrawing
        if name in _AS_A_GROUP:
            self.taken_out.add(name)
            made = ET.Element("g")
        elif name in _ELEMENTS:
            made = ET.Element(name)
        else:
            # what a drawing program notes for itself is no loss
            if (name != "metadata" and not name.startswith("{")) or name.startswith(_XHTML):
                self.taken_out.add(_shown(name))
            return None
        if is_reused and name == "use":
            self.taken_out.add("use")  # drawn over and over: a small file would grow without end
            return None
        is_reused = is_reused or name in _REUSED
        for key, value in self.attributes(given, name, is_reused=is_reused):
            made.set(key, value)
        made.text = given.text if name in _TEXTS else None
        for child in given:
            kept = self.element(child, deep + 1, is_reused=is_reused)
            if kept is not None:
                kept.tail = child.tail if name in _TEXTS else None
                made.append(kept)
        return made

    def attributes(
        self, given: ET.Element, name: str, *, is_reused: bool
    ) -> Iterator[tuple[str, str]]:
        for key, value in given.attrib.items():
            if key in ("href", f"{_XLINK}href"):
                if _LINK.fullmatch(value) and name in ("use", "linearGradient", "radialGradient"):
                    yield "href", value
                else:
                    self.taken_out.add("href")
            elif key == "style":
                yield from self.looks(value, is_reused=is_reused)
            elif key in _ATTRIBUTES and self.may_stand(key, value, is_reused=is_reused):
                yield key, value
            elif not key.startswith("{"):  # as above
                self.taken_out.add(_shown(key))

    def looks(self, style: str, *, is_reused: bool) -> Iterator[tuple[str, str]]:
        for each in style.split(";"):
            key, _, value = (part.strip() for part in each.partition(":"))
            if key in _LOOKS and self.may_stand(key, value, is_reused=is_reused):
                yield key, value
            elif key and not key.startswith(("-", "font-variant", "font-stretch")):
                self.taken_out.add(_shown(key))

    def may_stand(self, key: str, value: str, *, is_reused: bool) -> bool:
        if key in _WORDS:
            return True
        if _INSIDE.fullmatch(value.strip()):
            return not is_reused
        return _PLAIN.fullmatch(value) is not None and all(
            each.casefold() in _FUNCTIONS for each in _FUNCTION.findall(value)
        )


def _shown(name: str) -> str:
    return re.sub(r"[^\w:-]", "", re.sub(r"\{[^}]*\}", "", name))[:40] or "?"


def _check_reuse(root: ET.Element) -> None:
    """Each `use` draws what it names: none that draws further, and not too much in all."""
    by_id: Mapping[str, ET.Element] = {e.get("id", ""): e for e in root.iter() if e.get("id")}
    sizes: dict[str, int] = {}
    total = 0
    for each in root.iter("use"):
        id_ = each.get("href", "").removeprefix("#")
        target = by_id.get(id_)
        if target is None:
            continue
        if id_ not in sizes:
            if any(inner.tag == "use" for inner in target.iter()):
                raise NoDrawing
            sizes[id_] = sum(1 for _ in target.iter())
        total += sizes[id_]
        if total > ELEMENTS_MOST:
            raise NoDrawing
