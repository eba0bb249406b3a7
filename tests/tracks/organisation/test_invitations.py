"""Invitations to every role: made within one's own scope, sent by people, taken once (O-05)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tracks.audit.models import audit_entry
from tracks.organisation.models import role_invitation
from tracks.organisation.rules import SCOPES, Scope
from tracks.people.grants import end_role
from tracks.people.models import role_grant
from tracks.people.rules import Role
from tracks.privacy.actions.erasing import erase

PROTECTED = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
IN_A_MONTH = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def made_by(tool: Tool, browser: FlaskClient, **form: str) -> str:
    """The code of a new invitation."""
    page = tool.post(browser, "/invitations", **{"days": "14", **form})
    assert page.status_code == 200, page.text
    (link,) = re.findall(rf'id="link" value="{BASE_URL}/invitation/([0-9A-Z-]+)"', page.text)
    assert f'id="code" value="{link}"' in page.text
    assert link not in tool.get(browser, "/invitations").text  # shown once
    return str(link)


def place_of(tool: Tool, role: Role, team_id: int) -> dict[str, str]:
    scope = SCOPES[role]
    return {
        **({"school": str(tool.school_id)} if scope is Scope.SCHOOL else {}),
        **({"team": str(team_id)} if scope is Scope.TEAM else {}),
        **({"last": IN_A_MONTH} if role in (Role.RESEARCHER, Role.MODERATOR) else {}),
    }


def held(tool: Tool, sub: str) -> list[tuple[object, ...]]:
    found = select(
        role_grant.c.role, role_grant.c.school_id, role_grant.c.team_id, role_grant.c.percent
    ).where(role_grant.c.person_id == tool.person_id(sub), role_grant.c.until.is_(None))
    return [tuple(row) for row in tool.rows(found)]


@pytest.mark.parametrize("role", [role for role in SCOPES if role not in PROTECTED])
def test_a_coordinator_invites_to_every_role_they_may_give(tool: Tool, role: Role):
    team = a_team(tool, tool.school_id)
    boss = with_role(tool, Role.COORDINATOR)
    code = made_by(tool, boss, role=role, **place_of(tool, role, team))
    chosen = tool.launch(sub="chosen")

    page = tool.get(chosen, f"/invitation/{code}").text
    assert f'value="{code}"' in page
    assert tool.rows(select(role_invitation.c.used_at)) == [(None,)]  # looking takes nothing
    taken = tool.post(chosen, "/invitation", code=code)

    assert taken.status_code == 200
    (grant,) = tool.rows(
        select(role_grant).where(role_grant.c.person_id == tool.person_id("chosen"))
    )
    scope = SCOPES[role]
    assert (grant.role, grant.school_id, grant.team_id) == (
        role,
        tool.school_id if scope is Scope.SCHOOL else None,
        team if scope is Scope.TEAM else None,
    )
    assert (grant.until is None) == (role not in (Role.RESEARCHER, Role.MODERATOR))
    entries = tool.rows(
        select(audit_entry)
        .where(audit_entry.c.code.in_(("role_invited", "role_granted")))
        .order_by(audit_entry.c.number)
    )
    invited, granted = entries[-2:]
    assert (invited.code, invited.actor_id) == ("role_invited", tool.person_id("coordinator"))
    assert granted.parameters["invitation_id"] == invited.parameters["invitation_id"]


def test_the_list_says_how_each_stands(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    tool.launch(sub="chosen", changes={"name": "Sample chosen"})
    codes = [
        made_by(tool, boss, role="author", days=days, percent="")
        for days in ("14", "14", "1", "30")
    ]
    chosen = tool.launch(sub="chosen", changes={"name": "Sample chosen"})
    tool.post(chosen, "/invitation", code=codes[0])
    ids = [row.id for row in tool.rows(select(role_invitation.c.id))]
    tool.post(boss, f"/invitations/{ids[1]}/end")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        boss = tool.launch(sub="coordinator")
        page = " ".join(tool.get(boss, "/invitations?lang=en").text.split())

    waiting, _, over = page.partition('id="over"')
    assert re.findall(r'action="/invitations/(\d+)/end"', page) == [str(ids[3])]
    assert waiting.count("works until") == 1
    assert re.search(
        rf'used [^<]+: <a class="ds-link" href="/people/{tool.person_id("chosen")}">Sample chosen<',
        over,
    )
    assert over.count("taken back") == 1
    assert over.count("nobody took it") == 1


def test_what_is_taken_back_opens_nothing(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    code = made_by(tool, boss, role="author")
    ((number,),) = tool.rows(select(role_invitation.c.id))
    for _ in range(2):
        assert tool.post(boss, f"/invitations/{number}/end").status_code == 303
    chosen = tool.launch(sub="chosen")
    refused = tool.post(chosen, "/invitation", code=code)
    assert (refused.status_code, held(tool, "chosen")) == (422, [])
    assert f'value="{code}"' in refused.text  # what was typed is still there
    said = select(audit_entry.c.code).where(audit_entry.c.code == "invitation_ended")
    assert len(tool.rows(said)) == 1


def test_it_works_once_and_says_so_again_to_whoever_has_taken_it(tool: Tool):
    code = made_by(tool, with_role(tool, Role.COORDINATOR), role="author")
    one, other = tool.launch(sub="one"), tool.launch(sub="other")
    assert tool.post(one, "/invitation", code=code).status_code == 200
    assert tool.post(other, "/invitation", code=code).status_code == 422
    assert "You have the role now: Author" in tool.get(one, f"/invitation/{code}?lang=en").text
    assert "You have the role now" not in tool.get(other, f"/invitation/{code}?lang=en").text
    assert (held(tool, "one"), held(tool, "other")) == ([("author", None, None, None)], [])


def test_the_link_tells_nobody_what_it_opens_nor_whether_it_does(tool: Tool):
    code = made_by(tool, with_role(tool, Role.COORDINATOR), role="author")
    for browser in (tool.client(), tool.launch(sub="t")):
        right = tool.get(browser, f"/invitation/{code}?lang=en")
        wrong = tool.get(browser, "/invitation/22222-22222?lang=en")
        assert right.status_code == wrong.status_code == 200
        assert right.text.replace(code, "") == wrong.text.replace("22222-22222", "")
    stranger = tool.get(tool.client(), f"/invitation/{code}?lang=en").text
    assert f'href="/sign-in?then=/invitation/{code}"' in stranger
    assert "Author" not in stranger


def test_what_is_not_right_is_told_and_makes_nothing(tool: Tool):
    second = schools(tool, "Sample school 2")[0]
    a_team(tool, second)
    boss = with_role(tool, Role.COORDINATOR)
    head = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    for browser, form, problem in (
        (boss, {}, "role-problem"),
        (boss, {"role": "king"}, "role-problem"),
        (boss, {"role": "author", "days": "15"}, "days-problem"),
        (boss, {"role": "author", "last": "soon"}, "last-problem"),
        (boss, {"role": "spreader"}, "school-problem"),
        (boss, {"role": "spreader", "school": "999999"}, "school-problem"),
        (boss, {"role": "lead_spreader"}, "team-problem"),
        (boss, {"role": "researcher", "percent": ""}, "last-problem"),
        (boss, {"role": "author"}, "percent-problem"),
        (boss, {"role": "administrator", "days": "1"}, "role-problem"),
        (head, {"role": "coordinator"}, "role-problem"),
        (head, {"role": "spreader", "school": str(second)}, "role-problem"),
    ):
        answer = tool.post(browser, "/invitations", **{"days": "14", "percent": "37", **form})
        assert answer.status_code == 422, form
        assert f'id="{problem}"' in answer.text, form
        assert 'role="alert"' in answer.text
        assert ('value="37"' in answer.text) == ("percent" not in form)
    assert tool.count(role_invitation) == 0


def test_each_sees_and_ends_what_they_may_give_and_no_more(tool: Tool):
    second, third = schools(tool, "Sample school 2", "Sample school 3")
    boss = with_role(tool, Role.COORDINATOR)
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, second))
    for form in (
        {"role": "spreader", "school": str(second)},
        {"role": "spreader", "school": str(third)},
        {"role": "leader", "school": str(second)},
        {"role": "author"},
    ):
        made_by(tool, boss, **form)
    ids = [row.id for row in tool.rows(select(role_invitation.c.id))]

    mine = re.findall(r'action="/invitations/(\d+)/end"', tool.get(lead, "/invitations").text)
    assert mine == [str(ids[0])]
    for number in ids[1:]:
        assert tool.post(lead, f"/invitations/{number}/end").status_code == 404
    assert tool.post(lead, f"/invitations/{ids[0]}/end").status_code == 303
    assert made_by(tool, lead, role="spreader", school=str(second))
    form = {"role": "spreader", "school": str(third), "days": "14"}
    assert tool.post(lead, "/invitations", **form).status_code == 422
    # A team without schools is nobody's to invite at.
    empty = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, name="Empty"), sub="empty")
    assert tool.get(empty, "/invitations").status_code == 403


def test_nobody_invites_themselves(tool: Tool):
    head = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    code = made_by(tool, head, role="leader", school=str(tool.school_id))
    assert tool.post(head, "/invitation", code=code).status_code == 422
    assert held(tool, "school_leader") == [("school_leader", tool.school_id, None, None)]
    other = tool.launch(sub="other")
    assert tool.post(other, "/invitation", code=code).status_code == 200


@pytest.mark.parametrize("how", ["role ended", "shut out"])
def test_it_opens_nothing_once_its_maker_may_not_give_the_role(tool: Tool, how: str):
    code = made_by(tool, with_role(tool, Role.COORDINATOR), role="author")
    who = tool.person_id("coordinator")
    if how == "shut out":
        admin = with_role(tool, Role.ADMINISTRATOR)
        assert tool.post(admin, f"/people/{who}/door", go="shut").status_code == 303
    else:
        ((grant,),) = tool.rows(select(role_grant.c.id))
        with tool.database.writing() as session:
            assert end_role(session, tool.municipality_id, grant, NOW + timedelta(seconds=1))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        chosen = tool.launch(sub="chosen")
        refused = tool.post(chosen, "/invitation?lang=en", code=code)
    assert (refused.status_code, held(tool, "chosen")) == (422, [])
    assert "Whoever made this invitation may not give the role any more." in refused.text


def test_a_protected_role_is_given_and_taken_by_logins_of_ones_own_for_a_day(tool: Tool):
    admin = with_role(tool, Role.ADMINISTRATOR)
    form = {"role": "privacy_officer", "days": "1"}
    assert tool.post(admin, "/invitations", **form).status_code == 403  # came by an LMS
    admin = tool.logs_in(admin, "administrator")
    long = tool.post(admin, "/invitations", **{**form, "days": "7"})
    assert (long.status_code, 'id="days-problem"' in long.text) == (422, True)
    code = made_by(tool, admin, **form)

    chosen = tool.launch(sub="chosen")
    refused = tool.post(chosen, "/invitation?lang=en", code=code)
    assert (refused.status_code, held(tool, "chosen")) == (403, [])
    assert "This page needs a login of your own" in refused.text
    chosen = tool.logs_in(chosen, "chosen")
    assert tool.post(chosen, "/invitation", code=code).status_code == 200
    assert [row[0] for row in held(tool, "chosen")] == ["privacy_officer"]

    late = made_by(tool, admin, **form)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        browser = tool.logs_in(tool.launch(sub="late"), "late")
        assert tool.post(browser, "/invitation", code=late).status_code == 422


def test_the_link_ends_with_the_role_at_the_latest(tool: Tool):
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    boss = with_role(tool, Role.COORDINATOR)
    made_by(tool, boss, role="moderator", last=tomorrow, days="30")
    ((ends, until),) = tool.rows(select(role_invitation.c.expires_at, role_invitation.c.role_until))
    assert ends == until


def test_when_a_school_closes_or_a_team_goes_their_invitations_end(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    team = a_team(tool, second)
    boss = with_role(tool, Role.COORDINATOR)
    of_school = made_by(tool, boss, role="spreader", school=str(second))
    of_team = made_by(tool, boss, role="lead_spreader", team=str(team))
    today = datetime.now(UTC).date().isoformat()
    assert tool.post(boss, f"/units/{second}/close", on=today).status_code == 303
    assert tool.post(boss, f"/teams/{team}", go="end").status_code == 303
    chosen = tool.launch(sub="chosen")
    for code in (of_school, of_team):
        assert tool.post(chosen, "/invitation", code=code).status_code == 422
    assert "taken back" in tool.get(boss, "/invitations?lang=en").text


def test_with_a_person_go_the_invitations_that_they_made_or_took(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    code = made_by(tool, boss, role="author")
    tool.post(tool.launch(sub="chosen"), "/invitation", code=code)
    made_by(tool, boss, role="author")
    with tool.database.writing() as session:
        data_map = tool.app.extensions["tracks.data_map"]
        assert erase(session, data_map, tool.person_id("chosen"), NOW)
    assert tool.count(role_invitation) == 1
    with tool.database.writing() as session:
        assert erase(session, data_map, tool.person_id("coordinator"), NOW)
    assert tool.count(role_invitation) == 0
