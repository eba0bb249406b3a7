"""1EdTech OneRoster 1.1 and 1.2, CSV binding: the zip that school systems export.

Pupils, guardians and whoever administers the system are passed over: nothing of them is read.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from content.intake.unpacking import BadArchive, unpacked
from tracks.rosters import values
from tracks.rosters.cells import LONGEST_CELL, MOST_ROWS
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, Leaver, Reading, Row, StaffRow, Task, UnitRow
from tracks.rosters.values import BadValue

# Vocabulary of OneRoster's RoleEnum, as far as it is about staff at a school.
_TASKS: Final = {
    "teacher": Task.TEACHER,
    "aide": Task.ASSISTANT,
    "principal": Task.SCHOOL_LEADER,
    "siteadministrator": Task.OTHER,
    "counselor": Task.OTHER,
    "proctor": Task.OTHER,
    "administrator": Task.OTHER,  # 1.1
}
_GONE: Final = "tobedeleted"

_Record = Mapping[str, str]


class _Export(Struct, frozen=True):
    files: Mapping[str, bytes]
    modes: Mapping[str, str]  # by file: bulk, delta or absent, as the manifest says

    def records(self, name: str) -> Iterator[tuple[int, _Record]]:
        """(line, values by the standard's names, folded). Raises BadFile."""
        if self.modes.get(name) == "absent" or name not in self.files:
            return
        try:
            text = io.TextIOWrapper(io.BytesIO(self.files[name]), "utf-8-sig", newline="")
            reader = csv.reader(text, strict=True)
            headings = [_folded(cell) for cell in next(reader, [])]
            for count, cells in enumerate(reader):
                if count >= MOST_ROWS * 5:
                    raise BadFile("too-large")
                if any(len(cell) > LONGEST_CELL for cell in cells):
                    raise BadFile("unreadable", name)
                if any(cell.strip() for cell in cells):
                    # A row may be short of its last cells; what it has too much has no name.
                    yield reader.line_num, dict(zip(headings, map(str.strip, cells), strict=False))
        except (csv.Error, UnicodeError) as fault:
            raise BadFile("unreadable", name) from fault


def _folded(heading: str) -> str:
    return heading.strip().casefold()


def read(path: Path, country: str, today: date) -> Reading:
    """Raises BadFile; also while its rows are read."""
    export = _opened(path)
    staff_files = ("users.csv", "roles.csv")
    is_complete = all(export.modes.get(name, "bulk") != "delta" for name in staff_files)
    return Reading(_rows(export, country, today), is_complete)


def _opened(path: Path) -> _Export:
    try:
        files = unpacked(path.read_bytes())
    except BadArchive as bad:
        raise BadFile("zip", str(bad)) from bad
    # Some systems put everything into one folder.
    by_name = {name.rpartition("/")[2].casefold(): data for name, data in files.items()}
    if not {"manifest.csv", "orgs.csv", "users.csv"} <= by_name.keys():
        raise BadFile("no-oneroster")
    manifest = {
        _folded(record.get("propertyname", "")): record.get("value", "").casefold()
        for _line, record in _Export(by_name, {}).records("manifest.csv")
    }
    if not manifest.get("oneroster.version", "").startswith(("1.1", "1.2")):
        raise BadFile("no-oneroster")
    modes = {
        f"{name.removeprefix('file.')}.csv": mode
        for name, mode in manifest.items()
        if name.startswith("file.")
    }
    return _Export(by_name, modes)


def _rows(export: _Export, country: str, today: date) -> Iterator[Row | Fault]:
    codes: dict[str, str] = {}
    passed_over = set()
    for line, record in export.records("orgs.csv"):
        sourced_id = record.get("sourcedid", "")
        if record.get("status", "").casefold() == _GONE or record.get("type") != "school":
            passed_over.add(sourced_id)
            continue
        unit = _unit(line, record, sourced_id, country)
        if isinstance(unit, UnitRow):
            codes[sourced_id] = unit.code
        else:
            passed_over.add(sourced_id)  # told once, and not again for each who works there
        yield unit
    people: dict[str, _Person] = {}
    for line, record in export.records("users.csv"):
        yield from _user(line, record, people)
    for line, record in export.records("roles.csv"):
        yield from _role(line, record, people, codes, passed_over, country, today)
    if export.modes.get("roles.csv") == "absent" or "roles.csv" not in export.files:
        for person in people.values():
            yield from _roles_of_1_1(person, codes, passed_over, country)


def _unit(line: int, record: _Record, sourced_id: str, country: str) -> UnitRow | Fault:
    """The number stands in `identifier`; some systems use it as the id itself."""
    number = record.get("identifier") or sourced_id
    try:
        code = values.unit_code(number, country)
    except BadValue as bad:
        return Fault(line, bad.code, "orgs.csv: identifier", number[:60])
    try:
        return UnitRow(line, code, values.text(record.get("name", "")), None)
    except BadValue as bad:
        return Fault(line, bad.code, "orgs.csv: name")


class _Person(Struct, frozen=True):
    line: int
    key: str
    name: str | None
    role: str  # 1.1 only, as its units
    units: tuple[str, ...]


def _user(line: int, record: _Record, people: dict[str, _Person]) -> Iterator[Row | Fault]:
    sourced_id = record.get("sourcedid", "")
    role = record.get("role", "").casefold()
    if role and role not in _TASKS:
        return
    is_gone = record.get("status", "").casefold() == _GONE
    is_off = record.get("enableduser", "true").casefold() == "false"
    try:
        key = values.key(sourced_id)
        if is_gone or is_off:
            yield Leaver(line, key)
            return
        names = (
            record.get("preferredgivenname") or record.get("givenname", ""),
            record.get("preferredfamilyname") or record.get("familyname", ""),
        )
        name = values.text(" ".join(names)) if any(names) else None
    except BadValue as bad:
        yield Fault(line, bad.code, "users.csv")
        return
    units = tuple(part.strip() for part in record.get("orgsourcedids", "").split(",") if part)
    people[sourced_id] = _Person(line, key, name, role, units)


def _role(
    line: int,
    record: _Record,
    people: Mapping[str, _Person],
    codes: Mapping[str, str],
    passed_over: set[str],
    country: str,
    today: date,
) -> Iterator[Row | Fault]:
    task = _TASKS.get(record.get("role", "").casefold())
    unit = record.get("orgsourcedid", "")
    if task is None or unit in passed_over:
        return
    if record.get("status", "").casefold() == _GONE or not _holds(record, today):
        return
    person = people.get(record.get("usersourcedid", ""))
    if person is None:
        yield Fault(line, "unknown-person", "roles.csv: userSourcedId")
        return
    yield _staff(line, person, unit, task, codes, country)


def _holds(record: _Record, today: date) -> bool:
    """Dates that cannot be read do not take a task from anybody."""
    try:
        begins = values.day(record.get("begindate", ""))
        ends = values.day(record.get("enddate", ""))
    except BadValue:
        return True
    return (begins is None or begins <= today) and (ends is None or today <= ends)


def _roles_of_1_1(
    person: _Person, codes: Mapping[str, str], passed_over: set[str], country: str
) -> Iterator[Row | Fault]:
    task = _TASKS.get(person.role)
    if task is None:
        return
    for unit in person.units:
        if unit not in passed_over:
            yield _staff(person.line, person, unit, task, codes, country)


def _staff(
    line: int, person: _Person, unit: str, task: Task, codes: Mapping[str, str], country: str
) -> StaffRow | Fault:
    code = codes.get(unit)
    if code is None:
        # An export of differences leaves out units that have not changed.
        try:
            code = values.unit_code(unit, country)
        except BadValue:
            return Fault(line, "unknown-unit", "orgSourcedId", unit[:60])
    return StaffRow(line, person.key, person.name, code, task)
