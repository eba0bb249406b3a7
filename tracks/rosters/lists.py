"""A CSV or XLSX list, with its columns chosen: rows and faults, line by line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from tracks.rosters import values
from tracks.rosters.cells import Line, lines_of
from tracks.rosters.columns import Field, ListKind, check_headings
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, Row, StaffRow, UnitRow
from tracks.rosters.values import BadValue

PREVIEW = 5
# What may be personal is told by its line only.
_MAY_BE_TOLD = (Field.UNIT_CODE, Field.TASK, Field.KIND, Field.TEACHERS, Field.TEACHERS_AS_OF)


def beginning(path: Path) -> tuple[tuple[str, ...], list[list[str]]]:
    """Its headings and first rows. Raises BadFile."""
    with lines_of(path) as lines:
        first = next(lines, None)
        if first is None:
            raise BadFile("empty")
        headings = check_headings(first[1])
        rows = [cells for _line, cells in islice(lines, PREVIEW)]
    if not rows:
        raise BadFile("empty")
    return headings, rows


def about_how_many(path: Path) -> int | None:
    """Lines of a CSV file, for a progress bar; None for what would have to be unpacked first."""
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            return None
        file.seek(0)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or None


def rows_of(
    path: Path, kind: ListKind, chosen: Mapping[Field, int], country: str
) -> Iterator[Row | Fault]:
    """Every row or what is wrong with it. Raises BadFile, also between two rows."""
    with lines_of(path) as lines:
        first = next(lines, None)
        if first is None:
            raise BadFile("empty")
        headings = check_headings(first[1])
        read = _staff if kind is ListKind.STAFF else _unit
        for line in lines:
            yield _read(line, headings, chosen, country, read)


class _Cells:
    """The cells of one row by field."""

    def __init__(
        self, line: int, cells: Sequence[str], chosen: Mapping[Field, int], country: str
    ) -> None:
        self.line = line
        self.country = country
        self._cells = cells
        self._chosen = chosen
        self.last = Field.KEY  # which was asked for last: a fault is about that one

    def has(self, field: Field) -> bool:
        return field in self._chosen

    def __getitem__(self, field: Field) -> str:
        self.last = field
        index = self._chosen.get(field)
        return self._cells[index] if index is not None and index < len(self._cells) else ""


def _read(
    line: Line,
    headings: Sequence[str],
    chosen: Mapping[Field, int],
    country: str,
    read: Callable[[_Cells], Row],
) -> Row | Fault:
    number, cells = line
    if len(cells) > len(headings):
        return Fault(number, "ragged-row")
    row = _Cells(number, cells, chosen, country)
    try:
        return read(row)
    except BadValue as bad:
        index = chosen.get(row.last)
        value = row[row.last][:60] if row.last in _MAY_BE_TOLD else ""
        return Fault(number, bad.code, headings[index] if index is not None else "", value)


def _staff(row: _Cells) -> StaffRow:
    return StaffRow(
        line=row.line,
        key=values.key(row[Field.KEY]),
        name=_name(row),
        unit_code=values.unit_code(row[Field.UNIT_CODE], row.country),
        task=values.task(row[Field.TASK]),
        is_protected=values.is_protected(row[Field.PROTECTED]),
    )


def _name(row: _Cells) -> str | None:
    """None where the list has no column for it, or the cell is empty."""
    if row.has(Field.NAME):
        whole = row[Field.NAME]
    else:
        given = row[Field.GIVEN_NAME]
        whole = f"{given} {row[Field.FAMILY_NAME]}"
    if not whole.strip():
        return None
    name = values.text(whole)
    if values.is_identity_number(name):
        raise BadValue("identity-number")
    return name


def _unit(row: _Cells) -> UnitRow:
    return UnitRow(
        line=row.line,
        code=values.unit_code(row[Field.UNIT_CODE], row.country),
        name=values.text(row[Field.UNIT_NAME]),
        kind=values.kind(row[Field.KIND]),
        teachers=values.teachers(row[Field.TEACHERS]),
        teachers_as_of=values.day(row[Field.TEACHERS_AS_OF]),
    )
