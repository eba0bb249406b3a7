"""The pages of numbers: whose they are, and what they say to whom."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from tests.factories.tool import Tool
from tracks.adoption.models import school_track
from tracks.people.actions import add_municipality, add_school, grant_role
from tracks.people.models import school
from tracks.people.rules import Role, SchoolKind
from tracks.progress.events import Stage


def set_counts(tool: Tool, school_id: int, *counts: int) -> None:
    with tool.database.writing() as session:
        session.execute(
            insert(school_track).values(
                school_id=school_id,
                track_id=tool.edition.track_id,
                municipality_id=tool.municipality_id,
                changed_at=datetime(2026, 11, 14, 12, tzinfo=UTC),
                **dict(zip((s.value for s in Stage), counts, strict=False)),
            )
        )


def coordinator(tool: Tool):
    browser = tool.launch(sub="coordinator")
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("coordinator"),
            municipality_id=tool.municipality_id,
            role=Role.COORDINATOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    return browser


def stages_on(page: str) -> list[str]:
    cells = re.findall(r"<td>(.*?)</td>", page, re.S)
    return [" ".join(cell.split()) for cell in cells]


def without_ids(answer) -> tuple[int, str]:
    """The page without its error id, here and in the way back, and its own address."""
    text = re.sub(r"<code>[0-9A-F]{8}</code>|lti_errorlog=[0-9A-F]{8}", "", answer.text)
    return answer.status_code, re.sub(r"/schools/\d+", "", text)


def test_a_school_sees_its_own_numbers_in_words(tool: Tool):
    set_counts(tool, tool.school_id, 14, 9, 6, 2)

    page = tool.get(tool.launch(), f"/schools/{tool.school_id}?lang=en").text

    assert stages_on(page) == ["14 of 20", "9 of 20", "at least 5 of 20", "fewer than 5, hidden"]
    assert "As of Sat 14 Nov, 13:00" in page


def test_no_other_number_stands_anywhere_on_the_page(tool: Tool):
    """Not in the bars either: a hidden count has no width, "at least" has its bound's."""
    set_counts(tool, tool.school_id, 19, 18, 3, 0)

    page = tool.get(tool.launch(), f"/schools/{tool.school_id}?lang=en").text

    assert stages_on(page) == ["at least 16 of 20", "at least 16 of 20"] + 2 * [
        "fewer than 5, hidden"
    ]
    assert re.findall(r'class="value" x="0" y="0" width="([\d.]+)"', page) == ["160.0", "160.0"]
    assert not {"19", "18"} & set(re.findall(r"\d+", re.sub(r'="[^"]*"', "", page)))


@pytest.mark.parametrize("kind", ["neighbour", "foreign"])
def test_another_schools_page_is_like_one_that_does_not_exist(tool: Tool, kind: str):
    with tool.database.writing() as session:
        neighbour = tool.add_school(session, "Sample school 2", teachers=30)
        other = add_municipality(session, "Other municipality", country="SE")
        foreign = add_school(
            session, other, code="x", name="Foreign school", kind=SchoolKind.PRIMARY
        )
    there = {"neighbour": neighbour, "foreign": foreign}[kind]
    set_counts(tool, there, 20, 20, 20, 20)
    browser = tool.launch()

    answer = tool.get(browser, f"/schools/{there}")
    nothing = tool.get(browser, f"/schools/{there + 1000}")

    assert without_ids(answer) == without_ids(nothing)
    assert answer.status_code == 404
    if kind == "foreign":
        assert tool.get(coordinator(tool), f"/schools/{foreign}").status_code == 404
    else:
        assert tool.get(coordinator(tool), f"/schools/{neighbour}").status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, "9" * 30, "9" * 5000, "1.0", "१"])
def test_odd_numbers_are_no_school(tool: Tool, number: str):
    assert tool.get(tool.launch(), f"/schools/{number}").status_code == 404


def test_the_municipality_is_for_who_is_granted_it(tool: Tool):
    for browser in (tool.launch(sub="t"), tool.launch(sub="l", leads=True)):
        assert tool.get(browser, "/municipality").status_code == 403
    assert tool.get(tool.launch(sub="new", school=False), "/municipality").status_code == 403
    assert tool.get(tool.client(), "/municipality").status_code == 401
    assert tool.get(coordinator(tool), "/municipality").status_code == 200


def test_the_municipality_counts_schools_where_a_stage_can_be_told(tool: Tool):
    with tool.database.writing() as session:
        schools = [tool.add_school(session, f"Sample school {n}", teachers=30) for n in (10, 2, 3)]
        other = add_municipality(session, "Other municipality", country="SE")
        add_school(session, other, code="x", name="Foreign school", kind=SchoolKind.PRIMARY)
    set_counts(tool, schools[0], 12, 5, 4)
    set_counts(tool, schools[1], 5)
    set_counts(tool, schools[2], 4)

    page = tool.get(coordinator(tool), "/municipality?lang=en").text

    tracks = page.partition('<section class="ladder"')[2]
    assert re.findall(r"(\d of \d) schools", tracks) == ["2 of 4", "1 of 4", "0 of 4", "0 of 4"]
    names = re.findall(r">(Sample school \d+)</a>", page)
    assert names == ["Sample school 1", "Sample school 2", "Sample school 3", "Sample school 10"]
    assert "Foreign school" not in page


def test_a_count_of_staff_that_is_older_than_a_year_is_unknown_and_hides_what_it_did(tool: Tool):
    """Journey 5.3: never a share of what nobody knows any more."""
    today = datetime.now(UTC).date()
    set_counts(tool, tool.school_id, 19, 9, 20, 2)
    browser, boss = tool.launch(), coordinator(tool)
    for days, said, of_the_kind in (
        (360, ["at least 16 of 20", "9 of 20", "20 of 20", "fewer than 5, hidden"], "20"),
        (
            380,
            ["at least 16", "9; total unknown", "20; total unknown", "fewer than 5, hidden"],
            "unknown for 1 of 1 schools",
        ),
    ):
        with tool.database.writing() as session:
            session.execute(school.update().values(teachers_as_of=today - timedelta(days=days)))
        page = tool.get(browser, f"/schools/{tool.school_id}?lang=en").text
        assert stages_on(page) == said
        assert ("more than a year ago" in page) == (days > 366)
        overview = tool.get(boss, "/municipality?lang=en").text
        kinds = overview.partition('id="kinds"')[2].partition("</table>")[0]
        assert stages_on(kinds)[2] == of_the_kind
        assert said[0] in " ".join(overview.split())


def test_a_school_that_is_left_out_of_comparisons_is_named_with_why(tool: Tool):
    with tool.database.writing() as session:
        few, unknown, old, _ = (
            tool.add_school(session, name, teachers=teachers)
            for name, teachers in (("Few", 5), ("Unknown", None), ("Old", 30), ("Enough", 6))
        )
        long_ago = datetime.now(UTC).date() - timedelta(days=400)
        session.execute(school.update().where(school.c.id == old).values(teachers_as_of=long_ago))
    page = " ".join(tool.get(coordinator(tool), "/municipality?lang=en").text.split())

    assert "Left out of comparisons: 3 of 5 schools" in page
    told = page.partition("Left out of comparisons")[2].partition("</details>")[0]
    rows = re.findall(r'<li><a class="ds-link" href="/schools/(\d+)">(\w+)</a>: ([^.]+)\.', told)
    assert [(int(number), name) for number, name, _ in rows] == [
        (few, "Few"),
        (old, "Old"),
        (unknown, "Unknown"),
    ]
    assert "5 teachers or fewer" in rows[0][2]
    assert "more than a year ago" in rows[1][2]
    assert rows[2][2] == "the number of teachers is unknown"
    # Who may write the missing number is led there; of a small staff nothing is missing.
    assert re.findall(r'href="/units/(\d+)"', told) == [str(old), str(unknown)]


def test_nothing_is_said_of_comparisons_that_leave_nobody_out(tool: Tool):
    assert (
        "Left out of comparisons" not in tool.get(coordinator(tool), "/municipality?lang=en").text
    )


def test_a_newcomer_sees_no_numbers_before_saying_where_they_work(tool: Tool):
    browser = tool.launch(school=False)

    assert tool.get(browser, f"/schools/{tool.school_id}").status_code == 403


def test_work_done_before_the_school_was_chosen_counts_there(tool: Tool):
    browser = tool.launch(school=False)
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    assert tool.count(school_track) == 0

    tool.post(browser, "/school", school=str(tool.school_id))

    counted = select(school_track.c.school_id, school_track.c.started)
    assert tool.rows(counted) == [(tool.school_id, 1)]


def test_a_limit_above_the_usual_hides_more(database_url: str, tmp_path):
    tool = Tool(database_url, tmp_path / "data", small_number=10)
    try:
        set_counts(tool, tool.school_id, 9)
        page = tool.get(tool.launch(), f"/schools/{tool.school_id}?lang=en").text
    finally:
        tool.close()

    assert stages_on(page) == ["fewer than 10, hidden"] * 4
