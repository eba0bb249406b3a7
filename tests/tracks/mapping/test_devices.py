"""Devices and pupils by grade: counted with a day and a source; what is not known is "unknown"."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.tracks.organisation.people import schools, with_role
from tracks.i18n import day
from tracks.mapping.lists import BadCell, Fault, a_count, a_grade, read_list
from tracks.mapping.models import device_count
from tracks.mapping.rules import EVERY_GRADE, Count, grades_of, total
from tracks.people.grants import grant_role
from tracks.people.rules import Role, SchoolKind
from tracks.rosters.faults import BadFile

FORM = {
    "counted_on": "2026-10-01",
    "source": "Counted by <teachers>",
    "devices-8": "24",
    "pupils-8": "25",
    "devices-9": "30",
    "pupils-9": "",
    "devices-10": "",
    "pupils-10": "",
}


def path(school_id: int, rest: str = "") -> str:
    return f"/schools/{school_id}/devices{rest}"


def table(page: str) -> list[list[str]]:
    body = page[page.rindex("<tbody>") :]
    return [
        [unescape(re.sub(r"<[^>]+>", "", c)).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", body, re.S)
    ]


def said(iso: str) -> str:
    """A day as the pages write it: with its year once it is long ago."""
    return day(date.fromisoformat(iso), "en")


def bars(page: str) -> list[str]:
    return re.findall(r'<rect class="value"[^>]* width="([\d.]+)"', page)


def test_what_is_not_counted_is_unknown_and_never_nothing(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    assert tool.post(leader, path(tool.school_id, "/edit"), **FORM).status_code == 303

    page = tool.get(tool.launch(sub="t"), path(tool.school_id) + "?lang=en").text

    assert table(page) == [
        ["Year 8", "24", "25", said("2026-10-01"), "Counted by <teachers>"],
        ["Year 9", "30", "unknown", said("2026-10-01"), "Counted by <teachers>"],
        ["Year 10", "unknown", "unknown", "–", "–"],
    ]
    assert "<teachers>" not in page
    assert bars(page) == ["192.0"]  # 24 of 25 of 200; none drawn for what is unknown
    assert "The whole school: unknown for 2 of 3" in page
    assert tool.count(device_count) == 2


def test_another_day_is_another_count_and_the_newest_is_shown(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.post(leader, path(tool.school_id, "/edit"), **FORM)
    later = {**FORM, "counted_on": "2026-11-02", "devices-8": "0", "devices-9": "", "source": "b"}
    tool.post(leader, path(tool.school_id, "/edit"), **later)

    rows = table(tool.get(leader, path(tool.school_id) + "?lang=en").text)
    assert [row[:4] for row in rows] == [
        ["Year 8", "0", "25", said("2026-11-02")],
        ["Year 9", "30", "unknown", said("2026-10-01")],
        ["Year 10", "unknown", "unknown", "–"],
    ]
    assert tool.count(device_count) == 3
    # Of the same day it is mended, and emptied.
    tool.post(leader, path(tool.school_id, "/edit"), **{**later, "devices-8": "", "pupils-8": ""})
    rows = table(tool.get(leader, path(tool.school_id) + "?lang=en").text)
    assert rows[0][:4] == ["Year 8", "24", "25", said("2026-10-01")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("devices-8", "-1"),
        ("devices-8", "5001"),
        ("pupils-8", "2,5"),
        ("pupils-8", "²"),
        ("counted_on", ""),
        ("counted_on", "1 October"),
        ("counted_on", (datetime.now(UTC) + timedelta(days=2)).date().isoformat()),
        ("source", ""),
        ("source", "x" * 101),
    ],
)
def test_what_is_no_count_is_refused_beside_its_field(tool: Tool, name: str, value: str):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    answer = tool.post(leader, path(tool.school_id, "/edit"), **{**FORM, name: value})
    assert answer.status_code == 422
    assert f'id="{name}-problem"' in answer.text
    assert f'value="{value}"' in answer.text
    assert tool.count(device_count) == 0


def test_who_reads_and_who_writes(tool: Tool):
    (other,) = schools(tool, "Sample school 2")
    teacher, leader = (
        tool.launch(sub="t"),
        with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id),
    )
    assert tool.get(teacher, path(tool.school_id)).status_code == 200
    assert tool.get(teacher, path(tool.school_id, "/edit")).status_code == 403
    for who in (teacher, leader):
        assert tool.get(who, path(other)).status_code == 404
    assert tool.post(leader, path(other, "/edit"), **FORM).status_code == 404
    assert tool.get(leader, "/devices/import").status_code == 403
    assert tool.count(device_count) == 0


def test_the_municipality_school_by_school_and_grade_by_grade(tool: Tool):
    second, _third = schools(tool, "Sample school 2", "Sample school 3")
    coordinator = with_role(tool, Role.COORDINATOR)
    whole = {**FORM, "pupils-9": "30", "devices-10": "10", "pupils-10": "20"}
    tool.post(coordinator, path(tool.school_id, "/edit"), **whole)
    tool.post(coordinator, path(second, "/edit"), **{**FORM, "counted_on": "2026-09-01"})

    page = tool.get(coordinator, "/devices?lang=en").text

    assert table(page) == [
        ["Sample school 1", "64 devices for 75 pupils", "3 of 3", said("2026-10-01")],
        ["Sample school 2", "unknown", "1 of 3", said("2026-09-01")],
        ["Sample school 3", "unknown", "0 of 3", "–"],
    ]
    assert "1 of 3 schools have counted every grade" in page
    labels = re.findall(r'<span class="chart-label">(.*?)</span>', page)
    assert labels == [
        "unknown for 1 of 3 schools",
        "unknown for 2 of 3 schools",
        "unknown for 2 of 3 schools",
    ]
    assert bars(page) == []


def upload(tool: Tool, client, body: bytes, name: str = "devices.csv"):
    return client.post(
        "/devices/import?lang=en",
        data={"form_token": tool.form_token(client), "file": (io.BytesIO(body), name)},
        base_url=BASE_URL,
        headers={"Origin": BASE_URL},
    )


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "en"])
def test_the_list_that_is_fetched_is_taken_in_when_filled_in(tool: Tool, language: str):
    schools(tool, "Sample school 2")
    coordinator = with_role(tool, Role.COORDINATOR)
    tool.post(coordinator, path(tool.school_id, "/edit"), **FORM)
    fetched = tool.get(coordinator, f"/devices/list.csv?lang={language}").data.decode("utf-8-sig")
    lines = fetched.splitlines()
    assert len(lines) == 1 + 2 * 3
    assert lines[1] == "Sample school 1;8;25;24;2026-10-01;Counted by <teachers>;Sample school 1"
    filled = fetched.replace(
        "Sample school 2;9;;;;;", "Sample school 2;9;40;41;2026-10-02;Register;"
    )

    answer = upload(tool, coordinator, filled.encode("utf-8-sig"))

    assert answer.headers["Location"] == "/devices?taken=3"
    assert tool.rows(
        select(device_count.c.grade, device_count.c.pupils, device_count.c.devices).order_by(
            device_count.c.school_id, device_count.c.grade
        )
    ) == [("8", 25, 24), ("9", None, 30), ("9", 40, 41)]


def test_a_workbook_is_taken_in_too(tool: Tool):
    coordinator = with_role(tool, Role.COORDINATOR)
    book = Workbook()
    book.active.append(["Orgnr", "Trinn", "Elever", "Enheter", "Telt", "Kilde"])
    book.active.append(["Sample school 1", "8. trinn", 25, 26, date(2026, 10, 1), "Register"])
    made = io.BytesIO()
    book.save(made)
    assert upload(tool, coordinator, made.getvalue(), "a.xlsx").status_code == 303
    assert tool.rows(select(device_count.c.devices, device_count.c.counted_on)) == [
        (26, date(2026, 10, 1))
    ]


def test_one_wrong_row_and_nothing_is_taken_in(tool: Tool):
    coordinator = with_role(tool, Role.COORDINATOR)
    head = "Code;Grade;Pupils;Devices;Counted on\n"
    good = "Sample school 1;8;25;24;2026-10-01\n"
    answer = upload(tool, coordinator, f"{head}{good}Nowhere;8;1;1;2026-10-01\n".encode())
    assert answer.status_code == 422
    assert table(answer.text) == [
        ["3", "Number of the school", "No open school of yours has this number."]
    ]
    for odd in (b"", b"\x00\xff", b"Code;Grade\nx;y", f"{head}{good}{good}".encode()):
        assert upload(tool, coordinator, odd).status_code == 422, odd
    assert tool.post(coordinator, "/devices/import").status_code == 422
    assert tool.count(device_count) == 0


def test_every_fault_of_a_list_is_told_with_its_row(tmp_path: Path):
    rows = [
        "1;8;25;24;2026-10-01;ok",
        "9;8;25;24;2026-10-01;no school",
        "1;14;25;24;2026-10-01;no grade",
        "1;9;many;24;2026-10-01;no count",
        "1;9;25;-4;2026-10-01;no count",
        "1;9;25;24;tomorrow;no day",
        "1;9;25;24;2026-12-01;not yet",
        f"1;9;25;24;2026-10-01;{'x' * 101}",
        "1;8. trinn;1;1;2026-10-01;twice",
        "1;10;;;;unknown",
    ]
    file = tmp_path / "list.csv"
    file.write_text("code;grade;pupils;devices;counted on;source\n" + "\n".join(rows))

    reading = read_list(file, {"1": 7}, date(2026, 11, 1))

    assert reading.rows == [(7, "8", Count(25, 24, date(2026, 10, 1), "ok"))]
    assert reading.unknown == 1
    assert [(f.line, f.column) for f in reading.faults] == [
        (3, "code"),
        (4, "grade"),
        (5, "pupils"),
        (6, "devices"),
        (7, "counted_on"),
        (8, "counted_on"),
        (9, "source"),
        (10, "grade"),
    ]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, body: str):
    file = tmp_path_factory.mktemp("lists") / "list.csv"
    file.write_text("code;grade;pupils;devices;counted on\n" + body, encoding="utf-8")
    try:
        reading = read_list(file, {"1": 1}, date(2026, 11, 1))
    except BadFile:
        return
    assert all(isinstance(each, Fault) for each in reading.faults)
    for _school, grade, count in reading.rows:
        assert grade in EVERY_GRADE
        assert count.pupils is not None or count.devices is not None


@given(
    st.lists(
        st.none()
        | st.builds(
            Count,
            st.none() | st.integers(0, 5000),
            st.none() | st.integers(0, 5000),
            st.dates(),
            st.just("s"),
        )
    )
)
def test_a_sum_is_of_all_or_of_nothing(counts: list[Count | None]):
    found = total(counts)
    known = [c for c in counts if c is not None and c.pupils is not None and c.devices is not None]
    assert found.unknown == len(counts) - len(known)
    if known and len(known) == len(counts):
        assert (found.pupils, found.devices) == (
            sum(c.pupils or 0 for c in known),
            sum(c.devices or 0 for c in known),
        )
    else:
        assert (found.pupils, found.devices, found.share) == (None, None, None)


def test_grades_as_people_write_them():
    assert [a_grade(t) for t in ("8", "8. trinn", "Årskurs 8", "8.klasse", "Year 8")] == ["8"] * 5
    assert [a_grade(t) for t in ("Vg1", "VG 1", "F", "förskoleklass", "Gy3", "all")] == [
        "vg1",
        "vg1",
        "f",
        "f",
        "gy3",
        "all",
    ]
    assert [a_grade(t) for t in ("", "11", "0", "8-10", "trinn", "vg4")] == [None] * 6
    assert list(grades_of(SchoolKind.COMBINED, "SE")) == ["f", *map(str, range(1, 10))]
    assert list(grades_of(SchoolKind.PRESCHOOL, "NO")) == ["all"]
    assert a_count("1 250", "pupils") == 1250
    with pytest.raises(BadCell):
        a_count("9" * 40, "pupils")


def test_who_wrote_is_not_told_to_who_only_counts(tool: Tool):
    coordinator = with_role(tool, Role.COORDINATOR)
    tool.post(coordinator, path(tool.school_id, "/edit"), **FORM)
    researcher = tool.launch(sub="researcher", school=False)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("researcher"),
            municipality_id=tool.municipality_id,
            role=Role.RESEARCHER,
            school_id=None,
            now=datetime.now(UTC),
            until=datetime.now(UTC) + timedelta(days=9),
        )

    assert (
        "by Sample coordinator"
        in tool.get(tool.launch(sub="t"), path(tool.school_id) + "?lang=en").text
    )
    page = tool.get(researcher, path(tool.school_id) + "?lang=en").text
    assert "The whole school" in page
    assert "Sample coordinator" not in page
    assert "Written on" not in page
