"""Rows of cells out of a CSV or XLSX file, one at a time: memory does not grow with the file."""

import codecs
import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from content.intake.unpacking import BadArchive, check_archive
from tracks.rosters.faults import BadFile

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 2_000  # characters; what is longer is no name, number or task
_HEAD: Final = 64 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS: Final = ";,\t|"
# What openpyxl raises of a workbook that is none, or refers to what is not in it.
_BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    ParseError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)

Line = tuple[int, list[str]]


@contextmanager
def lines_of(path: Path) -> Iterator[Iterator[Line]]:
    """(line, cells) of every row that is not empty, the headings first. Raises BadFile, here or
    while the rows are read."""
    with path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    if is_zip:
        with _workbook(path) as rows:
            yield _bounded(rows)
    else:
        with path.open("r", encoding=_encoding(path), newline="") as text:
            yield _bounded(_csv(text))


def _bounded(lines: Iterator[Line]) -> Iterator[Line]:
    """Without empty rows, and without the empty cells that end a row."""
    for count, (line, cells) in enumerate(lines):
        if count > MOST_ROWS:
            raise BadFile("too-large")
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise BadFile("too-wide")
        if cells:
            yield line, [cell.strip() for cell in cells]


def _encoding(path: Path) -> str:
    """UTF-8 unless the file says otherwise or cannot be: then what Excel writes in Europe."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(_HEAD):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _csv(text: IO[str]) -> Iterator[Line]:
    try:
        head = text.read(_HEAD)
        text.seek(0)
        # The separator is the one there is most of in the first line that has any.
        first = next((line for line in head.splitlines() if line.strip()), "")
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(_whole_lines(text), delimiter=separator, strict=True)
        for cells in reader:
            yield reader.line_num, cells
    except (csv.Error, UnicodeError) as fault:
        raise BadFile("unreadable") from fault


def _whole_lines(text: IO[str]) -> Iterator[str]:
    """The lines of a file, none longer than a row can be."""
    longest = MOST_COLUMNS * LONGEST_CELL
    while line := text.readline(longest):
        if len(line) == longest or "\0" in line:
            raise BadFile("unreadable")
        yield line


@contextmanager
def _workbook(path: Path) -> Iterator[Iterator[Line]]:
    from openpyxl import load_workbook  # 20 MB that a server needs for such a list only (bar 12)

    # Opened here: of a path openpyxl asks the ending of its name, and an upload's has none.
    with path.open("rb") as file:
        try:
            check_archive(path.read_bytes())  # before anything is unpacked: no bombs
            book = load_workbook(file, read_only=True, data_only=True)
        except BadArchive as bad:
            raise BadFile("zip", str(bad)) from bad
        except (OSError, *_BROKEN) as fault:
            raise BadFile("unreadable") from fault
        try:
            yield _sheet(book.worksheets[0]) if book.worksheets else iter(())
        finally:
            book.close()


def _sheet(sheet: Any) -> Iterator[Line]:
    # What the sheet says of its own size is a claim: often a million empty rows.
    sheet.reset_dimensions()
    try:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if line > MOST_ROWS * 2:
                raise BadFile("too-large")
            yield line, [_as_text(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except _BROKEN as fault:
        raise BadFile("unreadable") from fault


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # Excel keeps every number as a float
    return str(cell)
