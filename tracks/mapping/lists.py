"""A CSV or XLSX list of the devices of many schools: read whole, or told what is wrong, by row."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from tracks.i18n import N_
from tracks.mapping.queries import Coverage
from tracks.mapping.rules import EVERY_GRADE, MOST, Count
from tracks.rosters.cells import lines_of
from tracks.rosters.columns import check_headings
from tracks.rosters.faults import BadFile

MOST_ROWS: Final = 5_000
MOST_FAULTS: Final = 50
COLUMNS: Final = ("code", "grade", "pupils", "devices", "counted_on", "source")
HEADINGS: Final = {
    "code": N_("Number of the school"),
    "grade": N_("Grade"),
    "pupils": N_("Pupils"),
    "devices": N_("Devices"),
    "counted_on": N_("Counted on"),
    "source": N_("Source"),
}
_NEEDED: Final = frozenset(COLUMNS) - {"source"}
# What stands above such columns, folded to lower-case letters and digits.
_WORDS: Final = {
    "code": "numberoftheschool skolensnummer skulensnummer nummerpaskolen nummerpaskulen "
    "skolansnummer organisasjonsnummer orgnr skolenhetskod code schoolcode number nummer",
    "grade": "grade trinn arstrinn steg arssteg arskurs year",
    "pupils": "pupils elever elevar antallelever elevtall elevtal antalelever students",
    "devices": "devices enheter einingar enheiter antallenheter antalenheter",
    "counted_on": "countedon telt talt raknat teltden taltden raknatden teltdato dato datum date",
    "source": "source kilde kjelde kalla",
}

MISSING_COLUMN: Final = N_("The list lacks a column")
UNKNOWN_SCHOOL: Final = N_("No open school of yours has this number.")
UNKNOWN_GRADE: Final = N_("We do not know this grade. Write 1 to 10, F, Vg1 to Vg3, Gy1 to Gy3.")
NOT_A_COUNT: Final = N_("Write a whole number up to 5,000, or nothing when it is unknown.")
NOT_A_DAY: Final = N_("Write a day as year-month-day, such as 2026-08-01, not one to come.")
SOURCE_TOO_LONG: Final = N_("The source has at most 100 characters.")
TWICE: Final = N_("This school, grade and day stand in the list already.")
TOO_MANY: Final = N_("The list has more than 5,000 rows. Split it.")


class Fault(Struct, frozen=True):
    line: int
    column: str  # a key of HEADINGS
    problem: str  # a message id


class Reading(Struct, frozen=True):
    rows: list[tuple[int, str, Count]]  # school, grade, what was counted
    unknown: int  # rows with neither pupils nor devices
    faults: list[Fault]


class BadCell(ValueError):
    def __init__(self, column: str, problem: str) -> None:
        super().__init__(problem)
        self.column, self.problem = column, problem


def _folded(text: str) -> str:
    plain = text.casefold().replace("æ", "ae").replace("ø", "o")
    letters = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in letters if c.isalnum())


def read_list(path: Path, schools: Mapping[str, int], today: date) -> Reading:
    """`schools`: the numbers of open ones, to their ids. Raises BadFile."""
    with lines_of(path) as lines:
        first = next(lines, None)
        if first is None:
            raise BadFile("empty")
        columns = _columns(check_headings(first[1]))
        reading = Reading([], 0, [])
        seen: set[tuple[int, str, date]] = set()
        unknown = 0
        for count, (number, cells) in enumerate(lines):
            if count >= MOST_ROWS:
                raise BadFile(TOO_MANY)
            try:
                school_id, grade, said = _row(cells, columns, schools, today)
                if (school_id, grade, said.counted_on) in seen:
                    raise BadCell("grade", TWICE)
                seen.add((school_id, grade, said.counted_on))
            except BadCell as bad:
                reading.faults.append(Fault(number, bad.column, bad.problem))
                continue
            if said.pupils is None and said.devices is None:
                unknown += 1
            else:
                reading.rows.append((school_id, grade, said))
    if not reading.rows and not reading.faults and not unknown:
        raise BadFile("empty")
    return Reading(reading.rows, unknown, reading.faults)


def _columns(headings: Sequence[str]) -> dict[str, int]:
    known = {word: name for name, words in _WORDS.items() for word in words.split()}
    found: dict[str, int] = {}
    for index, heading in enumerate(headings):
        name = known.get(_folded(heading))
        if name is not None:
            found.setdefault(name, index)
    lacking = [name for name in COLUMNS if name in _NEEDED - set(found)]
    if lacking:
        raise BadFile(MISSING_COLUMN, lacking[0])
    return found


def _row(
    cells: Sequence[str], columns: Mapping[str, int], schools: Mapping[str, int], today: date
) -> tuple[int, str, Count]:
    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    school_id = schools.get(cell("code")) or schools.get(_folded(cell("code")))
    if school_id is None:
        raise BadCell("code", UNKNOWN_SCHOOL)
    grade = a_grade(cell("grade"))
    if grade is None:
        raise BadCell("grade", UNKNOWN_GRADE)
    pupils = a_count(cell("pupils"), "pupils")
    devices = a_count(cell("devices"), "devices")
    if pupils is None and devices is None:
        return school_id, grade, Count(None, None, today, "")
    source = cell("source")
    if len(source) > 100 or not source.isprintable():
        raise BadCell("source", SOURCE_TOO_LONG)
    return school_id, grade, Count(pupils, devices, _day(cell("counted_on"), today), source)


def a_grade(text: str) -> str | None:
    """As people write it: "8", "8. trinn", "Vg1", "Årskurs 8", "F"."""
    folded = _folded(text)
    for word in ("trinn", "arskurs", "klasse", "steg", "year", "grade", "ars", "ak"):
        folded = folded.removeprefix(word).removesuffix(word)
    if folded in ("forskoleklass", "forskoleklassen"):
        return "f"
    return folded if folded in EVERY_GRADE else None


def a_count(text: str, column: str) -> int | None:
    """None for nothing. Raises BadCell."""
    plain = text.replace(" ", "").replace("\u00a0", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4 and int(plain) <= MOST):
        raise BadCell(column, NOT_A_COUNT)
    return int(plain)


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadCell("counted_on", NOT_A_DAY) from None
    if not found.year >= 2000 or found > today:
        raise BadCell("counted_on", NOT_A_DAY)
    return found


def as_list(found: Iterable[Coverage], headings: Sequence[str]) -> bytes:
    """To be filled in and sent back: every grade of every school, with what is known."""
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=";")
    out.writerow([*headings, ""])
    for each in found:
        for grade in each.grades:
            count = each.counts.get(grade)
            known = (
                ("", "", "", "")
                if count is None
                else (
                    "" if count.pupils is None else count.pupils,
                    "" if count.devices is None else count.devices,
                    count.counted_on,
                    _harmless(count.source),
                )
            )
            out.writerow([each.unit.code, grade.capitalize(), *known, _harmless(each.unit.name)])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
