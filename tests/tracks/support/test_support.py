"""Who helps at a school: the school writes it, everybody there reads it, and it ends."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.factories.tool import Tool
from tests.tracks.organisation.people import schools, with_role
from tracks.app import DATA_MAP
from tracks.audit.models import audit_entry
from tracks.people.models import person
from tracks.people.rules import Role
from tracks.privacy.actions.retention import keep_no_longer
from tracks.support.forms import check_name, read_check, read_lines
from tracks.support.models import support_check, support_line, support_written
from tracks.support.rules import STATEMENTS, Answer, Kind, points, widest_apart

LINES = {
    "technical-1-who": "ICT <contact>",
    "technical-1-reach": "Room 12",
    "technical-1-hours": "Every day 8 to 10",
    "technical-1-answer_within": "ten minutes",
    "technical-1-stand_in": "The office",
    "technical-2-who": "The municipality's desk",
    "pedagogical-1-who": "The spreader",
}


def facts(page: str) -> dict[str, list[str]]:
    """By the headings of a page: what its lists of facts hold."""
    found: dict[str, list[str]] = {}
    heading = ""
    for head, value in re.findall(r"<h[123][^>]*>(.*?)</h|<dd>(.*?)</dd>", page, re.S):
        heading = unescape(head) or heading
        if value:
            text = unescape(re.sub(r"<[^>]+>", "", value)).strip()
            found.setdefault(heading, []).append(text)
    return found


def path(school_id: int, rest: str = "") -> str:
    return f"/schools/{school_id}/support{rest}"


def test_what_the_leader_writes_every_teacher_of_the_school_reads(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    teacher = tool.launch(sub="t")
    assert "has not written down" in tool.get(teacher, path(tool.school_id) + "?lang=en").text

    assert tool.post(leader, path(tool.school_id, "/edit"), **LINES).status_code == 303

    page = tool.get(teacher, path(tool.school_id) + "?lang=en").text
    assert facts(page) == {
        "First line": [
            "The spreader",
            "ICT <contact>",
            "Room 12",
            "Every day 8 to 10",
            "ten minutes",
            "The office",
        ],
        "Second line": ["The municipality's desk"],
    }
    assert "<contact>" not in page
    assert "Nobody yet." in page  # the second pedagogical line stands empty, to be seen
    assert re.search(r"Written on \w+ \d+ \w+.*? by Sample school_leader", page)
    assert "/support/edit" not in page
    home = tool.get(teacher, "/?lang=en").text
    assert f'href="{path(tool.school_id)}">Where do I get help?' in home
    assert f'href="{path(tool.school_id)}"' in tool.get(teacher, "/help?lang=en").text
    noted = tool.rows(select(audit_entry.c.code, audit_entry.c.parameters))
    assert ("support_lines", {"school_id": tool.school_id}) in [tuple(row) for row in noted]


def test_teachers_of_other_schools_and_those_who_only_count_see_no_names(tool: Tool):
    (other,) = schools(tool, "Sample school 2")
    coordinator = with_role(tool, Role.COORDINATOR)
    assert tool.post(coordinator, path(other, "/edit"), **LINES).status_code == 303

    teacher = tool.launch(sub="t")
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    researcher = with_role(
        tool, Role.RESEARCHER, until=datetime.now(UTC) + timedelta(days=9), sub="r"
    )
    for who in (teacher, leader, researcher):
        assert tool.get(who, path(other)).status_code == 404
    for who in (teacher, leader):
        assert tool.post(who, path(other, "/edit"), **LINES).status_code in (403, 404)
    overview = tool.get(researcher, "/support?lang=en").text
    assert "contact" not in overview
    assert f'href="{path(other)}"' not in overview
    assert "1 of 2 schools have written down who helps." in overview


def test_a_spreader_at_a_school_sees_but_does_not_write(tool: Tool):
    (other,) = schools(tool, "Sample school 2")
    spreader = with_role(tool, Role.SPREADER, school_id=other)
    assert tool.get(spreader, path(other)).status_code == 200
    assert tool.post(spreader, path(other, "/edit"), **LINES).status_code == 403
    assert tool.count(support_line) == 0


def test_the_coordinator_sees_which_schools_have_none(tool: Tool):
    coordinator = with_role(tool, Role.COORDINATOR)
    schools(tool, "Sample school 2", "Sample school 3")
    tool.post(coordinator, path(tool.school_id, "/edit"), **LINES)

    page = tool.get(coordinator, "/support?lang=en").text

    lacking = page[page.index('aria-labelledby="lacking"') : page.index('id="all"')]
    assert re.findall(r"Sample school \d", lacking) == ["Sample school 2", "Sample school 3"]
    first = page[page.index('id="all"') :]
    cells = re.findall(r"cover-(none|one|invited|several)", first)
    assert cells == ["one", "several", "none", "none", "none", "none"]
    assert f'href="{path(tool.school_id)}"' in page


def test_what_is_wrong_is_told_beside_the_field_and_stays(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.post(leader, path(tool.school_id, "/edit"), **LINES)
    for changed, name in (
        ({"technical-2-who": "", "technical-2-reach": "Room 1"}, "technical-2-who"),
        ({"technical-1-who": "x" * 121}, "technical-1-who"),
        ({"technical-1-hours": "a\x07b"}, "technical-1-hours"),
    ):
        answer = tool.post(leader, path(tool.school_id, "/edit"), **{**LINES, **changed})
        assert answer.status_code == 422, name
        assert f'id="{name}-problem"' in answer.text
        assert 'value="Every day 8 to 10"' in answer.text or name == "technical-1-hours"
    assert tool.rows(select(support_line.c.reach).order_by(support_line.c.reach)) == [
        ("",),
        ("",),
        ("Room 12",),
    ]


def test_a_line_that_is_emptied_is_gone(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.post(leader, path(tool.school_id, "/edit"), **LINES)
    tool.post(leader, path(tool.school_id, "/edit"), **{"technical-2-who": "New desk"})
    assert tool.rows(select(support_line.c.kind, support_line.c.line, support_line.c.who)) == [
        ("technical", 2, "New desk")
    ]
    assert "Ask the second line." in tool.get(leader, path(tool.school_id) + "?lang=en").text


def test_the_self_check_says_sums_only_when_all_is_answered(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    answers = {check_name(Kind.TECHNICAL, each): "2" for each in STATEMENTS}
    answers |= {check_name(Kind.PEDAGOGICAL, each): "1" for each in STATEMENTS}
    answers[check_name(Kind.PEDAGOGICAL, "causes")] = "0"
    answers[check_name(Kind.PEDAGOGICAL, "told")] = ""
    assert tool.post(leader, path(tool.school_id, "/check"), **answers).status_code == 303

    page = tool.get(leader, path(tool.school_id) + "?lang=en").text
    assert facts(page)["Does the support work?"] == ["not all answered", "18 of 18"]
    differ = page[page.index("differ most here") : page.index("Statement by statement")]
    assert "cause" in differ
    assert differ.count("<li>") == 1
    # Teachers are asked elsewhere; this is for those who lead.
    assert (
        "Does the support work?"
        not in tool.get(tool.launch(sub="t"), path(tool.school_id) + "?lang=en").text
    )
    overview = tool.get(with_role(tool, Role.COORDINATOR), "/support?lang=en").text
    assert "not all answered, 18 of 18" in overview
    odd = {check_name(Kind.TECHNICAL, "known"): "3"}
    assert tool.post(leader, path(tool.school_id, "/check"), **odd).status_code == 422
    assert tool.count(support_check) == 17


def test_after_two_years_names_go_and_the_page_says_why(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.post(leader, path(tool.school_id, "/edit"), **LINES)
    now = datetime.now(UTC)
    with tool.database.writing() as session:
        keep_no_longer(session, DATA_MAP, now + timedelta(days=728))
    assert tool.count(support_line) == 3
    with tool.database.writing() as session:
        keep_no_longer(session, DATA_MAP, now + timedelta(days=731))
    assert tool.count(support_line) == 0
    page = tool.get(leader, path(tool.school_id) + "?lang=en").text
    assert "more than two years old" in page
    assert "0 of 1 schools" in tool.get(with_role(tool, Role.COORDINATOR), "/support?lang=en").text


def test_whoever_wrote_it_and_is_erased_is_named_no_more(tool: Tool):
    leader = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.post(leader, path(tool.school_id, "/edit"), **LINES)
    with tool.database.writing() as session:
        session.execute(
            update(person)
            .where(person.c.id == tool.person_id("school_leader"))
            .values(name=None, erased_at=datetime.now(UTC))
        )
    page = tool.get(tool.launch(sub="t"), path(tool.school_id) + "?lang=en").text
    assert "by somebody whose name we do not know" in page
    assert tool.count(support_written) == 1


@given(st.dictionaries(st.sampled_from([*LINES, "pedagogical-2-reach", "x"]), st.text()))
def test_any_form_is_read_or_told_what_is_wrong(form: dict[str, str]):
    lines, typed = read_lines(form)
    assert (lines is None) == bool(typed.problems)
    for said in (lines or {}).values():
        assert said.who
        assert all(getattr(said, name).isprintable() for name in said.__slots__)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(list(STATEMENTS)), st.sampled_from(list(Kind))),
        st.sampled_from(list(Answer)),
    )
)
def test_points_are_of_whole_answers_only(answers: dict[tuple[str, Kind], Answer]):
    for kind in Kind:
        given_ones = [int(a) for (_, k), a in answers.items() if k is kind]
        whole = len(given_ones) == len(STATEMENTS)
        assert points(answers, kind) == (sum(given_ones) if whole else None)
    form = {check_name(kind, each): answer for (each, kind), answer in answers.items()}
    assert read_check(form)[0] == answers
    assert set(widest_apart(answers)) <= set(STATEMENTS)


@pytest.mark.parametrize("rest", ["/edit", "/check"])
def test_a_teacher_does_not_open_the_forms(tool: Tool, rest: str):
    assert tool.get(tool.launch(sub="t"), path(tool.school_id, rest)).status_code == 403
