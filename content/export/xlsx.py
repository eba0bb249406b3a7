"""Spreadsheets (XLSX, ISO/IEC 29500) of texts: no cell is a formula, whatever has been typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from content.export.xml import add, elements, with_tex, written
from content.export.zips import zipped

KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]")
_LONGEST_NAME: Final = 31
_LONGEST_CELL: Final = 32_767
_NARROWEST, _WIDEST = 12, 48  # characters
_TO_FILL_IN: Final = 30  # of a column that has a heading only


class Sheet(Struct, frozen=True):
    name: str
    rows: Sequence[Sequence[str]]  # the headings first


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The same texts, the same bytes."""
    files = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{n}.xml") for n, _ in enumerate(sheets, 1)),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _styles(),
    }
    for number, sheet in enumerate(sheets, 1):
        files[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet)
    return zipped(files, first="[Content_Types].xml")


def tables_in(html: str) -> list[list[list[str]]]:
    """The texts of every table in clean HTML, row by row."""
    return [
        [[_said(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]
        for table in elements(with_tex(html)).iter("table")
    ]


def line_of(html: str) -> str:
    """Clean HTML as one line of text."""
    return _said(elements(with_tex(html)))


def _said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _types(sheets: int) -> bytes:
    root = Element("Types", {"xmlns": f"{_PACKAGE}/content-types"})
    for ending, kind in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
    ):
        add(root, "Default", attributes={"Extension": ending, "ContentType": kind})
    for name, kind in (
        ("workbook", "sheet.main"),
        ("styles", "styles"),
        *((f"worksheets/sheet{number}", "worksheet") for number in range(1, sheets + 1)),
    ):
        place = {"PartName": f"/xl/{name}.xml", "ContentType": f"{_TYPE}.{kind}+xml"}
        add(root, "Override", attributes=place)
    return written(root)


def _relations(targets: Iterable[tuple[str, str]]) -> bytes:
    root = Element("Relationships", {"xmlns": f"{_PACKAGE}/relationships"})
    for number, (kind, target) in enumerate(targets, 1):
        said = {"Id": f"r{number}", "Type": f"{_OFFICE}/{kind}", "Target": target}
        add(root, "Relationship", attributes=said)
    return written(root)


def _book(sheets: Sequence[Sheet]) -> bytes:
    root = Element("workbook", {"xmlns": _MAIN, "xmlns:r": _OFFICE})
    listed = add(root, "sheets")
    taken = {"history"}  # Excel keeps that name for itself
    for number, sheet in enumerate(sheets, 1):
        plain = " ".join(_NOT_IN_NAMES.sub(" ", sheet.name).split()).strip("'")[:_LONGEST_NAME]
        name = plain if plain and plain.casefold() not in taken else f"{number}"
        taken.add(name.casefold())
        said = {"name": name, "sheetId": str(number), "r:id": f"r{number}"}
        add(listed, "sheet", attributes=said)
    return written(root)


def _styles() -> bytes:
    """0 nothing, 1 a heading, 2 a text. Both wrap; `quotePrefix`: a text also once it is edited."""
    root = Element("styleSheet", {"xmlns": _MAIN})
    fonts = add(root, "fonts", attributes={"count": "2"})
    for is_bold in (False, True):
        font = add(fonts, "font")
        if is_bold:
            add(font, "b")
        add(font, "sz", attributes={"val": "11"})
        add(font, "name", attributes={"val": "Calibri"})
    fills = add(root, "fills", attributes={"count": "2"})  # programs expect these two
    for pattern in ("none", "gray125"):
        add(add(fills, "fill"), "patternFill", attributes={"patternType": pattern})
    borders = add(root, "borders", attributes={"count": "2"})
    for style in ({}, {"style": "thin"}):
        border = add(borders, "border")
        for side in ("left", "right", "top", "bottom", "diagonal"):
            add(border, side, attributes=style if side != "diagonal" else {})
    plain = {"numFmtId": "0", "fontId": "0", "fillId": "0", "borderId": "0"}
    add(add(root, "cellStyleXfs", attributes={"count": "1"}), "xf", attributes=plain)
    formats = add(root, "cellXfs", attributes={"count": "3"})
    plain["xfId"] = "0"
    add(formats, "xf", attributes=plain)
    for font_id in ("1", "0"):
        said = {**plain, "numFmtId": "49", "fontId": font_id, "borderId": "1", "quotePrefix": "1"}
        text = add(formats, "xf", attributes={**said, "applyAlignment": "1"})
        add(text, "alignment", attributes={"vertical": "top", "wrapText": "1"})
    named = {"name": "Normal", "xfId": "0", "builtinId": "0"}
    add(add(root, "cellStyles", attributes={"count": "1"}), "cellStyle", attributes=named)
    return written(root)


def _sheet(sheet: Sheet) -> bytes:
    root = Element("worksheet", {"xmlns": _MAIN})
    add(add(root, "sheetPr"), "pageSetUpPr", attributes={"fitToPage": "1"})
    view = add(add(root, "sheetViews"), "sheetView", attributes={"workbookViewId": "0"})
    frozen = {"ySplit": "1", "topLeftCell": "A2", "activePane": "bottomLeft", "state": "frozen"}
    add(view, "pane", attributes=frozen)
    columns = add(root, "cols")
    for number, width in enumerate(_widths(sheet.rows), 1):
        said = {"min": str(number), "max": str(number), "width": str(width), "customWidth": "1"}
        add(columns, "col", attributes=said)
    data = add(root, "sheetData")
    for row_number, cells in enumerate(sheet.rows, 1):
        row = add(data, "row", attributes={"r": str(row_number)})
        for text in cells:
            style = "1" if row_number == 1 else "2"
            cell = add(row, "c", attributes={"t": "inlineStr", "s": style})
            kept = {"xml:space": "preserve"}
            add(add(cell, "is"), "t", text[:_LONGEST_CELL], kept)
    margins = dict.fromkeys(("left", "right", "top", "bottom"), "0.5")
    add(root, "pageMargins", attributes={**margins, "header": "0.3", "footer": "0.3"})
    page = {"paperSize": "9", "orientation": "landscape", "fitToHeight": "0"}
    add(root, "pageSetup", attributes=page)
    return written(root)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Wide enough for most of what stands there; what is longer wraps."""
    found = []
    for number in range(max((len(row) for row in rows), default=1)):
        texts = [row[number] for row in rows if number < len(row)]
        longest = max((len(text) for text in texts), default=0)
        is_empty = not any(texts[1:])
        found.append(_TO_FILL_IN if is_empty else min(max(longest + 2, _NARROWEST), _WIDEST))
    return found
