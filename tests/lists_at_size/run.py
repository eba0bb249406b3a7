"""The staff of a whole municipality in each form that it comes in, and what taking it in costs."""

import csv
import io
import logging
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs
from openpyxl import Workbook
from sqlalchemy import select, update

from tests.factories.databases import empty_postgres, published_sqlite
from tests.factories.lists import STAFF_HEAD, UNITS_HEAD, Lists, organisation_numbers
from tests.factories.tool import Tool
from tests.fakes.school_system import school_system
from tests.tracks.rosters.test_school_system import Connected
from tracks.lms.sealing import EncryptionKey, Sealer
from tracks.people.models import municipality
from tracks.rosters.columns import ListKind
from tracks.rosters.models import roster_import
from tracks.rosters.records import Source
from tracks.rosters.rules import Counts
from tracks.rosters.workflow import State

Table = list[list[str]]
PAGE = 500  # entities a school system gives at a time


@dataclass(frozen=True, slots=True)
class Taken:
    """What one list cost: seconds for the plan, for making it true, and for the same list again."""

    form: str
    rows: int
    working: int
    read_s: float
    applied_s: float
    again_s: float
    changed_again: Counts
    grown_mb: float  # most that the process has held beyond what it held before

    def __str__(self) -> str:
        return (
            f"{self.form:12}{self.rows:8} rows, {self.working} at work: read {self.read_s:.1f} s, "
            f"taken in {self.applied_s:.1f} s, the same again {self.again_s:.1f} s, "
            f"{self.grown_mb:.0f} MB more"
        )


def csv_list(head: str, rows: Table) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head.split(";"), *rows])
    return text.getvalue().encode()


def workbook(head: str, rows: Table) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [head.split(";"), *rows]:
        sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def oneroster(units: Table, staff: Table) -> bytes:
    orgs = [["o", "active", "", "Sample municipality", "district", "", ""]]
    orgs += [[f"o{u[0]}", "active", "", u[1], "school", u[0], "o"] for u in units]
    users = [[f"u{s[0]}", "active", "", "true", s[0], s[1], "Sample"] for s in staff]
    roles = [
        [f"r{s[0]}", "active", "", f"u{s[0]}", "primary", "teacher", "", "", f"o{s[2]}"]
        for s in staff
    ]
    manifest = [["manifest.version", "1.0"], ["oneroster.version", "1.2"]]
    manifest += [[f"file.{name}", "bulk"] for name in ("orgs", "users", "roles")]
    meta = "sourcedId,status,dateLastModified"
    heads = {
        "manifest": ("propertyName,value", manifest),
        "orgs": (f"{meta},name,type,identifier,parentSourcedId", orgs),
        "users": (f"{meta},enabledUser,username,givenName,familyName", users),
        "roles": (f"{meta},userSourcedId,roleType,role,beginDate,endDate,orgSourcedId", roles),
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (head, rows) in heads.items():
            text = io.StringIO()
            csv.writer(text).writerows([head.split(","), *rows])
            archive.writestr(f"{name}.csv", text.getvalue())
    return body.getvalue()


def municipality_of(units: int, staff: int) -> tuple[Table, Table]:
    """Rows of units and of staff, as a list has them; staff is spread evenly."""
    codes = organisation_numbers(units)
    places = [[code, f"Sample school {n}", "1-10", "40", ""] for n, code in enumerate(codes)]
    people = [
        [str(n), f"Sample person {n}", codes[n % units], "Lærer", ""] for n in range(1, staff + 1)
    ]
    return places, people


def take_in(form: str, tool: Tool, folder: Path, units: int, staff: int) -> Taken:
    """Units, then staff, by `form`: csv, xlsx, oneroster or ss12000."""
    with ExitStack() as opened:
        read, approve = _ways(form, tool, folder, units, staff, opened)
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        made = read()
        planned = time.perf_counter()
        approve(made)
        applied = time.perf_counter()
        lists = Lists(tool, folder)
        rows, working = _rows_of(lists, made), len(lists.working())
        again = time.perf_counter()
        second = read()
        changed = _changes(lists.would_change(second)) if second != made else Counts()
        ended = time.perf_counter()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Taken(
        form,
        rows,
        working,
        planned - began,
        applied - planned,
        ended - again,
        changed,
        (most - held) / 1e3,
    )


def measured(form: str, url: str | None, units: int, staff: int) -> Taken:
    logging.disable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if url:
            empty_postgres(url)
        else:
            url = f"sqlite:///{published_sqlite(folder)}"
        tool = Tool(url, folder / "data")
        try:
            return take_in(form, tool, folder, units, staff)
        finally:
            tool.close()


def _changes(found: Counts) -> Counts:
    return structs.replace(found, tasks_unchanged=0, units_unchanged=0)


def _rows_of(lists: Lists, import_id: int) -> int:
    found = lists.tool.rows(
        select(roster_import.c.rows_read).where(roster_import.c.id == import_id)
    )
    return int(found[0].rows_read)


Read, Approve = Callable[[], int], Callable[[int], None]


def _ways(
    form: str, tool: Tool, folder: Path, units: int, staff: int, opened: ExitStack
) -> tuple[Read, Approve]:
    lists = Lists(tool, folder)

    def approve(made: int) -> None:
        gone = lists.would_change(made).people_gone
        assert lists.apply(made, gone=gone) == State.APPLIED

    if form == "ss12000":
        return _by_school_system(tool, lists, units, staff, opened), approve
    places, people = municipality_of(units, staff)
    if form == "oneroster":
        body = oneroster(places, people)
        return lambda: lists.take_in(body, source=Source.ONEROSTER), approve
    write: Callable[[str, Table], bytes] = {"csv": csv_list, "xlsx": workbook}[form]
    approve(lists.take_in(write(UNITS_HEAD, places), ListKind.UNITS))
    body = write(STAFF_HEAD, people)
    return lambda: lists.take_in(body, ListKind.STAFF), approve


def _by_school_system(tool: Tool, lists: Lists, units: int, staff: int, opened: ExitStack) -> Read:
    system = opened.enter_context(school_system())
    system.most = PAGE
    system.has_staff(staff, units=units)
    with tool.database.writing() as session:
        session.execute(
            update(municipality)
            .where(municipality.c.id == tool.municipality_id)
            .values(country="SE")
        )
    connected = Connected(tool, lists, system, Sealer([EncryptionKey(b"k" * 32)]), [])
    connected.connect()

    def read() -> int:
        connected.fetch(seconds=60.0)
        return int(connected.last.id)

    return read


FORMS: Sequence[str] = ("csv", "xlsx", "oneroster", "ss12000")
