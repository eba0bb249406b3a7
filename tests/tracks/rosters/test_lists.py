"""Lists as people save them: separators, encodings, headings; and what is wrong, row by row."""

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tracks.people.rules import SchoolKind
from tracks.rosters.columns import Field, ListKind, guess, missing
from tracks.rosters.faults import FILE_TEXTS, TEXTS, BadFile
from tracks.rosters.lists import beginning, rows_of
from tracks.rosters.records import Fault, StaffRow, Task, UnitRow

STAFF = """Ansattnr;Fornavn;Etternavn;Orgnr;Stilling;Skjermet
1001;Prøve;Lærer En;974760673;Lærer;
1002;Prøve;Rektor;974760673;Rektor;nei
1003;Prøve;Skjermet;974760673;Lærer;kode 6
"""
UNITS = """Orgnr;Skolenavn;Skoletype;Antall lærere;Per dato
974760673;Prøveskole 1;1-10;34;01.10.2026
"""


def saved(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path, kind: ListKind = ListKind.STAFF, country: str = "NO") -> list[object]:
    headings, _ = beginning(path)
    return list(rows_of(path, kind, guess(kind, headings), country))


def test_a_list_of_staff(tmp_path: Path):
    assert read(saved(tmp_path, STAFF)) == [
        StaffRow(2, "1001", "Prøve Lærer En", "974760673", Task.TEACHER),
        StaffRow(3, "1002", "Prøve Rektor", "974760673", Task.SCHOOL_LEADER),
        StaffRow(4, "1003", "Prøve Skjermet", "974760673", Task.TEACHER, is_protected=True),
    ]


def test_a_list_of_units(tmp_path: Path):
    assert read(saved(tmp_path, UNITS), ListKind.UNITS) == [
        UnitRow(2, "974760673", "Prøveskole 1", SchoolKind.COMBINED, 34, date(2026, 10, 1))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_however_it_was_saved(tmp_path: Path, encoding: str, separator: str, end: str):
    text = STAFF.replace(";", separator).replace("\n", end)

    rows = read(saved(tmp_path, text.encode(encoding)))

    assert rows == read(saved(tmp_path, STAFF))


def test_a_workbook(tmp_path: Path):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in csv.reader(io.StringIO(STAFF), delimiter=";"):
        sheet.append([int(cell) if cell.isdigit() else cell for cell in cells])
    book.save(tmp_path / "list.xlsx")

    assert read(tmp_path / "list.xlsx") == read(saved(tmp_path, STAFF))


def test_a_workbooks_dates_are_dates(tmp_path: Path):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Orgnr", "Skole", "Antall lærere", "Dato"],
        [974760673, "P", 3.0, date(2026, 1, 2)],
    ):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")

    assert read(tmp_path / "list.xlsx", ListKind.UNITS) == [
        UnitRow(2, "974760673", "P", None, 3, date(2026, 1, 2))
    ]


@pytest.mark.parametrize(
    ("headings", "kind", "fields"),
    [
        ("Ansattnummer;Navn;Organisasjonsnummer;Rolle", ListKind.STAFF, "key name unit_code task"),
        ("Tilsettnummer;Namn;Orgnr;Rolle", ListKind.STAFF, "key name unit_code task"),
        ("Anställningsnummer;Namn;Skolenhetskod;Befattning", ListKind.STAFF,
         "key name unit_code task"),
        ("Staff number;Given name;Family name;School code", ListKind.STAFF,
         "key given_name family_name unit_code"),
        ("Skolenhetskod;Skolnamn;Skolform;Antal lärare;Mätdatum", ListKind.UNITS,
         "unit_code unit_name kind teachers teachers_as_of"),
        ("Farge;Dyr", ListKind.STAFF, ""),
    ],
)  # fmt: skip
def test_headings_are_guessed_in_four_languages(headings: str, kind: ListKind, fields: str):
    guessed = guess(kind, headings.split(";"))

    assert (
        " ".join(field for field, _ in sorted(guessed.items(), key=lambda pair: pair[1])) == fields
    )


def test_what_no_row_can_do_without_is_named():
    assert missing(ListKind.STAFF, {Field.NAME: 0}) == [Field.KEY, Field.UNIT_CODE]
    assert missing(ListKind.STAFF, {Field.KEY: 0, Field.UNIT_CODE: 1}) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1001;A;B;974760674;Lærer;", Fault(2, "bad-unit-code", "Orgnr", "974760674")),
        ("13116900216;A;B;974760673;Lærer;", Fault(2, "identity-number", "Ansattnr")),
        (";A;B;974760673;Lærer;", Fault(2, "missing-value", "Ansattnr")),
        ("1001;A;B;974760673;Trollmann;", Fault(2, "unknown-task", "Stilling", "Trollmann")),
        ("1001;A;B;974760673;Lærer;;for mye", Fault(2, "ragged-row")),
        (f"1001;{'A' * 201};B;974760673;;", Fault(2, "too-long", "Etternavn")),
        ("1001;A\u200b\ue000;B;974760673;;", Fault(2, "odd-characters", "Etternavn")),
        ("1001;A", Fault(2, "missing-value", "Orgnr")),
    ],
)
def test_a_bad_row_is_told_by_line_and_heading_and_never_by_a_name(
    tmp_path: Path, row: str, fault: Fault
):
    path = saved(tmp_path, f"{STAFF.splitlines()[0]}\n{row}\n")

    assert read(path) == [fault]
    assert fault.code in TEXTS


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"Ansattnr;Orgnr\n", "empty"),
        (b"1;2;3\n4;5;6\n", "no-headings"),
        (b"Navn;Navn\nA;B\n", "same-heading"),
        (b"Navn;Orgnr\nA\x00;B\n", "unreadable"),
        (b'Navn;Orgnr\n"A;B\n', "unreadable"),
        (b'Navn;Orgnr\n"A"b;B\n', "unreadable"),
        (b";".join([b"a%d" % n for n in range(101)]) + b"\n", "too-wide"),
        (b"Navn;Orgnr\n" + b"x" * 300_000 + b";1\n", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unreadable"),
        (b"PK\x03\x04 and then nothing", "zip"),
    ],
)
def test_a_bad_file_is_refused_as_a_whole(tmp_path: Path, body: bytes, code: str):
    with pytest.raises(BadFile) as raised:
        read(saved(tmp_path, body))

    assert raised.value.code == code
    assert code in FILE_TEXTS


def test_a_zip_that_is_no_workbook(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")

    with pytest.raises(BadFile, match="unreadable"):
        read(tmp_path / "a.xlsx")


def test_a_bomb_is_seen_before_it_is_unpacked(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)

    with pytest.raises(BadFile, match="zip"):
        read(tmp_path / "a.xlsx")


@settings(max_examples=200)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_clear_no(body: bytes, tmp_path_factory: pytest.TempPathFactory):
    path = saved(tmp_path_factory.mktemp("any"), b"Ansattnr;Orgnr\n" + body)

    with suppress(BadFile):
        assert all(isinstance(row, StaffRow | Fault) for row in read(path))
