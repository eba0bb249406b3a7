"""Joint work: the leader ticks off, for the own school only; without a leader, each for oneself."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lti.claims import PREFIX
from tests.factories.tool import Tool
from tracks.people.actions import add_municipality, add_school, grant_role
from tracks.people.rules import Role, SchoolKind
from tracks.progress.models import phase_work

TOGETHER = "/t/sample/maaling/enheter/together/B"
MINE = f"{TOGETHER}/me"
RECORDED = select(phase_work.c.person_id, phase_work.c.phase, phase_work.c.recorded_by)


def launch_at(tool: Tool, sub: str, school_id: int | None) -> int:
    browser = tool.launch(sub=sub, school=False)
    if school_id is not None:
        tool.post(browser, "/school", school=str(school_id))
    return tool.person_id(sub)


def add_neighbour(tool: Tool) -> int:
    with tool.database.writing() as session:
        return tool.add_school(session, "Sample school 2", teachers=10)


def grant(tool: Tool, person_id: int, school_id: int, until: datetime | None = None) -> None:
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=person_id,
            municipality_id=tool.municipality_id,
            role=Role.LEADER,
            school_id=school_id,
            now=datetime.now(UTC),
            until=until,
        )


def test_the_leader_records_those_who_were_there(tool: Tool):
    kim, ola, _ = (launch_at(tool, sub, tool.school_id) for sub in ("kim", "ola", "away"))
    leader = tool.launch(sub="leader", leads=True)

    answer = tool.post(leader, TOGETHER, present=[str(kim), str(ola)])

    assert answer.headers["Location"] == "/t/sample/maaling/enheter?done=B"
    me = tool.person_id("leader")
    assert sorted(tool.rows(RECORDED)) == [(kim, "B", me), (ola, "B", me)]
    assert "Samarbeid" in tool.get(leader, "/t/sample/maaling/enheter").text


def test_recording_twice_changes_nothing_and_takes_nobody_away(tool: Tool):
    kim = launch_at(tool, "kim", tool.school_id)
    leader = tool.launch(sub="leader", leads=True)
    tool.post(leader, TOGETHER, present=[str(kim)])
    first = tool.rows(select(phase_work))

    tool.post(leader, TOGETHER, present=[str(kim)])
    tool.post(leader, TOGETHER)

    assert tool.rows(select(phase_work)) == first


def test_people_of_other_schools_are_not_recorded_and_not_named(tool: Tool):
    with tool.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="SE")
        add_school(session, other, code="x", name="x", kind=SchoolKind.PRIMARY)
    foreign = launch_at(tool, "foreign", add_neighbour(tool))
    unplaced = launch_at(tool, "unplaced", None)
    leader = tool.launch(sub="leader", leads=True)

    tool.post(leader, TOGETHER, present=[str(foreign), str(unplaced), "9" * 30, "-1", "x", "१"])

    assert tool.count(phase_work) == 0
    page = tool.get(leader, TOGETHER).text
    assert f'value="{foreign}"' not in page
    assert f'value="{unplaced}"' not in page


def from_course(course: str | None) -> dict[str, object]:
    claim = f"{PREFIX}context"
    return {claim: {"id": course, "title": "Course"}} if course else {claim: None}


@pytest.mark.parametrize(
    ("course", "seen"), [("theirs", ["kim", "ola"]), ("another", ["leader"]), (None, [])]
)
def test_who_leads_by_the_lms_alone_sees_those_who_came_from_that_course(
    tool: Tool, course: str | None, seen: list[str]
):
    for sub, came_from in (("kim", "theirs"), ("ola", "theirs"), ("eve", "third")):
        tool.launch(sub=sub, changes=from_course(came_from))
    tool.launch(sub="ola", changes=from_course("third"))  # who is in two is in both
    leader = tool.launch(sub="leader", leads=True, changes=from_course(course))
    everybody = {sub: tool.person_id(sub) for sub in ("kim", "ola", "eve", "leader")}
    here = {"theirs": {"kim", "ola", "leader"}, "another": {"leader"}, None: set[str]()}[course]

    page = tool.get(leader, f"{TOGETHER}?lang=en").text
    tool.post(leader, TOGETHER, present=[str(each) for each in everybody.values()])

    assert {sub for sub, each in everybody.items() if f'value="{each}"' in page} == here
    assert f"{4 - len(here)} more at this school ha" in page
    recorded = {row.person_id for row in tool.rows(RECORDED)}
    assert recorded == {everybody[sub] for sub in here} >= {everybody[sub] for sub in seen}


def test_who_was_made_leader_of_the_school_sees_all_of_it_from_any_course(tool: Tool):
    kim = launch_at(tool, "kim", tool.school_id)
    leader = tool.launch(sub="leader", leads=True, changes=from_course("another"))
    assert f'value="{kim}"' not in tool.get(leader, TOGETHER).text

    grant(tool, tool.person_id("leader"), tool.school_id)

    page = tool.get(leader, f"{TOGETHER}?lang=en").text
    assert (f'value="{kim}"' in page, "more at this school" in page) == (True, False)


def test_the_course_of_the_last_launch_counts(tool: Tool):
    kim = launch_at(tool, "kim", tool.school_id)
    leader = tool.launch(sub="leader", leads=True)
    assert f'value="{kim}"' in tool.get(leader, TOGETHER).text

    tool.launch(leader, sub="leader", leads=True, changes=from_course("another"))

    assert f'value="{kim}"' not in tool.get(leader, TOGETHER).text


def test_a_leader_leads_at_the_own_school_only(tool: Tool):
    neighbour = add_neighbour(tool)
    teacher = tool.launch(sub="teacher")
    grant(tool, tool.person_id("teacher"), neighbour)

    assert tool.get(teacher, TOGETHER).status_code == 403
    assert tool.post(teacher, TOGETHER, present=["1"]).status_code == 403
    grant(tool, tool.person_id("teacher"), tool.school_id)
    assert tool.get(teacher, TOGETHER).status_code == 200


def test_a_teacher_and_a_leader_without_a_school_record_nobody(tool: Tool):
    teacher = tool.launch(sub="teacher")
    lost = tool.launch(sub="lost", leads=True, school=False)

    for browser in (teacher, lost):
        assert tool.get(browser, TOGETHER).status_code == 403
        assert tool.post(browser, TOGETHER, present=["1"]).status_code == 403
    assert tool.count(phase_work) == 0


def test_without_a_known_leader_each_records_oneself(tool: Tool):
    browser = tool.launch(sub="kim")

    answer = tool.post(browser, MINE)

    assert answer.headers["Location"] == "/t/sample/maaling/enheter?done=B"
    kim = tool.person_id("kim")
    assert tool.rows(RECORDED) == [(kim, "B", kim)]


def test_where_a_leader_is_known_nobody_records_oneself(tool: Tool):
    launch_at(tool, "leader", tool.school_id)
    browser = tool.launch(sub="kim")
    grant(tool, tool.person_id("leader"), tool.school_id)

    assert tool.post(browser, MINE).status_code == 403
    assert MINE not in tool.get(browser, "/t/sample/maaling/enheter").text
    assert tool.count(phase_work) == 0


def test_a_leader_of_last_year_is_no_leader(tool: Tool):
    launch_at(tool, "leader", tool.school_id)
    browser = tool.launch(sub="kim")
    grant(
        tool,
        tool.person_id("leader"),
        tool.school_id,
        until=datetime.now(UTC) - timedelta(seconds=1),
    )

    assert tool.post(browser, MINE).status_code == 303


@pytest.mark.parametrize("letter", ["A", "C", "E", "b", "%00"])
def test_only_joint_phases_are_recorded(tool: Tool, letter: str):
    leader = tool.launch(leads=True)
    path = f"/t/sample/maaling/enheter/together/{letter}"

    assert tool.get(leader, path).status_code == 404
    assert tool.post(leader, path).status_code in (404, 405)
    assert tool.post(leader, f"{path}/me").status_code in (404, 405)
    assert tool.count(phase_work) == 0


def test_leader_scripts_are_for_leaders(tool: Tool):
    script, note = "Gi ordet rundt. Ti minutter.", "Les dette før møtet."
    step, module = "/t/sample/maaling/enheter/del", "/t/sample/maaling/enheter"
    leader, teacher = tool.launch(sub="leader", leads=True), tool.launch(sub="teacher")

    assert script in tool.get(leader, step).text
    assert note in tool.get(leader, module).text
    for browser in (teacher, tool.client()):
        assert script not in tool.get(browser, step).text
        assert note not in tool.get(browser, module).text
