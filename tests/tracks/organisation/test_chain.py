"""The spreader chain: coverage, invitations, "your spreader, their lead" (O-03 to O-07)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tracks.app import create_worker
from tracks.organisation.actions.codes import forget_codes
from tracks.organisation.models import code_try, role_invitation
from tracks.people.actions import add_municipality, add_school
from tracks.people.models import role_grant
from tracks.people.rules import Role, SchoolKind


def invited(tool: Tool, browser, school_id: int) -> str:
    page = tool.post(browser, f"/coverage/{school_id}/invite").text
    (code,) = re.findall(r'id="code" value="([0-9A-Z]{5}-[0-9A-Z]{5})"', page)
    assert "mailto:" not in page
    return str(code)


def test_every_teacher_sees_the_spreader_and_their_lead(tool: Tool):
    with_role(tool, Role.SPREADER, school_id=tool.school_id)
    with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, tool.school_id))
    with_role(tool, Role.COORDINATOR)
    with_role(tool, Role.SPREADER, school_id=tool.school_id, sub="past", until=NOW)
    page = tool.get(tool.launch(sub="t"), "/spreaders?lang=en").text
    assert re.findall(r"<dd>(.*?)</dd>", page) == [
        "Sample spreader",
        "Sample lead_spreader (Sample team)",
        "Sample coordinator",
    ]
    assert "/spreaders" in tool.get(tool.launch(sub="t"), "/").text
    newcomer = tool.launch(sub="new", school=False)
    assert "Choose your school" in tool.get(newcomer, "/spreaders?lang=en").text


def test_coverage_says_in_words_where_a_spreader_is_missing(tool: Tool):
    second, third = schools(tool, "Sample school 2", "Sample school 3")
    with_role(tool, Role.SPREADER, school_id=tool.school_id, percent=20)
    with_role(tool, Role.SPREADER, school_id=tool.school_id, sub="s2", percent=15)
    admin = with_role(tool, Role.COORDINATOR)
    invited(tool, admin, third)
    page = tool.get(admin, "/coverage?lang=en").text
    assert "1 of 3 schools have a spreader." in page
    assert re.findall(r"(\d of 3) schools<", page) == ["1 of 3", "1 of 3", "0 of 3", "1 of 3"]
    assert "35 percent of a post" in page
    lacking = page.partition('id="lacking"')[2].partition("</ul>")[0]
    assert re.findall(r"<span>(Sample school \d)</span>", lacking) == [
        "Sample school 2",
        "Sample school 3",
    ]
    assert "no spreader" in lacking
    assert "invited, not there yet" in lacking
    assert f"/coverage/{second}/invite" in lacking


def test_time_that_is_unknown_for_one_is_unknown(tool: Tool):
    with_role(tool, Role.SPREADER, school_id=tool.school_id, percent=20)
    with_role(tool, Role.SPREADER, school_id=tool.school_id, sub="s2")
    page = tool.get(with_role(tool, Role.COORDINATOR), "/coverage?lang=en").text
    assert "unknown for some of them" in page


def test_each_sees_the_own_branch(tool: Tool):
    second, third = schools(tool, "Sample school 2", "Sample school 3")
    first, *_ = (
        with_role(tool, Role.SPREADER, school_id=at, sub=name)
        for at, name in ((tool.school_id, "first"), (second, "second"), (third, "third"))
    )
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, second))
    a_team(tool, third, name="Another team")
    page = tool.get(lead, "/coverage").text
    assert "Sample second" in page
    for hidden in ("Sample first", "Sample third", "Another team", "Sample school 3"):
        assert hidden not in page
    assert "Sample first" in tool.get(first, "/coverage").text
    assert "Sample second" not in tool.get(first, "/coverage").text
    assert tool.post(lead, f"/coverage/{third}/invite").status_code == 404
    assert tool.get(tool.launch(sub="plain"), "/coverage").status_code == 403


def test_a_spreader_sees_the_branch_and_invites_nobody(tool: Tool):
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    assert tool.get(spreader, "/coverage").status_code == 200
    assert tool.post(spreader, f"/coverage/{tool.school_id}/invite").status_code == 403
    assert tool.count(role_invitation) == 0


def test_an_invitation_makes_one_spreader_once(tool: Tool):
    code = invited(tool, with_role(tool, Role.COORDINATOR), tool.school_id)
    chosen, other = tool.launch(sub="chosen"), tool.launch(sub="other")
    assert code not in str(tool.rows(select(role_invitation)))
    taken = tool.post(chosen, "/invitation", code=code.lower().replace("-", " "))
    assert taken.status_code == 200
    assert tool.post(other, "/invitation", code=code).status_code == 422
    held = select(role_grant.c.person_id, role_grant.c.role, role_grant.c.school_id).where(
        role_grant.c.role == "spreader"
    )
    assert tool.rows(held) == [(tool.person_id("chosen"), "spreader", tool.school_id)]
    assert tool.get(chosen, "/coverage").status_code == 200


def test_an_invitation_ends_and_is_another_municipalitys_business(tool: Tool):
    code = invited(tool, with_role(tool, Role.COORDINATOR), tool.school_id)
    with tool.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="SE")
        there = add_school(session, home, code="1", name="There", kind=SchoolKind.PRIMARY)
        session.execute(role_invitation.update().values(municipality_id=home, school_id=there))
    browser = tool.launch(sub="t")
    foreign = tool.post(browser, "/invitation", code=code)
    none = tool.post(browser, "/invitation", code="22222-22222")
    assert (foreign.status_code, foreign.text.replace(code, "")) == (
        none.status_code,
        none.text.replace("22222-22222", ""),
    )
    with tool.database.writing() as session:
        session.execute(
            role_invitation.update().values(
                municipality_id=tool.municipality_id, school_id=tool.school_id
            )
        )
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15)):
        late = tool.launch(sub="late")
        assert tool.post(late, "/invitation", code=code).status_code == 422


def test_whoever_guesses_is_stopped_after_ten(tool: Tool):
    code = invited(tool, with_role(tool, Role.COORDINATOR), tool.school_id)
    browser = tool.launch(sub="guesser")
    statuses = [tool.post(browser, "/invitation", code=f"WRONG-{n}").status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]
    right = tool.post(browser, "/invitation", code=code)
    assert (right.status_code, right.headers["Retry-After"]) == (429, "3600")
    assert tool.post(browser, "/accounts", go="link", mine="1", code=code).status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=70)):
        assert tool.post(browser, "/invitation", code="WRONG").status_code == 422
        assert tool.rows(select(code_try.c.tries)) == [(1,)]
        assert tool.post(browser, "/invitation", code=code).status_code == 200


def test_nobody_signed_in_is_told_where_to_type_it(tool: Tool):
    page = tool.get(tool.client(), "/invitation?lang=en")
    assert page.status_code == 200
    assert '<form method="post" action="/invitation"' not in page.text
    assert tool.client().post("/invitation", data={"code": "x"}).status_code == 401


def test_what_is_too_old_is_deleted(tool: Tool):
    now = datetime.now(UTC)
    invited(tool, with_role(tool, Role.COORDINATOR), tool.school_id)
    browser = tool.launch(sub="t")
    tool.post(browser, "/invitation", code="x")
    tool.post(browser, "/accounts", go="show")
    assert forget_codes in create_worker(tool.settings, tool.database)._chores
    for minutes, left in ((5, 3), (15, 2), (90, 1), (60 * 24 * 100, 1), (60 * 24 * 105, 0)):
        with tool.database.writing() as session:
            forget_codes(session, now + timedelta(minutes=minutes))
        tables = ("role_invitation", "link_code", "code_try")
        assert sum(tool.counts()[t] for t in tables) == left, minutes


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "Sample team"])
def test_a_team_needs_a_name_of_its_own(tool: Tool, name: str):
    a_team(tool, tool.school_id)
    admin = with_role(tool, Role.COORDINATOR)
    assert tool.post(admin, "/teams", name=name).status_code == 422


def test_teams_are_made_filled_and_taken_away(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    admin = with_role(tool, Role.COORDINATOR)
    made = tool.post(admin, "/teams", name="Team City").headers["Location"]
    tool.post(admin, made, go="save", name="Team North", unit=[str(second), "999999"])
    tool.launch(sub="lead")
    team_id = made.rpartition("/")[2]
    who = f"/people/{tool.person_id('lead')}"
    assert (
        tool.post(admin, who, role="lead_spreader", team=team_id, percent="40").status_code == 303
    )
    lead = tool.launch(sub="lead")
    assert "Sample school 2" in tool.get(lead, "/coverage").text
    page = tool.get(admin, "/teams?lang=en").text
    assert "Team North" in page
    assert "In no team: Sample school 1." in page
    assert tool.post(admin, made, go="end").status_code == 303
    assert tool.get(lead, "/coverage").status_code == 403
    assert tool.post(admin, made, go="other").status_code in (400, 404)
