"""OneRoster's zips, as school systems export them and as somebody hostile would."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories.lists import Lists, organisation_number
from tests.tracks.rosters.conftest import UNIT_A
from tracks.rosters.faults import TEXTS, BadFile
from tracks.rosters.oneroster import read
from tracks.rosters.records import Fault, Leaver, Source, StaffRow, Task, UnitRow
from tracks.rosters.rules import Counts
from tracks.rosters.workflow import State

TODAY = date(2026, 11, 26)
MANIFEST = """propertyName,value
manifest.version,1.0
oneroster.version,1.2
file.orgs,bulk
file.users,bulk
file.roles,bulk
"""
ORGS = f"""sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
o-1,active,,Sample municipality,district,,
o-2,active,,Unit A,school,{UNIT_A},o-1
"""
USERS = """sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName
u-1,active,,true,one,Sample,One
u-2,active,,true,two,Sample,Two
u-3,active,,true,pupil,Sample,Pupil
u-4,active,,false,four,Sample,Four
"""
ROLES = """\
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId
r-1,active,,u-1,primary,teacher,2026-08-01,,o-2
r-2,active,,u-2,primary,principal,,,o-2
r-3,active,,u-3,primary,student,,,o-2
r-4,active,,u-2,secondary,districtAdministrator,,,o-1
r-5,active,,u-1,secondary,aide,2020-08-01,2021-06-30,o-2
"""
FILES = {"manifest.csv": MANIFEST, "orgs.csv": ORGS, "users.csv": USERS, "roles.csv": ROLES}


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return body.getvalue()


def rows(folder: Path, files: Mapping[str, str | bytes], country: str = "NO") -> list[object]:
    path = folder / "export.zip"
    path.write_bytes(zipped(files))
    return list(read(path, country, TODAY).rows)


EXPECTED = [
    UnitRow(3, UNIT_A, "Unit A", None),
    Leaver(5, "u-4"),
    StaffRow(2, "u-1", "Sample One", UNIT_A, Task.TEACHER),
    StaffRow(3, "u-2", "Sample Two", UNIT_A, Task.SCHOOL_LEADER),
]


def test_an_export_of_1_2(tmp_path: Path):
    assert rows(tmp_path, FILES) == EXPECTED


def test_an_export_of_1_1_has_its_roles_in_users(tmp_path: Path):
    users = """sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName
u-1,active,true,"o-1,o-2",teacher,one,Sample,One
u-3,active,true,o-2,student,pupil,Sample,Pupil
"""
    files = {
        "manifest.csv": MANIFEST.replace("1.2", "1.1").replace("roles,bulk", "roles,absent"),
        "orgs.csv": ORGS,
        "users.csv": users,
    }

    assert rows(tmp_path, files) == [
        UnitRow(3, UNIT_A, "Unit A", None),
        StaffRow(2, "u-1", "Sample One", UNIT_A, Task.TEACHER),
    ]


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [(0, 0, True), (-9, 0, True), (-9, -1, False), (0, 9, True), (1, 9, False)],
)
def test_a_role_holds_on_its_first_and_on_its_last_day(
    tmp_path: Path, begins: int, ends: int, holds: bool
):
    first, last = (TODAY + timedelta(days=days) for days in (begins, ends))
    roles = ROLES.replace("teacher,2026-08-01,,", f"teacher,{first},{last},")
    assert (EXPECTED[2] in rows(tmp_path, {**FILES, "roles.csv": roles})) is holds


@pytest.mark.parametrize(
    ("file", "is_complete"), [("users", False), ("roles", False), ("orgs", True)]
)
def test_differences_of_one_file_of_staff_are_no_whole_list(
    tmp_path: Path, file: str, is_complete: bool
):
    manifest = MANIFEST.replace(f"file.{file},bulk", f"file.{file},delta")
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({**FILES, "manifest.csv": manifest}))
    assert read(path, "NO", TODAY).is_complete is is_complete


@pytest.mark.parametrize("change", ["in a folder", "mark", "upper-case headings", "crlf"])
def test_as_different_systems_write_it(tmp_path: Path, change: str):
    files: dict[str, str | bytes] = dict(FILES)
    match change:
        case "in a folder":
            files = {f"export/{name}": text for name, text in FILES.items()}
        case "mark":
            files = {name: text.encode("utf-8-sig") for name, text in FILES.items()}
        case "upper-case headings":
            for name, text in FILES.items():
                head, rest = text.split("\n", 1)
                files[name] = f"{head.upper()}\n{rest}"
        case "crlf":
            files = {name: text.replace("\n", "\r\n") for name, text in FILES.items()}

    assert rows(tmp_path, files) == EXPECTED


def test_differences_name_who_has_left_and_end_nobody_else(tmp_path: Path, lists: Lists):
    lists.apply(lists.take_in(zipped(FILES), source=Source.ONEROSTER))
    changed = {
        **FILES,
        "manifest.csv": MANIFEST.replace("bulk", "delta"),
        "users.csv": f"{USERS.splitlines()[0]}\nu-2,tobedeleted,,true,two,Sample,Two\n",
        "roles.csv": ROLES.splitlines()[0] + "\n",
    }

    made = lists.take_in(zipped(changed), source=Source.ONEROSTER)

    assert lists.would_change(made) == Counts(people_gone=1, tasks_ended=1, units_unchanged=1)
    lists.apply(made, gone=1)
    assert {key for key, *_ in lists.working()} == {"u-1"}


def test_an_export_is_taken_in_and_again_changes_nothing(lists: Lists):
    made = lists.take_in(zipped(FILES), source=Source.ONEROSTER)
    assert lists.apply(made) == State.APPLIED

    again = lists.take_in(zipped(FILES), source=Source.ONEROSTER)

    assert lists.would_change(again).changes == 0
    assert lists.working() == {
        ("u-1", "Unit A", "teacher", "Sample One"),
        ("u-2", "Unit A", "school_leader", "Sample Two"),
    }


def test_two_sources_know_nothing_of_each_others_people(lists: Lists):
    lists.has([f"1;Sample one;{UNIT_A};Lærer;"])

    made = lists.take_in(zipped(FILES), source=Source.ONEROSTER)

    assert lists.would_change(made) == Counts(people_new=2, tasks_new=2, units_unchanged=1)


def test_an_export_without_users_would_end_everybody_and_says_so(lists: Lists):
    lists.apply(lists.take_in(zipped(FILES), source=Source.ONEROSTER))

    empty = {
        **FILES,
        "users.csv": USERS.splitlines()[0] + "\n",
        "roles.csv": ROLES.splitlines()[0] + "\n",
    }
    made = lists.take_in(zipped(empty), source=Source.ONEROSTER)

    assert lists.would_change(made).people_gone == 2
    assert lists.apply(made, gone=0) == State.READY
    assert len(lists.working()) == 2


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        ("orgs.csv", "o-3,active,,Unit C,school,123,o-1",
         Fault(4, "bad-unit-code", "orgs.csv: identifier", "123")),
        ("orgs.csv", f"o-3,active,,,school,{organisation_number(3)},o-1",
         Fault(4, "missing-value", "orgs.csv: name")),
        ("users.csv", "13116900216,active,,true,x,Sample,X",
         Fault(6, "identity-number", "users.csv")),
        ("roles.csv", "r-9,active,,u-99,primary,teacher,,,o-2",
         Fault(7, "unknown-person", "roles.csv: userSourcedId")),
        ("roles.csv", "r-9,active,,u-1,primary,teacher,,,o-99",
         Fault(7, "unknown-unit", "orgSourcedId", "o-99")),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_with_its_file(tmp_path: Path, name: str, row: str, fault: Fault):
    found = rows(tmp_path, {**FILES, name: FILES[name] + row + "\n"})

    assert [each for each in found if isinstance(each, Fault)] == [fault]
    assert fault.code in TEXTS


def test_an_unreadable_file_in_it_is_named(tmp_path: Path):
    with pytest.raises(BadFile) as raised:
        rows(tmp_path, {**FILES, "users.csv": USERS.encode("utf-16")})

    assert (raised.value.code, raised.value.detail) == ("unreadable", "users.csv")
